"""The byte faults by their word; read by the proxy."""

from collections.abc import Callable, Mapping

from dovetail.edge.fault.bandwidth import bandwidth
from dovetail.edge.fault.corrupt import corrupt
from dovetail.edge.fault.fault import Fault
from dovetail.edge.fault.latency import latency
from dovetail.edge.fault.limit import limit
from dovetail.edge.fault.refuse import refuse
from dovetail.edge.fault.reset import reset
from dovetail.edge.fault.setting import Settings
from dovetail.edge.fault.slice import slice_data
from dovetail.edge.fault.slow_close import slow_close
from dovetail.edge.fault.timeout import timeout

FAULTS: Mapping[str, Callable[[Settings], Fault]] = {
    "latency": latency,
    "bandwidth": bandwidth,
    "timeout": timeout,
    "reset": reset,
    "slow_close": slow_close,
    "slice": slice_data,
    "limit": limit,
    "corrupt": corrupt,
    "refuse": refuse,
}
