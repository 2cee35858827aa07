"""The process between the service and one sandbox: it sets limits, starts it, watches, and ends everything.

A program of its own because limits must be set between fork and exec, which is not safe in a threaded server, and
because it dies with the service: its standard input is a socket to the service, and when that closes, for whatever
reason, everything below is killed. Imports are few on purpose: its start is most of what a sandbox costs.
"""

from __future__ import annotations

import errno
import marshal
import os
import resource
import select
import sys
import time

TYPE_CHECKING = False  # typing's own constant, without the cost of importing it
if TYPE_CHECKING:
    from typing import Any

SAMPLE_SECONDS = 0.1
KEPT_SAMPLE_SECONDS = 2.0
NOT_LAUNCHED = 125


def main() -> None:
    order = _receive()
    if order is None:
        return
    if order["confine"] is not None:
        _ours(order, "landlock").adopt_orphans()
    started = time.monotonic()
    told, tells = os.pipe()
    group = _make_group(order)
    leader = os.fork() if group is None else _ours(order, "born_in_group").fork_into(group)
    if leader == 0:
        try:
            _become_the_sandbox(order, tells)
        except BaseException as error:
            os.write(2, f"sandbox: {error!r}\n".encode())
        os._exit(NOT_LAUNCHED)  # a layer that cannot be applied means no run
    os.close(1)  # or the service would never see the end of the report and the log
    os.close(2)
    os.close(tells)
    first = _first_process(told) if order["confine"] is None else None
    reason, peak = _watch(os.pidfd_open(leader), started, order)
    if group is not None:
        reason = "memory-limit" if reason == "exit" and _was_killed_for_memory(group) else reason
        _write(f"{group}/cgroup.kill", 1)
    if order["confine"] is None:
        _end_everything(leader, first)
        status = os.waitstatus_to_exitcode(os.waitpid(leader, 0)[1])
    else:
        status = _end_all_children(leader)
    if group is not None:
        _remove_group(group)
    answer = (status if reason == "exit" else None, reason, time.monotonic() - started, peak)
    try:  # noqa: SIM105 - contextlib would have to be imported
        os.write(0, marshal.dumps(answer))
    except OSError:
        pass  # the service is gone; nobody is left to tell


def _receive() -> dict[str, Any] | None:
    """marshal, not json: both ends are one interpreter, and json takes as long to import as bubblewrap to start."""
    size = os.read(0, 4)
    if len(size) < 4:
        return None
    wanted, data = int.from_bytes(size, "big"), b""
    while len(data) < wanted:
        chunk = os.read(0, wanted - len(data))
        if not chunk:
            return None
        data += chunk
    order: dict[str, Any] = marshal.loads(data)
    return order


def _become_the_sandbox(order: dict[str, Any], tells: int) -> None:
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if order["confine"] is None:
        _put_descriptors(order["inputs"], tells)
    else:
        os.closerange(3, 4096)
    _set_limits(order)
    confine, uid = order["confine"], order["drop_to"]
    if confine is None:
        if uid is not None:
            _become(uid)
        os.execve(order["argv"][0], order["argv"], {"PATH": "/usr/bin:/bin"})
    landlock = _ours(order, "landlock")
    if uid is not None:
        (landlock.become_who_reads_all if confine["reads_all"] else _become)(uid)
    os.umask(0o022)
    os.chdir(confine["folder"])
    landlock.confine(confine["read_only"], confine["writable"], confine["filter"])
    os.execve(order["argv"][0], order["argv"], confine["environment"])


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _ours(order: dict[str, Any], name: str) -> Any:
    """A module of our own: this file is started by itself, without any path to look for modules on."""
    if order["package"] not in sys.path:
        sys.path.append(order["package"])
    return getattr(__import__(f"testwright.sandboxes.{name}").sandboxes, name)


