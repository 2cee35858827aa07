"""What hostile tests would try. Runs inside a sandbox: `python escape_attacks.py <attack> <decoys as JSON>`.

Every attack says what it tried and whether that worked, one JSON line each. Never run this outside a sandbox.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MiB = 1 << 20
OUT, TEMPORARY, HOME = (os.environ[name] for name in ("OUT", "TMPDIR", "HOME"))
libc = ctypes.CDLL(None, use_errno=True)


def tell(probe: str, worked: bool, detail: object = "") -> None:
    print("@ " + json.dumps([probe, worked, str(detail)[:80]]), flush=True)


def attempt(probe: str, action: Callable[[], Any]) -> None:
    try:
        result = action()
    except (OSError, MemoryError) as error:
        tell(probe, False, error)
    else:
        tell(probe, True, result)


def system_call(probe: str, function: Any, *arguments: Any) -> None:
    result = function(*arguments)
    tell(probe, result >= 0, result if result >= 0 else os.strerror(ctypes.get_errno()))


def by_descriptor(path: str) -> str:
    """A descriptor that gives no right to read can be had of nearly everything."""
    return f"/proc/self/fd/{os.open(path, os.O_PATH)}"


def secrets(decoys: dict[str, Any]) -> None:
    for path in (decoys["other_key"], decoys["own_key"], "/etc/shadow", "/proc/1/root" + decoys["own_key"]):
        attempt(f"read {path}", lambda path=path: Path(path).read_bytes())
    attempt("chmod a key", lambda: os.chmod(decoys["own_key"], 0o644))
    attempt("link to a key", lambda: os.link(decoys["own_key"], f"{OUT}/hard"))
    attempt("chmod a key by a descriptor", lambda: os.chmod(by_descriptor(decoys["own_key"]), 0o644))
    attempt("read a key by a descriptor", lambda: Path(by_descriptor(decoys["own_key"])).read_bytes())
    attempt("cut a key", lambda: os.truncate(decoys["own_key"], 0))
    attempt("change a key's time", lambda: os.utime(decoys["own_key"]))
    attempt("run a program beside a key", lambda: os.execv(decoys["own_program"], ["x"]))
    tell("a secret in environ", any(decoys["secret"] in value for value in os.environ.values()))
    tell("an inherited descriptor", any(os.path.exists(f"/proc/self/fd/{n}") for n in (3, 4, 5, 6, 7, 8, 9)))
    tell("something on stdin", bool(sys.stdin.buffer.read(1)))


def processes(decoys: dict[str, Any]) -> None:
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                found += [pid] if decoys["secret"].encode() in file.read() else []
        except OSError:
            continue
    tell("a secret in another environ", bool(found), found)
    attempt("the victim's environ", lambda: Path(f"/proc/{decoys['victim']}/environ").read_bytes())
    attempt("the victim's root", lambda: os.listdir(f"/proc/{decoys['victim']}/root/"))
    system_call("trace the victim", libc.ptrace, 16, decoys["victim"], 0, 0)
    attempt("the victim's limits", lambda: resource.prlimit(decoys["victim"], resource.RLIMIT_CPU, (1, 1)))
    attempt("the victim's order", lambda: os.setpriority(os.PRIO_PROCESS, decoys["victim"], 19))
    attempt("the victim's memory", lambda: os.open(f"/proc/{decoys['victim']}/mem", os.O_RDONLY))
    attempt("kill the victim", lambda: os.kill(decoys["victim"], signal.SIGKILL))


def network(decoys: dict[str, Any]) -> None:
    def call(family: int, address: Any) -> None:
        with socket.socket(family, socket.SOCK_STREAM) as caller:
            caller.settimeout(2)
            caller.connect(address)

    def send(address: str) -> None:
        """From a pair: its ends need no leave to be made, and yet can be sent from to anywhere."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with ours, theirs:
            ours.sendto(b"reached", address)

    def other_interface() -> list[str]:
        names = [name for _, name in socket.if_nameindex()]
        if names == ["lo"]:
            raise OSError("only its own")
        return names

    for host in ("127.0.0.1", "127.0.0.2"):
        attempt(f"call {host}", lambda host=host: call(socket.AF_INET, (host, decoys["port"])))
    attempt("call ::1", lambda: call(socket.AF_INET6, ("::1", decoys["port"])))
    attempt("call a UNIX path", lambda: call(socket.AF_UNIX, decoys["socket"]))
    attempt("call an abstract name", lambda: call(socket.AF_UNIX, "\0" + decoys["abstract"]))
    attempt("a letter to a UNIX path", lambda: send(decoys["letterbox"]))
    attempt("a letter to an abstract name", lambda: send("\0" + decoys["abstract"] + "-letters"))
    attempt("an interface besides lo", other_interface)
    for name, family, kind, protocol in (
        ("vsock", 40, 1, 0),
        ("alg", 38, 5, 0),
        ("packet", 17, 3, 0),
        ("raw", 2, 3, 1),
    ):
        attempt(f"make a {name} socket", lambda f=family, k=kind, p=protocol: socket.socket(f, k, p))


