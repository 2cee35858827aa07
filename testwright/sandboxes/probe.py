"""Runs inside a sandbox that wants to be trusted, tries to get out, and writes down what it reached.

Harmless by itself: what it tries would do no damage where it succeeds. Standard library only; it is run as a file.
"""

import json
import os
import socket
import sys
from collections.abc import Callable

_TO_READ = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def main(host_file: str, host_port: str, host_process: str, secret: str) -> None:
    """The process of the host has the secret in its environment, and is to be alive afterwards."""
    environment = _environment_of(host_process)
    reached = {
        "host_file": _works(lambda: open(host_file, "rb").close()),
        "host_file_rights": _works(lambda: os.chmod(host_file, 0o600)),
        "host_network": _works(lambda: socket.create_connection(("127.0.0.1", int(host_port)), 1).close()),
        "host_socket_by_path": _works(lambda: _send_to(host_file + ".socket")),
        "workspace_write": _works(lambda: _write_nameless(".")),
        "system_write": _works(lambda: _write_nameless("/usr")),
        "other_interface": _works(_meet_another_interface),
        "other_process": len([name for name in _entries("/proc") if name.isdigit()]) > 8,
        "other_environment": secret.encode() in (environment or b""),
        "inherited_environment": any(name.startswith("TESTWRIGHT_DECOY") for name in os.environ),
        **_rights(),
    }
    if environment is None or secret.encode() in environment:  # else it is one of our own with the same number
        _works(lambda: os.kill(int(host_process), 9))  # whom it met is seen from outside
    with open(os.path.join(os.environ["OUT"], "probe.json"), "w") as file:
        json.dump(reached, file)


def _rights() -> dict[str, bool]:
    if not os.path.exists("/proc/self/status"):  # not on Linux, where there are no such rights to hold
        return {"root": os.getuid() == 0}
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    held = 0
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        held |= int(status.get(name, "0"), 16)  # gVisor does not list them all
    return {
        "capability": held & ~_TO_READ != 0,
        "reads_all": held & _TO_READ != 0,
        "unfiltered_system_calls": status["Seccomp"] != "2",
        "new_privileges": status.get("NoNewPrivs", _no_new_privileges()) != "1",
        "root": os.getuid() == 0,
    }


def _no_new_privileges() -> str:
    import ctypes  # what the kernel says by itself, for one that does not write it down

    return str(ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))


def _write_nameless(folder: str) -> None:
    """A file without a name: it tells whether one may be made, and leaves nothing."""
    if hasattr(os, "O_TMPFILE"):
        os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR))
        return
    name = os.path.join(folder, f".testwright-probe-{os.getpid()}")
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    os.unlink(name)


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _send_to(path: str) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        ours.sendto(b"reached", path)


def _meet_another_interface() -> None:
    if {name for _, name in socket.if_nameindex()} == {"lo"}:
        raise OSError("only its own")


def _environment_of(process: str) -> bytes | None:
    try:
        with open(f"/proc/{process}/environ", "rb") as file:
            return file.read()
    except OSError:
        return None


def _works(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