def _make_group(order: dict[str, Any]) -> str | None:
    """The kernel's own limits for all that will run, where a cgroup can be had."""
    if order["cgroup"] is None:
        return None
    group = f"{order['cgroup']}/testwright-run-{os.getpid()}"
    try:
        os.mkdir(group)
    except FileExistsError:  # of a killed service's supervisor, which had the same number
        os.rmdir(group)
        os.mkdir(group)
    for name, value in (
        ("memory.max", order["tree_bytes"]),
        ("memory.oom.group", 1),
        ("pids.max", order["processes"]),
        ("memory.swap.max", 0),
    ):
        if name != "memory.swap.max" or os.path.exists(f"{group}/{name}"):  # a kernel without swap
            _write(f"{group}/{name}", value)
    return group


def _was_killed_for_memory(group: str) -> bool:
    with open(f"{group}/memory.events") as file:
        return any(line.startswith("oom_kill ") and line.split()[1] != "0" for line in file)


def _remove_group(group: str) -> None:
    """It can be removed once the last that was killed is gone."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.rmdir(group)
            return
        except OSError:
            time.sleep(0.002)


def _write(path: str, value: int) -> None:
    with open(path, "w") as file:
        file.write(str(value))


def _put_descriptors(inputs: list[bytes], tells: int) -> None:
    """Descriptor 3 and up, one for each input, then the one where bubblewrap tells of itself, and nothing else."""
    aside = 64
    for number, content in enumerate(inputs):
        memory = os.memfd_create("input", 0)
        os.write(memory, content)
        os.lseek(memory, 0, os.SEEK_SET)
        os.dup2(memory, aside + number)
    os.dup2(tells, aside + len(inputs))
    os.closerange(3, aside)
    for number in range(len(inputs) + 1):
        os.dup2(aside + number, 3 + number)
    os.closerange(4 + len(inputs), 4096)


def _set_limits(order: dict[str, Any]) -> None:
    cpu = order["cpu_seconds"]
    # Soft first, so that SIGXCPU comes and tells why; DATA instead of AS, because V8 reserves far more than it uses.
    _limit(resource.RLIMIT_CPU, cpu, cpu + 2)
    _limit(resource.RLIMIT_DATA, order["data_bytes"])
    _limit(resource.RLIMIT_NPROC, order["processes"] + _threads_of(order["uid"]))
    _limit(resource.RLIMIT_NOFILE, order["open_files"])
    _limit(resource.RLIMIT_FSIZE, order["file_bytes"])
    for which in (resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE):
        _limit(which, 0)
    _write("/proc/self/oom_score_adj", 1000)  # under memory pressure the sandbox dies first
    os.nice(5)


def _limit(which: int, soft: int, hard: int | None = None) -> None:
    hard = soft if hard is None else hard
    ceiling = resource.getrlimit(which)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(which, (soft, hard))


def _threads_of(uid: int) -> int:
    """RLIMIT_NPROC counts a user's threads everywhere: a person's desktop has hundreds, and a second service may use
    the same sandbox users as this one.
    """
    threads = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == uid:
                with open(f"/proc/{pid}/stat") as file:
                    threads += int(file.read().rsplit(")", 1)[1].split()[17])
        except (OSError, IndexError, ValueError):
            continue
    return threads


def _first_process(told: int) -> tuple[int, int] | None:
    """The process whose end is the end of all others in the sandbox, with a descriptor for it.

    bubblewrap names it before it lets it go on, so it cannot be missed; None when bubblewrap did not get that far, or
    when everything is over already.
    """
    data, deadline = b"", time.monotonic() + 5
    while select.select([told], [], [], max(0.0, deadline - time.monotonic()))[0]:
        chunk = os.read(told, 4096)
        if not chunk:
            break
        data += chunk
    digits = data.partition(b'"child-pid":')[2].strip().partition(b",")[0].split()
    try:
        pid = int(digits[0])
        return pid, os.pidfd_open(pid)
    except (IndexError, ValueError, ProcessLookupError):
        return None


def _watch(watch: int, started: float, order: dict[str, Any]) -> tuple[str, int]:
    """Wait for the end, or for the first reason to make one. Returns it with the highest memory use seen."""
    peak, next_look = 0, started + KEPT_SAMPLE_SECONDS
    while True:
        ready = select.select([watch, 0], [], [], SAMPLE_SECONDS)[0]
        if watch in ready:
            return "exit", peak
        if 0 in ready:
            return "cancelled", peak
        pids = _below(os.getpid())
        used = _resident(pids)
        peak = max(peak, used)
        if used > order["tree_bytes"] and _proportional(pids) > order["tree_bytes"]:
            return "memory-limit", peak
        if _is_full(order, pids):
            return "disk-limit", peak
        if order["kept"] is not None and time.monotonic() > next_look:  # may hold many files: seldom
            folder, most_bytes, most_entries = order["kept"]
            if _has_outgrown([folder], most_bytes, most_entries):
                return "disk-limit", peak
            next_look = time.monotonic() + KEPT_SAMPLE_SECONDS
        if time.monotonic() - started > order["wall_seconds"]:
            return "timeout", peak


def _end_everything(leader: int, first: tuple[int, int] | None) -> None:
    """Kill, and wait until the sandbox's first process is gone: the kernel lets it go only after all others in there.

    Also after an exit: bubblewrap ends with its command, and what that left behind a moment later. Every descriptor is
    taken before the first kill, because afterwards a process cannot be found any more.
    """
    watches = [first[1]] if first else []
    if first and not select.select([first[1]], [], [], 0)[0]:
        _kill(first[0])
    for pid in [*_below(os.getpid()), leader]:
        try:
            watches.append(os.pidfd_open(pid))
        except ProcessLookupError:
            continue
        _kill(pid)
    deadline = time.monotonic() + 5
    for watch in watches:
        select.select([watch], [], [], max(0.0, deadline - time.monotonic()))


def _end_all_children(leader: int) -> int:
    """Kill until there is nobody left to wait for: one pass is not enough, because a fork may win the race.

    Returns the leader's exit status.
    """
    status = 0
    while True:
        for pid in _below(os.getpid()):
            _kill(pid)
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == leader:
                    status = os.waitstatus_to_exitcode(ended[1])
        except ChildProcessError:
            return status
        time.sleep(0.002)


def _kill(pid: int) -> None:
    try:  # noqa: SIM105 - contextlib would have to be imported
        os.kill(pid, 9)
    except ProcessLookupError:
        pass


def _below(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        parent = todo.pop()
        try:
            for thread in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{thread}/children") as file:
                    children = [int(child) for child in file.read().split()]
                found += children
                todo += children
        except OSError:
            continue
    return found


def _resident(pids: list[int]) -> int:
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/statm") as file:
                total += int(file.read().split()[1]) * resource.getpagesize()
        except (OSError, IndexError):
            continue
    return total


def _proportional(pids: list[int]) -> int:
    """Shared pages counted once. Slow, so asked only when the plain sum is too large: 120 idle forks add up to 1 GB."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
        except OSError:
            continue
    return total


