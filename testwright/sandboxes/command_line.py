"""What bubblewrap is asked to build: every mount, variable and namespace of the isolated tier, as one argument list."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from testwright.domain.projects import OUT, WORKSPACE, Command, Mount

HOME = "/home/sbx"
PERSON = 1000
"""The user id inside, where a user namespace gives it."""
MiB = 1 << 20
REPORT_HEADER = b"testwright-reports 1\n"
SCRATCH = ("/tmp", HOME, "/dev/shm", OUT)
FILTER_DESCRIPTOR = 3
NOTHING_IS_KEPT = "This tier has no folder that a command may fill"
_FIRST_ETC_DESCRIPTOR = 4
_MADE = ("/", "/tmp", "/usr", "/home", HOME, "/dev", "/etc", "/out")
_INFO_DESCRIPTOR = 9  # after the five files of /etc

# Runs inside, as the tests' own user. Its standard output is the report pipe, which the tests do not inherit; reports
# are read here, so a planted link or FIFO is met by a process that can reach nothing. Single-digit descriptors only:
# dash refuses `>&12`. The header tells a command that failed from a sandbox that did.
_COLLECT = r"""exec 3>&1 1>&2
printf 'testwright-reports 1\n' >&3
left=$1 reports=$2
shift 2
"$@" 3>&-
status=$?
cd "$OUT" || exit $status
IFS='
'
for name in $reports; do
  [ -f "$name" ] && [ ! -L "$name" ] || continue
  size=$(wc -c <"$name") || continue
  [ "$size" -gt "$left" ] && size=$left
  printf '%d %s\n' "$size" "$name" >&3
  head -c "$size" -- "$name" >&3
  left=$((left - size))
done
exit $status
"""


def clean_environment(command: Command) -> dict[str, str]:
    """Built from nothing, never copied from ours, so no secret can be forgotten."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": HOME,
        "TMPDIR": "/tmp",
        "OUT": OUT,
        "TESTWRIGHT_WORKSPACE": WORKSPACE,
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "CI": "1",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NODE_OPTIONS": f"--max-old-space-size={command.limits.memory_mib // 2}",
        "npm_config_offline": "true",
        "npm_config_update_notifier": "false",
        **dict(command.env),
    }


def etc_files(uid: int) -> dict[str, bytes]:
    """The five files programs cannot do without; without `hosts`, for one, vitest cannot find localhost."""
    return {
        "hosts": b"127.0.0.1 localhost sbx\n::1 localhost\n",
        "nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
        "passwd": f"sbx:x:{uid}:{uid}::{HOME}:/bin/sh\n".encode(),
        "group": f"sbx:x:{uid}:\n".encode(),
        "resolv.conf": b"",
    }


