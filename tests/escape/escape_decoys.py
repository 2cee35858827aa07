"""Things on the host that a sandbox must hide, and that anybody without one could reach."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILES = ("node_modules/dep/index.js", "src/a.py", "conftest.py", ".git/hooks/pre-commit", "package.json")
SECRET = "DECOY-KEY-4711"


@dataclass(frozen=True)
class Decoys:
    """`box` is what an attack is told, so that it need not search."""

    workspace: Path
    box: dict[str, Any]
    victim: subprocess.Popen[bytes]
    listeners: tuple[socket.socket, ...]

    def visitors(self) -> int:
        count = 0
        for listener in self.listeners:
            with suppress(BlockingIOError):
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(64)
                else:
                    listener.accept()[0].close()
                count += 1
        return count


@contextmanager
def laid_out(folder: Path, uid: int | None) -> Iterator[Decoys]:
    """`uid` owns what the sandbox's own user would own; None when we are that user."""
    folder.chmod(0o755)
    workspace = folder / "workspace"
    for name in FILES:
        _put(workspace / name, 0o666, uid)
    for place, _, _ in os.walk(workspace):
        os.chmod(place, 0o777)  # file modes must not be what saves us
    attacks = workspace / "escape_attacks.py"
    attacks.write_bytes(Path(__file__).with_name("escape_attacks.py").read_bytes())
    attacks.chmod(0o644)
    _put(folder / "other" / "id_rsa", 0o600, None)
    _put(folder / "own" / "id_rsa", 0o600, uid)
    _put(folder / "own" / "program", 0o755, uid)
    (folder / "own" / "program").write_text("#!/bin/sh\necho '@ [\"a program beside a key\", true, 0]'\n")
    port, listeners = _listeners(folder)
    # Of the sandbox's own user, where that is another than ours: what is of one user is what is hard to keep apart.
    other = {"user": uid, "group": uid, "extra_groups": ()} if uid is not None else {}
    victim = subprocess.Popen(["/bin/sleep", "120"], env={"GOOGLE_API_KEY": SECRET}, **other)  # type: ignore[call-overload]
    box = {
        "secret": SECRET,
        "other_key": str(folder / "other" / "id_rsa"),
        "own_key": str(folder / "own" / "id_rsa"),
        "own_program": str(folder / "own" / "program"),
        "files": FILES,
        "may_read_all": False,
        "victim": victim.pid,
        "port": port,
        "socket": str(folder / "decoy.sock"),
        "letterbox": str(folder / "letters.sock"),
        "abstract": f"testwright-decoy-{os.getpid()}",
    }
    try:
        yield Decoys(workspace=workspace, box=box, victim=victim, listeners=listeners)
    finally:
        victim.kill()
        victim.wait()
        for listener in listeners:
            listener.close()


def _put(path: Path, mode: int, owner: int | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("KEY")
    path.chmod(mode)
    if owner is not None:
        os.chown(path, owner, owner)


def _listeners(folder: Path) -> tuple[int, tuple[socket.socket, ...]]:
    first = socket.create_server(("127.0.0.1", 0))
    port = first.getsockname()[1]
    made = [first]
    for family, address in (
        (socket.AF_INET, ("127.0.0.2", port)),
        (socket.AF_INET6, ("::1", port)),
        (socket.AF_UNIX, str(folder / "decoy.sock")),
        (socket.AF_UNIX, f"\0testwright-decoy-{os.getpid()}"),
    ):
        listener = socket.socket(family)
        with suppress(OSError):  # a machine without IPv6
            listener.bind(address)
            listener.listen()
            made.append(listener)
    for address in (str(folder / "letters.sock"), f"\0testwright-decoy-{os.getpid()}-letters"):
        box = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        box.bind(address)
        made.append(box)
    for listener in made:
        listener.setblocking(False)
    for name in ("decoy.sock", "letters.sock"):
        os.chmod(folder / name, 0o777)
    return port, tuple(made)
