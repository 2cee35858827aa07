"""Writing a session's suites into the folder they were made for, and taking exactly that back."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from testwright.domain.errors import InputError
from testwright.domain.records import TestRecord
from testwright.sources.apply import take_back, write
from testwright.sources.export import files_to_export
from testwright.sources.pinning import changed_since
from testwright.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file that was left as it is, and why."""

    path: str
    problem: str
    hint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Paths that were written or taken back, those that needed nothing, and those that were left alone.

    `overtaken` are sources that have another text by now than the one that their tests were proved on.
    """

    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[Refusal, ...]
    overtaken: tuple[str, ...] = ()


async def apply_suites(store: Store, session_id: str, root: Path, tests: Iterable[TestRecord]) -> Outcome:
    """Write what nobody rejected. One file that cannot be written keeps no other from it."""
    ours = {made.path: made.after for made in reversed(await store.applications(session_id))}
    changed, unchanged, refused = list[str](), list[str](), list[Refusal]()
    tests = list(tests)
    for file in files_to_export(tests):
        try:
            made = await asyncio.to_thread(write, root, file, ours=ours.get(file.path))
        except InputError as error:
            refused.append(Refusal(path=file.path, problem=error.message, hint=error.hint))
            continue
        if made is None:
            unchanged.append(file.path)
        else:
            await store.note_application(session_id, made)
            changed.append(file.path)
    seen = await sources_of(store, session_id, (test for test in tests if test.test_file_path in changed))
    overtaken = await asyncio.to_thread(changed_since, root, seen)
    return Outcome(
        changed=tuple(changed), unchanged=tuple(unchanged), refused=tuple(refused), overtaken=tuple(overtaken)
    )


async def undo(store: Store, session_id: str, root: Path) -> Outcome:
    """Take back what was written, the newest first. What somebody has changed since is left alone."""
    changed, refused = list[str](), list[Refusal]()
    stuck: set[str] = set()
    for made in await store.applications(session_id):
        if made.path in stuck:
            continue  # what came before cannot be taken back from under it
        try:
            await asyncio.to_thread(take_back, root, made)
        except InputError as error:
            stuck.add(made.path)
            refused.append(Refusal(path=made.path, problem=error.message, hint=error.hint))
            continue
        await store.forget_application(session_id, made)
        changed.append(made.path)
    return Outcome(changed=tuple(dict.fromkeys(changed)), unchanged=(), refused=tuple(refused))


def overtaken_line(path: str) -> str:
    return f"{path} has changed since its tests were proved: run them before you rely on them, or generate again."


async def all_texts(store: Store, session_id: str) -> dict[str, str]:
    """Of all of a session's files, as it took them."""
    paths = [file.path for file in await store.files(session_id)]
    texts = {path: await store.file_text(session_id, path) for path in paths}
    return {path: text for path, text in texts.items() if text is not None}


async def sources_of(store: Store, session_id: str, tests: Iterable[TestRecord]) -> dict[str, str]:
    """The texts that the session saw, by path; those that are not known any more are left out."""
    texts = {test.file_path: await store.file_text(session_id, test.file_path) for test in tests}
    return {path: text for path, text in texts.items() if text is not None}
