"""The requests of the protocol by number: what they are called and since when their fields are flexible."""

from msgspec import Struct

PRODUCE, FETCH, METADATA, OFFSET_COMMIT, FIND_COORDINATOR = 0, 1, 3, 8, 10
JOIN_GROUP, LEAVE_GROUP, SYNC_GROUP, API_VERSIONS, DESCRIBE_CLUSTER = 11, 13, 14, 18, 60


class Api(Struct, frozen=True):
    name: str
    flexible_since: int


APIS = {
    PRODUCE: Api("produce", 9),
    FETCH: Api("fetch", 12),
    METADATA: Api("metadata", 9),
    OFFSET_COMMIT: Api("commit offsets", 8),
    FIND_COORDINATOR: Api("find coordinator", 3),
    JOIN_GROUP: Api("join group", 6),
    LEAVE_GROUP: Api("leave group", 4),
    SYNC_GROUP: Api("sync group", 4),
    API_VERSIONS: Api("versions", 3),
    19: Api("create topics", 5),
    20: Api("delete topics", 4),
    22: Api("init producer", 2),
    26: Api("end transaction", 3),
    28: Api("commit offsets in transaction", 3),
    DESCRIBE_CLUSTER: Api("describe cluster", 0),
    68: Api("group heartbeat", 0),
}


def is_flexible(api: int, version: int) -> bool:
    return api in APIS and version >= APIS[api].flexible_since


def has_answer_tags(api: int, version: int) -> bool:
    """Tell whether an answer's head ends in tags; that of API_VERSIONS never does, its reader knows nothing yet."""
    return api != API_VERSIONS and is_flexible(api, version)
