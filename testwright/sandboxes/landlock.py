"""Landlock and the system-call filter, put on the calling process and all that it will start. Nothing takes them off.

Linux has no wrapper for these in Python, so the system calls are made by number. Loaded only where the confined tier
starts: ctypes takes as long to load as all the rest of the supervisor.
"""

import ctypes
import os
import stat
import struct
from collections.abc import Sequence

OLDEST = 3
"""The first version of Landlock that keeps a file from being cut short by its path."""
OLDEST_FOR_ONE_USER = 6
"""The first that keeps signals in: needed where the sandbox's user is the service's own."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every machine
_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_CHAR, _MAKE_BLOCK, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_FILE_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15}
_ALL_TCP, _ALL_SCOPES = 3, 3  # bind and connect; abstract UNIX sockets and signals

_NO_NEW_PRIVS, _SECCOMP, _SUBREAPER, _DEATH_SIGNAL = 38, 22, 36, 1
_FILTER_MODE = 2
_KEEP_CAPABILITIES, _AMBIENT, _RAISE, _CAPABILITIES_3 = 8, 47, 2, 0x20080522
_SET_SECURE_BITS, _NO_SETUID_FIXUP = 28, 1 << 2
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2
_CAPSET = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """What this kernel's Landlock can do; 0 where there is none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, 0, _VERSION)))


def adopt_orphans() -> None:
    """Whatever is left behind below this process becomes its own child, and so can be found and ended."""
    _checked(_libc.prctl(_SUBREAPER, 1, 0, 0, 0), "sub-reaper")


def become_who_reads_all(uid: int) -> None:
    """Another user than root, who still may go through any folder: for what lies in root's own home.

    Of root's rights one is kept, the smallest that there is. What may be read at all, Landlock says.
    """
    _checked(_libc.prctl(_KEEP_CAPABILITIES, 1, 0, 0, 0), "keeping a capability")
    # So that access(2), which vite believes, tells the truth too: else it answers as if that right were not there.
    _libc.prctl(_SET_SECURE_BITS, _NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    for capability in (_DAC_READ_SEARCH, _DAC_OVERRIDE):  # containers often have only the second
        mask = 1 << capability
        header = ctypes.create_string_buffer(struct.pack("<II", _CAPABILITIES_3, 0))
        sets = ctypes.create_string_buffer(struct.pack("<6I", mask, mask, mask, 0, 0, 0))
        if _libc.syscall(_CAPSET[os.uname().machine], header, sets) == 0:
            _checked(_libc.prctl(_AMBIENT, _RAISE, capability, 0, 0), "ambient capability")
            return
    raise OSError("root may not read everything here")


def confine(read_only: Sequence[str], writable: Sequence[str], program: bytes) -> None:
    """Only these places from here on, no network, no new rights, and no system call that the program refuses.

    Raises OSError where a layer cannot be put on.
    """
    _checked(_libc.prctl(_DEATH_SIGNAL, 9, 0, 0, 0), "death signal")
    _checked(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    _restrict(read_only, writable)
    code = ctypes.create_string_buffer(program)
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    _checked(_libc.prctl(_SECCOMP, _FILTER_MODE, header, 0, 0), "seccomp")


def _restrict(read_only: Sequence[str], writable: Sequence[str]) -> None:
    abi = version()
    if abi < OLDEST:
        raise OSError(f"Landlock's version is {abi}; {OLDEST} is needed")
    handled = (1 << _FILE_RIGHTS_BY_VERSION.get(abi, 16)) - 1
    described = [handled, *([_ALL_TCP] if abi >= 4 else []), *([_ALL_SCOPES] if abi >= 6 else [])]
    attributes = ctypes.create_string_buffer(struct.pack(f"{len(described)}Q", *described))
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, attributes, 8 * len(described), 0), "Landlock")
    to_read = _EXECUTE | _READ_FILE | _READ_DIR
    to_write = handled & ~(_MAKE_CHAR | _MAKE_BLOCK)
    for paths, rights in ((read_only, to_read), (writable, to_write)):
        for path in paths:
            _allow(ruleset, path, rights & handled)
    _checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0), "Landlock")
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        below = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(below).st_mode):
            rights &= _OF_FILES
        rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, below))
        _checked(_libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0), path)
    finally:
        os.close(below)


def _checked(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result