def _is_full(order: dict[str, Any], pids: list[int]) -> bool:
    confine = order["confine"]
    if confine is None:
        return _too_many_files(pids, order["scratch"], order["inodes"])
    return _has_outgrown(confine["writable_folders"], confine["scratch_bytes"], order["inodes"])


def _has_outgrown(folders: list[str], most_bytes: int, most_entries: int) -> bool:
    """Counts what lies on the host's own disk, and stops once it is too much. So is a path too long to follow."""
    size = entries = 0
    waiting = list(folders)
    while waiting:
        try:
            with os.scandir(waiting.pop()) as listing:
                for entry in listing:
                    entries += 1
                    found = entry.stat(follow_symlinks=False)
                    size += found.st_blocks * 512
                    if size > most_bytes or entries > most_entries:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return True
    return False


def _too_many_files(pids: list[int], scratch: list[str], most: int) -> bool:
    """bubblewrap caps the bytes of a tmpfs, not its files; so look into the sandbox from outside."""
    for pid in pids:
        root = f"/proc/{pid}/root"
        try:
            if os.stat(root + scratch[0]).st_dev == os.stat("/").st_dev:
                continue  # still being set up
            counts = [os.statvfs(root + mount) for mount in scratch]
        except OSError:
            continue
        return any(count.f_files - count.f_ffree > most for count in counts)
    return False


if __name__ == "__main__":
    main()
