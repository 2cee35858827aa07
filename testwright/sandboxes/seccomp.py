"""The system calls that sandboxed code is refused, as a classic BPF program.

Written by hand because it is small, and because a library would be one more thing to trust.
"""

import errno
import platform
import struct

from testwright.domain.errors import SandboxUnavailable

# name: (x86-64, aarch64). Answered with EPERM.
_DENIED = {
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "open_by_handle_at": (304, 265),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    # Memory that neither the resident size nor RLIMIT_DATA sees.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_IOCTL = (16, 29)
_SOCKET = (41, 198)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_NEW_NAMESPACE = 0x7E020000  # every CLONE_NEW… flag that clone() takes
_TERMINAL_TRICKS = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX push keys into a terminal
# UNIX, INET, INET6, NETLINK. VSOCK above all must not be here: it has no namespace and reaches the host of a VM.
_SOCKET_FAMILIES = (1, 2, 10, 16)

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24


def seccomp_program(machine: str | None = None) -> bytes:
    """The program for `machine` (this one by default). Raises SandboxUnavailable for a machine it does not know."""
    machine = machine or platform.machine()
    if machine not in _MACHINES:
        raise SandboxUnavailable(
            f"The sandbox has no system-call filter for {machine} machines",
            hint="Run Testwright on an x86-64 or ARM64 machine.",
        )
    column, architecture = _MACHINES[machine]
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_EQUAL, architecture, 1, 0),
        _line(_RETURN, _KILL),  # a foreign ABI, such as i386 on x86-64
        _line(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        lines += [_line(_AT_LEAST, 0x40000000, 0, 1), _line(_RETURN, _KILL)]  # the x32 ABI
    for numbers in _DENIED.values():
        lines += [_line(_EQUAL, numbers[column], 0, 1), _refuse(errno.EPERM)]
    # clone3's flags are behind a pointer, where a filter cannot look; libc falls back to clone.
    lines += [_line(_EQUAL, _CLONE3[column], 0, 1), _refuse(errno.ENOSYS)]
    lines += _when(_CLONE[column], _FIRST_ARGUMENT, refused_bits=_NEW_NAMESPACE)
    lines += _when(_IOCTL[column], _SECOND_ARGUMENT, refused_values=_TERMINAL_TRICKS)
    lines += _when(_SOCKET[column], _FIRST_ARGUMENT, only_values=_SOCKET_FAMILIES)
    lines.append(_line(_RETURN, _ALLOW))
    return b"".join(lines)


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _refuse(error: int) -> bytes:
    return _line(_RETURN, _ERRNO | error)


def _when(
    number: int,
    argument: int,
    *,
    refused_bits: int = 0,
    refused_values: tuple[int, ...] = (),
    only_values: tuple[int, ...] = (),
) -> list[bytes]:
    """Judge one system call by one argument. Jumps count the lines that are passed over."""
    if refused_bits:
        tests = [_line(_ANY_BIT, refused_bits, 0, 1), _refuse(errno.EPERM), _line(_RETURN, _ALLOW)]
    elif refused_values:
        last = len(refused_values) - 1
        tests = [_line(_EQUAL, value, last - i, 0 if i < last else 1) for i, value in enumerate(refused_values)]
        tests += [_refuse(errno.EPERM), _line(_RETURN, _ALLOW)]
    else:
        tests = [_line(_EQUAL, value, len(only_values) - i, 0) for i, value in enumerate(only_values)]
        tests += [_refuse(errno.EAFNOSUPPORT), _line(_RETURN, _ALLOW)]
    return [_line(_EQUAL, number, 0, 1 + len(tests)), _line(_LOAD, argument), *tests]
