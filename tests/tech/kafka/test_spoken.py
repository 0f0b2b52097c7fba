import pytest

from dovetail.tech.kafka.api import FETCH, JOIN_GROUP, METADATA, OFFSET_COMMIT, PRODUCE, SYNC_GROUP, is_flexible
from dovetail.tech.kafka.frame import FrameError, Writer
from dovetail.tech.kafka.record import HEAD, Record, write_batch
from dovetail.tech.kafka.spoken import Question, Share, count_records, read_answer, read_question

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
BATCH = write_batch(Record(b"v", headers=(("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01".encode()),)))
IDENTITY = bytes(range(16))
NAMES = {IDENTITY: "orders"}


def tag(writer: Writer) -> Writer:
    return writer.raw(b"\0") if writer.is_flexible else writer


def start_request(api: int, version: int) -> Writer:
    head = Writer().integer(api, 2).integer(version, 2).integer(42, 4).text("client")
    head.is_flexible = is_flexible(api, version)
    return tag(head)


def start_answer(api: int, version: int) -> Writer:
    return tag(Writer(is_flexible=is_flexible(api, version)).integer(42, 4))


def name(writer: Writer, version: int) -> Writer:
    return writer.raw(IDENTITY) if version >= 13 else writer.text("orders")


def produce(version: int, acks: int = -1) -> bytes:
    writer = start_request(PRODUCE, version)
    if version >= 3:
        writer.text(None)
    name(writer.integer(acks, 2).integer(1000, 4).length(1), version).length(1)
    return bytes(tag(tag(tag(writer.integer(3, 4).blob(BATCH)))).data)


@pytest.mark.parametrize("version", range(14))
def test_every_version_of_produce_tells_what_it_carries(version: int) -> None:
    request = produce(version)
    question = read_question(request, NAMES)
    end = request.index(BATCH) + len(BATCH)
    assert question.shares == (Share("orders", 3, records=1, size=len(BATCH), trace=TRACE, end=end),)
    assert (question.api, question.version, question.correlation, question.is_answered) == (PRODUCE, version, 42, True)


def test_a_produce_that_wants_no_answer_is_known() -> None:
    assert not read_question(produce(7, acks=0), NAMES).is_answered


@pytest.mark.parametrize("length", range(16, len(produce(9))))
def test_a_request_whose_tail_is_missing_still_has_its_head(length: int) -> None:
    assert read_question(produce(9)[:length], NAMES).correlation == 42


def produced(version: int, code: int) -> bytes:
    writer = name(start_answer(PRODUCE, version).length(1), version).length(1)
    writer.integer(3, 4).integer(code, 2).integer(7, 8)
    if version >= 2:
        writer.integer(-1, 8)
    if version >= 5:
        writer.integer(0, 8)
    if version >= 8:
        tag(writer.length(1).integer(0, 4).text("why")).text("all")
    tag(tag(writer))
    return bytes(tag(writer.integer(0, 4) if version >= 1 else writer).data)


@pytest.mark.parametrize("version", range(14))
def test_every_version_of_a_produce_answer_tells_its_error(version: int) -> None:
    question = Question(PRODUCE, version, 42)
    assert read_answer(question, produced(version, 6), NAMES) == (Share("orders", 3, 6),)


def fetched(version: int) -> bytes:
    writer = start_answer(FETCH, version)
    if version >= 1:
        writer.integer(0, 4)
    if version >= 7:
        writer.integer(0, 2).integer(0, 4)
    name(writer.length(1), version).length(1)
    writer.integer(3, 4).integer(0, 2).integer(1, 8)
    if version >= 4:
        writer.integer(1, 8)
    if version >= 5:
        writer.integer(0, 8)
    if version >= 4:
        tag(writer.length(1).integer(1, 8).integer(0, 8))
    if version >= 11:
        writer.integer(-1, 4)
    return bytes(tag(tag(tag(writer.blob(BATCH)))).data)


@pytest.mark.parametrize("version", range(18))
def test_every_version_of_a_fetch_answer_tells_what_it_brings(version: int) -> None:
    question = Question(FETCH, version, 42)
    answer = fetched(version)
    end = answer.index(BATCH) + len(BATCH)
    expected = (Share("orders", 3, records=1, size=len(BATCH), trace=TRACE, end=end),)
    assert read_answer(question, answer, NAMES) == expected


