"""Which of the files below the given paths are taken, by what git, earlier sessions and the files themselves say."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from testwright.domain.records import MeasuredFile
from testwright.domain.still import Still
from testwright.sources.folder import FolderView
from testwright.sources.picking import Choice, Knowledge, Picked, pick
from testwright.store import Store
from testwright.wiring import decisions_in, tested_of

_OWNER = "local"


async def chosen(store: Store, projects: Mapping[Path, Sequence[str]], choice: Choice) -> dict[Path, list[Picked]]:
    """The files that are taken, by project; projects without any are left out. Raises InputError."""
    taken: dict[Path, list[Picked]] = {}
    for root, paths in projects.items():
        measured = await _measured(store, root) if choice.most is not None else ()
        known = Knowledge(decisions=decisions_in, tested=tested_of, measured=measured)
        picked = await asyncio.to_thread(pick, Still(FolderView(root)), paths, choice, known)
        if picked:
            taken[root] = picked
    return taken


async def _measured(store: Store, root: Path) -> list[MeasuredFile]:
    """What sessions of the command line saw, and those of the service, which knows the folder by an id."""
    ids = [one.repository_id for one in await store.repositories(_OWNER) if one.root == str(root)]
    return [file for name in (root.name, *ids) for file in await store.measured_files(_OWNER, name)]


def none_left(choice: Choice) -> str:
    """Why there is nothing to do, as a sentence."""
    what = " without tests" if choice.untested else ""
    return f"No file{what} has changed since {choice.since}." if choice.since else f"There is no file{what}."
