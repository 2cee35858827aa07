"""Where there is no mount namespace, a project lies where it lies: inside paths become the host's, and what comes back
names them as they are inside.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from testwright.domain.projects import OUT, WORKSPACE, Command, Completed
from testwright.sandboxes.command_line import HOME

_NODE_FALLBACK = "/node_modules"
MOUNTS = "mounts"
"""The folder of the scratch in which links stand for mounts."""


class HostPaths:
    """`workspace` and the folders of `scratch` (out, tmp, home) stand for what is mounted elsewhere."""

    def __init__(self, command: Command, *, workspace: Path, scratch: Path) -> None:
        self._own = {
            WORKSPACE: str(workspace),
            OUT: str(scratch / "out"),
            "/tmp": str(scratch / "tmp"),
            HOME: str(scratch / "home"),
        }
        mounts = {mount.inside: mount.host for mount in command.mounts if not mount.inside.startswith(WORKSPACE + "/")}
        kept = {} if command.keeps is None else {command.keeps.inside: command.keeps.host}
        places = _folders_above(mounts, scratch / MOUNTS) | mounts | kept | self._own
        self._places = [
            (re.compile(rf"(?<![\w./-]){re.escape(inside)}(?![\w.-])"), places[inside])
            for inside in sorted(places, key=len, reverse=True)
        ]

    def on_host(self, text: str) -> str:
        """One pass for each place, over what no earlier one has put in: a host path may look like an inside path."""
        pieces: list[tuple[str, bool]] = [(text, False)]
        for pattern, host in self._places:
            following: list[tuple[str, bool]] = []
            for piece, is_done in pieces:
                if is_done:
                    following.append((piece, True))
                    continue
                at = 0
                for match in pattern.finditer(piece):
                    following += [(piece[at : match.start()], False), (host, True)]
                    at = match.end()
                following.append((piece[at:], False))
            pieces = following
        return "".join(piece for piece, _ in pieces)

    def argv(self, words: Iterable[str]) -> list[str]:
        """A program of the host's own is named as it lies there, even below the host's `/tmp`."""
        program, *rest = words
        return [program if Path(program).is_file() else self.on_host(program), *map(self.on_host, rest)]

    def environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {name: self.on_host(value) for name, value in variables.items()}

    def inside(self, completed: Completed) -> Completed:
        """Frameworks read reports as they are written where the project is mounted."""
        log = completed.log
        reports = dict(completed.reports)
        for inside, host in self._own.items():
            log = log.replace(host, inside)
            reports = {name: text.replace(host.encode(), inside.encode()) for name, text in reports.items()}
        return Completed(
            exit_status=completed.exit_status,
            reason=completed.reason,
            log=log,
            reports=reports,
            seconds=completed.seconds,
        )


def _folders_above(mounts: Mapping[str, str], links: Path) -> dict[str, str]:
    """A path may name the folder that things are mounted in. One part alone is nobody's: `/opt` may have others."""
    moved = [PurePosixPath(inside) for inside, host in mounts.items() if inside != host]
    above = [folder for inside in moved for folder in inside.parents if len(folder.parts) > 2]
    return {str(folder): f"{links}{folder}" for folder in above}


def link_mounts(command: Command, *, workspace: Path, scratch: Path) -> None:
    """Mounts become links: those of packages in the copy itself and beside it, where Node looks next."""
    (scratch / MOUNTS).mkdir(exist_ok=True)
    for mount in command.mounts:
        if mount.inside == _NODE_FALLBACK:
            link = workspace.parent / "node_modules"
        elif mount.inside.startswith(WORKSPACE + "/"):
            link = workspace / PurePosixPath(mount.inside).relative_to(WORKSPACE)
        elif mount.inside != mount.host:
            link = Path(f"{scratch / MOUNTS}{mount.inside}")
            link.parent.mkdir(parents=True, exist_ok=True)
        else:
            continue
        if link.is_dir() and not link.is_symlink() and not any(link.iterdir()):
            link.rmdir()
        if not link.exists():
            link.symlink_to(mount.host)
