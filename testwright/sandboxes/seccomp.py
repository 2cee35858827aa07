"""The system calls that sandboxed code is refused, as a classic BPF program.

Written by hand because it is small, and because a library would be one more thing to trust.
"""

import errno
import platform
import struct
from typing import Any

from testwright.domain.errors import SandboxUnavailable

NO_NETWORK = errno.ENONET
"""What a program hears in the confined tier that wants a socket: "machine is not on the network"."""

# name: (x86-64, aarch64; None where there is no such call). Answered with EPERM.
_DENIED: dict[str, tuple[int, int | None]] = {
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
# What Landlock has no rule for: rights, owners, times and attributes of files, memory and queues shared by one user's
# processes, and being told what happens in folders. Also denied in the confined tier, where no namespace hides them.
_DENIED_CONFINED: dict[str, tuple[int, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262),
}
# A process may change its own limits and order; by another number it could end or starve others of its user.
_OWN_ONLY = {  # name: ((x86-64, aarch64), which argument names the process)
    "prlimit64": ((302, 261), 0),
    "sched_setparam": ((142, 118), 0),
    "sched_setscheduler": ((144, 119), 0),
    "sched_setaffinity": ((203, 122), 0),
    "sched_setattr": ((314, 274), 0),
    "setpriority": ((141, 140), 1),
    "ioprio_set": ((251, 30), 1),
}
_NETWORKING = {"socket": (41, 198), "connect": (42, 203), "bind": (49, 200)}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_IOCTL = (16, 29)
_SOCKET = (41, 198)
_SOCKETPAIR = (53, 199)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_PROFILED = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}

_NEW_NAMESPACE = 0x7E020000  # every CLONE_NEW… flag that clone() takes
_TERMINAL_TRICKS = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX push keys into a terminal
# UNIX, INET, INET6, NETLINK. VSOCK above all must not be here: it has no namespace and reaches the host of a VM.
_SOCKET_FAMILIES = (1, 2, 10, 16)
# Streams and sequences of packets know their other end. A datagram can be sent to any socket of the machine that has a
# path, also from a pair.
_PAIRS, _KIND_OF_SOCKET = (1, 5), 0xF

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24


def seccomp_program(machine: str | None = None, *, confined: bool = False) -> bytes:
    """The program for `machine` (this one by default); `confined` for the tier that has no namespaces of its own.

    Raises SandboxUnavailable for a machine it does not know.
    """
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
    for numbers in (_DENIED | _DENIED_CONFINED if confined else _DENIED).values():
        if (number := numbers[column]) is not None:
            lines += [_line(_EQUAL, number, 0, 1), _refuse(errno.EPERM)]
    # clone3's flags are behind a pointer, where a filter cannot look; libc falls back to clone.
    lines += [_line(_EQUAL, _CLONE3[column], 0, 1), _refuse(errno.ENOSYS)]
    lines += _when(_CLONE[column], _FIRST_ARGUMENT, refused_bits=_NEW_NAMESPACE)
    lines += _when(_IOCTL[column], _SECOND_ARGUMENT, refused_values=_TERMINAL_TRICKS)
    if confined:
        lines += _without_network(column)
    else:
        lines += _when(_SOCKET[column], _FIRST_ARGUMENT, only_values=_SOCKET_FAMILIES, error=errno.EAFNOSUPPORT)
    lines.append(_line(_RETURN, _ALLOW))
    return b"".join(lines)


def seccomp_profile() -> dict[str, Any]:
    """The same for a container's runtime, in the words of docker and podman."""
    refused = [{"names": sorted(_DENIED), "action": "SCMP_ACT_ERRNO", "errnoRet": errno.EPERM}]
    refused += [{"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS}]
    refused += [
        _refused_where("clone", 0, "SCMP_CMP_MASKED_EQ", bit, bit)
        for bit in (1 << at for at in range(32))
        if bit & _NEW_NAMESPACE
    ]
    refused += [_refused_where("ioctl", 1, "SCMP_CMP_EQ", trick) for trick in _TERMINAL_TRICKS]
    others = [family for family in range(max(_SOCKET_FAMILIES)) if family not in _SOCKET_FAMILIES]
    refused += [_refused_where("socket", 0, "SCMP_CMP_EQ", family) for family in others]
    refused += [_refused_where("socket", 0, "SCMP_CMP_GT", max(_SOCKET_FAMILIES))]
    return {"defaultAction": "SCMP_ACT_ALLOW", "architectures": [_PROFILED[platform.machine()]], "syscalls": refused}


def _refused_where(name: str, argument: int, comparison: str, value: int, wanted: int = 0) -> dict[str, Any]:
    condition = {"index": argument, "value": value, "valueTwo": wanted, "op": comparison}
    error = errno.EAFNOSUPPORT if name == "socket" else errno.EPERM
    return {"names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": error, "args": [condition]}


def _without_network(column: int) -> list[bytes]:
    """No socket but pairs. The error has a number of its own, by which a failed test tells what it lacked."""
    lines: list[bytes] = []
    for numbers in _NETWORKING.values():
        lines += [_line(_EQUAL, numbers[column], 0, 1), _refuse(NO_NETWORK)]
    lines += _when(_SOCKETPAIR[column], _SECOND_ARGUMENT, bits=_KIND_OF_SOCKET, only_values=_PAIRS, error=NO_NETWORK)
    for pair, argument in _OWN_ONLY.values():
        lines += _when(pair[column], _FIRST_ARGUMENT + 8 * argument, only_values=(0,))
    return lines


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
    bits: int = 0,
    error: int = errno.EPERM,
) -> list[bytes]:
    """Judge one system call by (some `bits` of) one argument. Jumps count the lines that are passed over."""
    if refused_bits:
        tests = [_line(_ANY_BIT, refused_bits, 0, 1), _refuse(error), _line(_RETURN, _ALLOW)]
    elif refused_values:
        last = len(refused_values) - 1
        tests = [_line(_EQUAL, value, last - i, 0 if i < last else 1) for i, value in enumerate(refused_values)]
        tests += [_refuse(error), _line(_RETURN, _ALLOW)]
    else:
        tests = [_line(_EQUAL, value, len(only_values) - i, 0) for i, value in enumerate(only_values)]
        tests += [_refuse(error), _line(_RETURN, _ALLOW)]
    if bits:
        tests.insert(0, _line(_AND, bits))
    return [_line(_EQUAL, number, 0, 1 + len(tests)), _line(_LOAD, argument), *tests]
