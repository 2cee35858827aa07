"""A fork whose child is in a cgroup from its first moment.

To move a process costs a grace period of the kernel, some fifteen milliseconds a run; to be born in a group costs
nothing. Loaded only where the layer is on, and light on purpose: what ctypes is made of, because ctypes itself takes a
quarter of a supervisor's start. A Python in which that is not as here does not prove the layer, and goes without.
"""

import _ctypes
import os
import sys

TYPE_CHECKING = False  # typing's own constant, without the cost of importing it
if TYPE_CHECKING:
    from typing import Any

_core: "Any" = _ctypes
_CLONE3 = 435  # the same number on every machine
_INTO_CGROUP = 0x200000000
_CHILD_ENDED = 17  # SIGCHLD


def fork_into(group: str) -> int:
    """As os.fork. For a process without threads. Raises OSError."""
    call = _core.dlsym(_core.dlopen(None, 0), "syscall")
    folder = os.open(group, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fields = (_INTO_CGROUP, 0, 0, 0, _CHILD_ENDED, 0, 0, 0, 0, 0, folder)
        asked = b"".join(field.to_bytes(8, sys.byteorder) for field in fields)
        child = int(_core.call_function(call, (_CLONE3, asked, len(asked))))
        if child < 0:
            raise OSError(f"no child can be had in {group}")
        return child
    finally:
        os.close(folder)