def test_a_fetch_refused_as_a_whole_tells_its_error() -> None:
    head = start_answer(FETCH, 11).integer(0, 4).integer(71, 2).integer(0, 4).length(0)
    assert read_answer(Question(FETCH, 11, 42), bytes(head.data), NAMES) == (Share("", -1, 71),)


@pytest.mark.parametrize("version", range(10, 14))
def test_metadata_teaches_the_names_of_ids(version: int) -> None:
    writer = start_answer(METADATA, version).integer(0, 4)
    tag(writer.length(1).integer(1, 4).text("h").integer(1, 4).text(None))
    writer.text("cluster").integer(1, 4).length(1)
    writer.integer(0, 2).text("orders").raw(IDENTITY).integer(0, 1).length(1)
    writer.integer(0, 2).integer(0, 4).integer(1, 4).integer(0, 4)
    writer.length(1).integer(1, 4).length(1).integer(1, 4).length(0)
    tag(tag(writer).integer(0, 4))
    learnt: dict[bytes, str] = {}
    assert read_answer(Question(METADATA, version, 42), bytes(writer.data), learnt) == (Share("orders", -1),)
    assert learnt == NAMES


@pytest.mark.parametrize(("api", "since"), [(JOIN_GROUP, 2), (SYNC_GROUP, 1)])
def test_a_groups_answer_tells_its_error(api: int, since: int) -> None:
    for version in (since - 1, since):
        writer = start_answer(api, version)
        writer = writer.integer(0, 4) if version >= since else writer
        answer = bytes(writer.integer(27, 2).data)
        assert read_answer(Question(api, version, 42), answer, {}) == (Share("", -1, 27),)


def test_a_commits_answer_tells_each_partitions_error() -> None:
    writer = start_answer(OFFSET_COMMIT, 7).integer(0, 4).length(1).text("orders").length(2)
    answer = bytes(writer.integer(0, 4).integer(0, 2).integer(1, 4).integer(22, 2).data)
    shares = read_answer(Question(OFFSET_COMMIT, 7, 42), answer, {})
    assert shares == (Share("orders", 0), Share("orders", 1, 22))


def test_a_groups_name_is_read() -> None:
    request = bytes(start_request(JOIN_GROUP, 5).text("billing").data)
    assert read_question(request, {}).about == "billing"


def test_records_are_counted_by_the_batches_heads() -> None:
    assert count_records(BATCH * 3) == (3, 3 * len(BATCH))
    assert count_records(BATCH + b"\0" * 100) == (1, len(BATCH))
    assert count_records(BATCH + BATCH[:61]) == (2, 2 * len(BATCH))
    assert count_records(BATCH + BATCH[:60]) == (1, len(BATCH))
    assert count_records(b"") == (0, 0)


def test_the_mark_that_ends_a_transaction_is_no_message() -> None:
    mark = bytearray(BATCH)
    mark[21:23] = (0x30).to_bytes(2, "big")
    in_transaction = bytearray(BATCH)
    in_transaction[21:23] = (0x10).to_bytes(2, "big")
    assert count_records(bytes(in_transaction + mark)) == (1, 2 * len(BATCH))


@pytest.mark.parametrize(("left", "records"), [(len(BATCH), 3), (HEAD, 3), (HEAD - 1, 2), (0, 2)])
def test_records_whose_heads_are_missing_are_known_to_be_uncounted(left: int, records: int) -> None:
    writer = name(start_request(PRODUCE, 7).text(None).integer(-1, 2).integer(9, 4).length(1), 7).length(1)
    request = bytes(writer.integer(3, 4).blob(BATCH * 3).data)
    share = read_question(request[: len(request) - len(BATCH) + left], NAMES).shares[0]
    assert (share.records, share.is_counted) == (records, records == 3)
    assert (share.size, share.end) == (3 * len(BATCH), len(request))


def test_a_request_without_a_head_is_a_frame_error() -> None:
    with pytest.raises(FrameError):
        read_question(b"\0\0\0", {})
