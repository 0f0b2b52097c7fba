"""What a statement does to the database, told from its words alone; pure. Used by driver."""

from collections.abc import Iterable

from dovetail.model.vocabulary import Effect
from dovetail.tech.postgres.statement import Statement

_READING = frozenset({"select", "show", "explain", "values", "table", "with", "set", "reset"})
_WRITING = frozenset({"insert", "update", "delete", "merge", "into", "share", "truncate", "analyze", "global"})
_TRANSACTION = frozenset({"begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"})
_NAMES = """
    all and any array as between by case cast check coalesce cube distinct else except exists extract filter from
    greatest group grouping having in interval is join lateral least like limit not nullif numeric on only or order over
    overlay partition position rollup row select set sets similar some substring then trim union using values varchar
    char when where with within tablesample decimal materialized time timestamp intersect offset ilike
    count sum avg min max bool_and bool_or every array_agg string_agg json_agg jsonb_agg json_object_agg
    jsonb_object_agg row_number rank dense_rank percent_rank ntile lag lead first_value last_value nth_value
    percentile_cont percentile_disc mode stddev variance corr
    abs ceil ceiling floor round trunc mod power sqrt sign ln log exp div width_bucket random
    lower upper length char_length octet_length initcap concat concat_ws format left right lpad rpad ltrim rtrim btrim
    replace reverse repeat split_part strpos starts_with substr translate ascii chr md5 sha256 encode decode to_hex
    regexp_replace regexp_match regexp_matches regexp_count regexp_like regexp_split_to_array regexp_split_to_table
    quote_ident quote_literal to_char to_date to_number to_timestamp to_json to_jsonb row_to_json
    now age date_part date_trunc date_bin clock_timestamp statement_timestamp transaction_timestamp make_date
    make_interval make_timestamp make_timestamptz justify_days justify_hours isfinite
    json_build_object jsonb_build_object json_build_array jsonb_build_array json_array_length jsonb_array_length
    json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text json_each jsonb_each
    json_each_text jsonb_each_text json_object_keys jsonb_object_keys jsonb_path_query jsonb_path_exists
    jsonb_path_query_array jsonb_path_query_first jsonb_set jsonb_insert jsonb_pretty jsonb_strip_nulls jsonb_typeof
    json_typeof jsonb_extract_path jsonb_extract_path_text json_extract_path json_extract_path_text
    array_length array_position array_positions array_append array_prepend array_cat array_remove array_replace
    array_to_string string_to_array array_upper array_lower array_ndims cardinality unnest
    generate_series generate_subscripts gen_random_uuid uuidv4 uuidv7
    to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_headline
    current_setting current_database current_schema current_user version pg_backend_pid pg_typeof pg_sleep
    pg_relation_size pg_total_relation_size pg_table_size pg_database_size pg_size_pretty pg_get_viewdef
    pg_get_constraintdef pg_get_indexdef pg_get_expr pg_get_serial_sequence obj_description col_description
    format_type has_table_privilege pg_is_in_recovery pg_postmaster_start_time txid_current_if_assigned
    """
_HARMLESS = frozenset(_NAMES.split())


def judge(statements: Iterable[Statement]) -> Effect:
    """Say READS only where nothing but reading is possible: a function that is not known counts as writing.

    DISTURBS is what no rollback can undo; such a check needs a database of its own.
    """
    effect = Effect.READS
    for statement in statements:
        if steers_transaction(statement) or _is_lasting(statement):
            return Effect.DISTURBS
        if not _is_reading(statement):
            effect = Effect.WRITES
    return effect


def steers_transaction(statement: Statement) -> bool:
    """Tell whether the statement opens or ends a transaction or a part of one."""
    words = statement.words
    return words[:1] != () and (words[0] in _TRANSACTION or words[:2] == ("prepare", "transaction"))


def _is_lasting(statement: Statement) -> bool:
    words = statement.words
    if words[:1] == ("vacuum",) or words[:2] in {("create", "database"), ("drop", "database"), ("alter", "system")}:
        return True
    return words[:1] in {("create",), ("drop",), ("reindex",), ("alter",)} and "concurrently" in words


def _is_reading(statement: Statement) -> bool:
    words = statement.words
    if not words or words[0] not in _READING:
        return False
    if words[0] == "explain" and "analyze" not in words:
        return True
    searched = words[1:] if words[0] != "explain" else tuple(word for word in words if word != "analyze")
    if words[0] in {"set", "reset"}:
        return True
    return not _WRITING.intersection(searched) and _HARMLESS.issuperset(statement.calls)
