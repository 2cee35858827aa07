"""What mocha and node:test have in common: suites that Node loads itself, and where such projects keep them."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

from testwright.domain.ports import ProjectView
from testwright.domain.projects import WORKSPACE, Runner, RunOrder
from testwright.frameworks import javascript_layout as layout
from testwright.frameworks import javascript_suites as suites

_FOLDERS = ("test", "tests", "spec", "specs")
_SUITE = re.compile(r"^.+\.(?P<word>test|spec)\.[cm]?[jt]sx?$")
_SCRIPT = re.compile(r"\.[cm]?[jt]s$")
_HELPERS = re.compile(r"^(?:setup|helpers?|utils?|common|fixtures?|index)\.")
_BROUGHT_UNASKED = frozenset({"chai", "istanbul-lib-instrument"})


def suite_path(source_path: str, view: ProjectView, patterns: Iterable[str] = ()) -> str:
    """As the project's other suites are placed and named; else as its configured `patterns` say; else in `test/`."""
    source = PurePosixPath(source_path)
    suffix = source.suffix.lstrip(".") or "js"
    word, place = _habits(view, tuple(patterns))
    folder = source.parent if place == "beside" else PurePosixPath(place)
    for name in _names(source, view, folder):
        path = str(folder / f"{name}{word}.{suffix}")
        if not view.exists(path):
            return path
    raise ValueError(f"no free name for a suite of {source_path}")


def existing_suites(source_path: str, view: ProjectView) -> tuple[str, ...]:
    return Suites(view).of(source_path)


class Suites:
    """As for other runners, and files of a test folder that are named plainly after the source."""

    def __init__(self, view: ProjectView) -> None:
        self._others = layout.Suites(view)
        self._plain: dict[str, list[str]] = {}
        for path in view.paths():
            if path.partition("/")[0] in _FOLDERS and _SCRIPT.search(path):
                self._plain.setdefault(PurePosixPath(path).stem, []).append(path)

    def of(self, source_path: str) -> tuple[str, ...]:
        plain = self._plain.get(PurePosixPath(source_path).stem, ())
        return tuple(dict.fromkeys((*self._others.of(source_path), *plain)))


def known_modules(framework: str, view: ProjectView, runner: Runner) -> frozenset[str]:
    """What we bring for our own use is not the project's: a delivered suite has to run without us."""
    known = suites.known_modules(framework, view, runner)
    declared = suites.declared_packages(view)
    return frozenset(name for name in known if name not in _BROUGHT_UNASKED or name in declared)


def order_json(order: RunOrder, home: str) -> str:
    measured = f"{WORKSPACE}/{suites.MEASURED}"
    return json.dumps({**json.loads(suites.order_json(order, home)), "measured": measured})


def _names(source: PurePosixPath, view: ProjectView, folder: PurePosixPath) -> Iterable[str]:
    yield source.stem
    if source.parent != folder and source.parent.name:
        yield f"{source.parent.name}-{source.stem}"
    yield from (f"{source.stem}.more{'' if number == 1 else f'-{number}'}" for number in range(1, 1000))


def _habits(view: ProjectView, patterns: tuple[str, ...]) -> tuple[str, str]:
    """The word before the ending (".test", ".spec" or none), and the folder or "beside"."""
    words: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for path in view.paths():
        parts = PurePosixPath(path).parts
        match = _SUITE.match(parts[-1])
        in_tests = parts[0] in _FOLDERS and len(parts) > 1
        if match is None and not (in_tests and _SCRIPT.search(path) and not _HELPERS.match(parts[-1])):
            continue
        if match is None and len(parts) != 2:
            continue  # what lies deeper without the word may be anything
        words[f".{match['word']}" if match else ""] += 1
        places[parts[0] if in_tests else "beside"] += 1
    if words:
        return words.most_common(1)[0][0], places.most_common(1)[0][0]
    for pattern in patterns:
        word = ".spec" if ".spec" in pattern else ".test"
        first = pattern.removeprefix("./").split("/")[0]
        return word, first if first in _FOLDERS else "beside"
    return ".test", "test"
