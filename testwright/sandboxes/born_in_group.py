"""A fork whose child is in a cgroup from its first moment.

To move a process costs a grace period of the kernel, some fifteen milliseconds a run; to be born in a group costs
nothing. Loaded only where the layer is on: ctypes takes a quarter of a supervisor's start.
"""

import ctypes
import os
import signal
import struct

_CLONE3 = 435  # the same number on every machine
_INTO_CGROUP = 0x200000000


def fork_into(group: str) -> int:
    """As os.fork. For a process without threads. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    folder = os.open(group, os.O_RDONLY | os.O_DIRECTORY)
    try:
        asked = struct.pack("<11Q", _INTO_CGROUP, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, folder)
        child = int(libc.syscall(_CLONE3, ctypes.create_string_buffer(asked, len(asked)), len(asked)))
        if child < 0:
            error = ctypes.get_errno()
            raise OSError(error, f"a child in {group}: {os.strerror(error)}")
        return child
    finally:
        os.close(folder)
