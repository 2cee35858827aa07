"""Projects that came from elsewhere, each in a folder of our own that is named after what it holds.

What is the same is kept once, and never changes: a session that was made with it can look at it again.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

_ABOUT = ".about"
_PIN_LETTERS = 16
_MOST_LETTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """`pin` is the commit, or the hash of the archive; `address` where it came from, None for an archive."""

    folder: Path
    name: str
    pin: str
    address: str | None


def keep(making: Path, imports: Path, *, name: str, kind: str, pin: str, address: str | None) -> Imported:
    """Put what was made into its place, or find it there: somebody else may have imported the same."""
    where = hashlib.sha256((address or "").encode()).hexdigest()[:8]
    home = imports / f"{kind}-{where}-{pin[:_PIN_LETTERS]}"
    folder = home / name[:_MOST_LETTERS]
    if not folder.is_dir():
        home.mkdir(mode=0o700, exist_ok=True)
        with contextlib.suppress(OSError):  # another process was faster
            os.rename(making, folder)
    imported = Imported(folder=folder, name=name, pin=pin, address=address)
    _note(home, imported)
    return imported


def _note(home: Path, imported: Imported) -> None:
    about = {**asdict(imported), "folder": imported.folder.name}
    half = home / f"{_ABOUT}.{os.getpid()}"
    half.write_text(json.dumps(about), encoding="utf-8")
    half.replace(home / _ABOUT)


def imported_at(folder: Path) -> Imported | None:
    """Where a folder of ours came from; None for any other folder."""
    try:
        about = json.loads((folder.parent / _ABOUT).read_text(encoding="utf-8"))
        if about["folder"] != folder.name:
            return None
        return Imported(folder=folder, name=about["name"], pin=about["pin"], address=about["address"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def discard(folder: Path, imports: Path) -> bool:
    """Delete a project that we keep below `imports`, with what is noted of it; any other folder is left alone."""
    home = folder.parent
    if home.parent != imports or home.is_symlink() or imported_at(folder) is None:
        return False
    gone = imports / f".gone-{secrets.token_hex(6)}"
    try:
        os.rename(home, gone)  # at once, so that nobody finds half of it
    except OSError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True


def own_tree(root: str | None) -> Path | None:
    """A session's folder where it is the user's own, to write into; None for what we keep, which stays as it came."""
    return None if root is None or imported_at(Path(root)) is not None else Path(root)