def bubblewrap_argv(program: str, command: Command, *, setpriv: str | None, uid: int) -> list[str]:
    """The whole argument list.

    With `setpriv`, real root builds the mounts without a user namespace and then gives everything away to `uid`;
    otherwise an ordinary user builds them in a user namespace of their own.
    """
    argv = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    argv += ["--hostname", "sbx", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    argv += ["--info-fd", str(_INFO_DESCRIPTOR)]
    if setpriv:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            argv += ["--cap-add", capability]
    else:
        argv += ["--unshare-user", "--uid", str(PERSON), "--gid", str(PERSON), "--disable-userns"]
    argv += ["--clearenv"]
    for name, value in clean_environment(command).items():
        argv += ["--setenv", name, value]
    argv += _system_mounts(uid)
    argv += _scratch_mounts(command.limits.scratch_mib, anyone=setpriv is not None)
    argv += _tool_mounts(mount for mount in command.mounts if not _is_below(mount.inside, WORKSPACE))
    if command.keeps is not None:
        argv += [*_parents(command.keeps.inside, set(_MADE)), "--bind", command.keeps.host, command.keeps.inside]
    argv += ["--ro-bind", command.workspace, WORKSPACE]
    for mount in sorted(command.mounts, key=lambda mount: mount.inside):
        if _is_below(mount.inside, WORKSPACE):
            argv += ["--ro-bind", mount.host, mount.inside]
    argv += [
        "--chdir",
        WORKSPACE,
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
        "--seccomp",
        str(FILTER_DESCRIPTOR),
        "--",
    ]
    if setpriv:
        argv += [setpriv, f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        argv += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"]
    return [*argv, *collecting(command), *command.argv]


def collecting(command: Command) -> list[str]:
    """What comes before the command's own words, so that its reports come back."""
    return ["/bin/sh", "-c", _COLLECT, "sh", str(command.limits.report_bytes), "\n".join(command.reports)]


def problem_with(command: Command) -> str | None:
    """A sentence for what bubblewrap would only answer with a riddle, or None."""
    if not os.path.isdir(command.workspace):
        return "The workspace is gone"
    for mount in command.mounts:
        if not os.path.exists(mount.host):
            return f"What should be mounted at {mount.inside} is gone"
        if _is_below(mount.inside, WORKSPACE):
            point = Path(command.workspace) / PurePosixPath(mount.inside).relative_to(WORKSPACE)
            if not point.exists():
                return f"The workspace has no mount point for {mount.inside}"
    if command.keeps is not None and not os.path.isdir(command.keeps.host):
        return f"The folder to fill at {command.keeps.inside} is gone"
    for name in command.reports:
        if "\n" in name or name.startswith(("/", "-")) or ".." in name.split("/"):
            return "A report's name does not stay below the report folder"
    return None


def read_reports(data: bytes, wanted: Iterable[str]) -> dict[str, bytes] | None:
    """Take the report pipe apart; None when not even the header came, so the command was never started.

    The tests may have written into this pipe too: whatever does not fit ends the reading.
    """
    if not data.startswith(REPORT_HEADER):
        return None
    names, found, at = frozenset(wanted), {}, len(REPORT_HEADER)
    while (line_end := data.find(b"\n", at, at + 1100)) >= 0:
        size, _, name = data[at:line_end].decode(errors="replace").partition(" ")
        start = line_end + 1
        if not (size.isascii() and size.isdigit()) or len(size) > 12 or name not in names:
            break
        found[name] = data[start : start + int(size)]
        at = start + int(size)
    return found


def _system_mounts(uid: int) -> list[str]:
    argv = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        if os.path.islink("/" + name):
            argv += ["--symlink", os.readlink("/" + name), "/" + name]
        elif os.path.isdir("/" + name):
            argv += ["--ro-bind", "/" + name, "/" + name]
    # Made first, because bubblewrap would make the parents of a file 0700, which the dropped user cannot enter.
    for folder in ("/etc", "/etc/ssl", "/home"):
        argv += ["--perms", "0755", "--dir", folder]
    for path in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/certs", "/etc/ssl/openssl.cnf"):
        argv += ["--ro-bind-try", path, path]
    for number, name in enumerate(etc_files(uid), start=_FIRST_ETC_DESCRIPTOR):
        argv += ["--perms", "0644", "--file", str(number), f"/etc/{name}"]
    return [*argv, "--proc", "/proc", "--dev", "/dev"]


def _scratch_mounts(mib: int, *, anyone: bool) -> list[str]:
    argv: list[str] = []
    for path, size in zip(SCRATCH, (mib, 32, 64, 64), strict=True):
        argv += ["--size", str(size * MiB), "--tmpfs", path]
        if anyone:
            argv += ["--chmod", "1777", path]
    return argv


def _tool_mounts(mounts: Iterable[Mount]) -> list[str]:
    """After the scratch mounts, which would hide them."""
    argv: list[str] = []
    made = set(_MADE)
    for mount in sorted(mounts, key=lambda mount: mount.inside):
        argv += _parents(mount.inside, made)
        if not (mount.host == mount.inside and _is_below(mount.host, "/usr")):
            argv += ["--ro-bind", mount.host, mount.inside]
            made.add(mount.inside)
    return argv


def _parents(inside: str, made: set[str]) -> list[str]:
    argv: list[str] = []
    for parent in reversed(PurePosixPath(inside).parents):
        if str(parent) not in made and not _is_below(str(parent), "/usr"):
            made.add(str(parent))
            argv += ["--perms", "0755", "--dir", str(parent)]
    return argv


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