def own_server(decoys: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        attempt("call my own server", lambda: socket.create_connection(server.getsockname(), 2).close())


def a_device() -> None:
    """gVisor lets everybody make one, and nobody open it."""
    os.mknod(f"{TEMPORARY}/disk", 0o600 | 0o060000, os.makedev(8, 0))
    os.open(f"{TEMPORARY}/disk", os.O_RDONLY)


def writes(decoys: dict[str, Any]) -> None:
    for path in (*decoys["files"], "new.py", "../evil", "/usr/evil", "/etc/evil", "/dev/evil"):
        attempt(f"write {path}", lambda path=path: os.close(os.open(path, os.O_WRONLY | os.O_CREAT)))
    attempt("cut a source", lambda: os.truncate("src/a.py", 0))
    attempt("fchmod a source", lambda: os.fchmod(os.open("src/a.py", os.O_RDONLY), 0o777))
    attempt("move a source out", lambda: os.rename("src/a.py", f"{OUT}/a.py"))
    attempt("delete a source", lambda: os.unlink("src/a.py"))
    attempt("a device of our own", a_device)
    attempt("rename a folder", lambda: os.rename("src", "src2"))
    attempt("chmod a source", lambda: os.chmod("src/a.py", 0o777))


def privileges(decoys: dict[str, Any]) -> None:
    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    to_read = decoys["may_read_all"] and (1 << 1 | 1 << 2)
    held = [int(status.get(name, "0"), 16) & ~to_read for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")]
    tell("a capability", any(held), held)
    tell("no filter", status["Seccomp"] != "2")
    tell("new privileges", libc.prctl(39, 0, 0, 0, 0) != 1)
    for name, flag in (("user", 0x10000000), ("mount", 0x20000), ("network", 0x40000000)):
        system_call(f"unshare {name}", libc.unshare, flag)
    system_call("mount", libc.mount, b"none", b"/tmp", b"tmpfs", 0, None)
    system_call("remount /ws writable", libc.mount, None, b"/ws", None, 32 | 4096, None)
    system_call("unmount /ws", libc.umount2, b"/ws", 2)
    system_call("ptrace", libc.ptrace, 16, os.getppid(), 0, 0)
    if os.uname().machine == "x86_64":
        for name, number in (
            ("io_uring", 425),
            ("bpf", 321),
            ("keyctl", 250),
            ("memfd", 319),
            ("clone3", 435),
            ("shmget", 29),
        ):
            system_call(name, libc.syscall, number, 0, 0, 0, 0, 0)
    attempt("become root", lambda: os.setuid(0))
    for device in ("/dev/kvm", "/dev/mem", "/dev/fuse", "/dev/vda", "/dev/sda", "/dev/tty"):
        attempt(f"open {device}", lambda device=device: os.open(device, os.O_RDWR))


def fork_bomb(decoys: dict[str, Any]) -> None:
    forks = 0
    try:
        while forks < 2000:
            if os.fork() == 0:
                time.sleep(20)
                os._exit(0)
            forks += 1
    except OSError:
        pass
    tell("forks far beyond the limit of 64", forks >= 100, forks)  # others of this user are allowed for


def memory_of_one(decoys: dict[str, Any]) -> None:
    held: list[bytearray] = []

    def grow() -> None:
        while len(held) < 200:
            held.append(bytearray(b"x") * (16 * MiB))

    attempt("3.2 GB in one process", grow)


def memory_of_many(decoys: dict[str, Any]) -> None:
    children = []
    for _ in range(5):
        children.append(os.fork())
        if children[-1] == 0:
            _held = bytearray(b"x") * (200 * MiB)
            time.sleep(20)
            os._exit(0)
    time.sleep(10)
    tell("1 GB in five processes", all(os.waitpid(child, os.WNOHANG)[0] == 0 for child in children))


def memory_of_none(decoys: dict[str, Any]) -> None:
    """In files that lie in memory: no process has it among what it holds."""
    for number in range(6):
        with open(f"{TEMPORARY}/held{number}", "wb") as file:
            for _ in range(40):
                file.write(b"x" * MiB)
    tell("240 MB in files", True)


def disk(decoys: dict[str, Any]) -> None:
    def fill(folder: str) -> None:
        for number in range(20):
            with open(f"{folder}/f{number}", "wb") as file:
                for _ in range(60):
                    file.write(b"x" * MiB)

    attempt("a file of 1 TB", lambda: os.truncate(os.open(f"{TEMPORARY}/huge", os.O_RDWR | os.O_CREAT), 1 << 40))
    for folder in ("/dev/shm", "/dev", "/", OUT, HOME):
        attempt(f"1.2 GB in {folder}", lambda folder=folder: fill(folder))


def many_files(decoys: dict[str, Any]) -> None:
    for number in range(300_000):
        open(f"{TEMPORARY}/i{number}", "w").close()


def deep_and_locked(decoys: dict[str, Any]) -> None:
    """What a careless clean-up stumbles over. It stays in, so that only the end removes it."""
    for name in ("locked", "full"):
        os.mkdir(f"{TEMPORARY}/{name}")
    os.mkdir(f"{TEMPORARY}/full/locked", 0)
    os.symlink("/", f"{TEMPORARY}/everything")
    os.chdir(TEMPORARY)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
    os.chdir("/")
    os.mkdir(f"{TEMPORARY}/locked/in", 0)
    tell("a tree that is hard to delete is left", False)


def endless_output(decoys: dict[str, Any]) -> None:
    while True:
        os.write(1, b"A" * 65536)


def sleeper(decoys: dict[str, Any]) -> None:
    time.sleep(600)


def spin(decoys: dict[str, Any]) -> None:
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] > 0
    while True:
        pass


def daemon(decoys: dict[str, Any]) -> None:
    if os.fork() == 0:
        os.setsid()
        for _ in range(5):
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                os.setsid()
                os.closerange(0, 20)
                time.sleep(97)
                os._exit(0)
        os._exit(0)
    time.sleep(0.2)


def daemon_and_sleep(decoys: dict[str, Any]) -> None:
    daemon(decoys)
    time.sleep(600)


def linked_report(decoys: dict[str, Any]) -> None:
    os.symlink(decoys["own_key"], f"{OUT}/report.json")
    os.symlink("/etc/passwd", f"{OUT}/second.json")


def fifo_report(decoys: dict[str, Any]) -> None:
    os.mkfifo(f"{OUT}/report.json")


def huge_report(decoys: dict[str, Any]) -> None:
    with open(f"{OUT}/report.json", "wb") as file:
        file.write(b"x" * (8 * MiB))


def sudden_exit(decoys: dict[str, Any]) -> None:
    os._exit(0)


if __name__ == "__main__":
    globals()[sys.argv[1]](json.loads(sys.argv[2]))
