"""Runs inside a sandbox that wants to be trusted, tries to get out, and writes down what it reached.

Harmless by itself: what it tries would do no damage where it succeeds. Standard library only; it is run as a file.
"""

import json
import os
import socket
import sys
from collections.abc import Callable


def main(host_file: str, host_port: str) -> None:
    reached = {
        "host_file": _works(lambda: open(host_file, "rb").close()),
        "host_network": _works(lambda: socket.create_connection(("127.0.0.1", int(host_port)), 1).close()),
        "workspace_write": _works(lambda: _write_nameless(".")),
        "system_write": _works(lambda: _write_nameless("/usr")),
        "other_interface": {name for _, name in socket.if_nameindex()} != {"lo"},
        "other_process": len([name for name in os.listdir("/proc") if name.isdigit()]) > 8,
        "inherited_environment": any(name.startswith("TESTWRIGHT_DECOY") for name in os.environ),
        **_rights(),
    }
    with open(os.path.join(os.environ["OUT"], "probe.json"), "w") as file:
        json.dump(reached, file)


def _rights() -> dict[str, bool]:
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    return {
        "capability": any(int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")),
        "unfiltered_system_calls": status["Seccomp"] != "2",
        "new_privileges": status["NoNewPrivs"] != "1",
        "root": os.getuid() == 0,
    }


def _write_nameless(folder: str) -> None:
    """A file without a name: it tells whether one may be made, and leaves nothing."""
    os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR))


def _works(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
