"""Where JavaScript and TypeScript projects keep their suites, and where a new one belongs."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from testwright.domain.errors import PermanentError
from testwright.domain.paths import same_file_key
from testwright.domain.ports import ProjectView
from testwright.frameworks import sampling

_SUITE = re.compile(r"^(?P<stem>.+)\.(?P<word>test|spec)\.(?P<ending>[cm]?[jt]sx?)$")
_SOURCE_ENDING = re.compile(r"\.([cm]?[jt]sx?)$")


def sample(suite_path: str, view: ProjectView) -> str | None:
    """By their names, or by lying where tests lie."""
    tests = (path for path in view.paths() if _SUITE.match(path) or (_in_tests(path) and _SOURCE_ENDING.search(path)))
    return sampling.nearest(suite_path, tests, view, sampling.JAVASCRIPT_TEST)


def _in_tests(path: str) -> bool:
    return bool({"test", "tests", "spec", "specs", "__tests__"}.intersection(path.split("/")[:-1]))


def suite_path(source_path: str, view: ProjectView) -> str:
    """As the project's other suites are named and placed; beside the source, as `.test`, when there are none.

    No two sources of one project are given the same path, whichever is asked for first.
    """
    if "node_modules" in PurePosixPath(source_path).parts:
        raise PermanentError(
            f"{source_path} lies in node_modules, where no runner looks for tests.",
            code="invalid_path",
            hint="Send the file under a path outside node_modules.",
        )
    if re.search(r"[?#]", source_path):
        raise PermanentError(
            f"{source_path} has a ? or # in its path, and what follows it is no part of a file's name in JavaScript.",
            code="invalid_path",
            hint="Rename the file.",
        )
    word, place = _habits(view)
    taken = {same_file_key(path) for path in view.paths()}
    sources = sorted({source_path, *(path for path in view.paths() if _is_source(path))})
    wanted = {path: next(_suite_paths(path, word, place, is_shared=False)) for path in sources}
    alike = Counter(same_file_key(path) for path in wanted.values())
    given = {path: suite for path, suite in wanted.items() if alike[same_file_key(suite)] == 1}
    given = {path: suite for path, suite in given.items() if same_file_key(suite) not in taken}
    taken |= {same_file_key(suite) for suite in given.values()}
    for path in sources:
        if path not in given:
            suites = _suite_paths(path, word, place, is_shared=alike[same_file_key(wanted[path])] > 1)
            given[path] = next(it for it in suites if same_file_key(it) not in taken and not view.exists(it))
            taken.add(same_file_key(given[path]))
    return given[source_path]


def _is_source(path: str) -> bool:
    name = PurePosixPath(path).name
    return _SOURCE_ENDING.search(name) is not None and _SUITE.match(name) is None and not name.endswith(".d.ts")


def _suite_paths(source_path: str, word: str, place: str, *, is_shared: bool) -> Iterator[str]:
    """Where a suite may be put, the best first; with the whole folder when its mirrored place is wanted by others."""
    source = PurePosixPath(source_path)
    ending = _SOURCE_ENDING.search(source.name)
    stem = source.name[: ending.start()] if ending else source.stem
    suffix = ending[1] if ending else "js"
    folder = source.parent
    if place == "__tests__":
        folder = source.parent / "__tests__"
    elif place not in ("beside", ""):
        folder = PurePosixPath(place, source.parent) if is_shared else _mirrored(source.parent, place)
    for extra in itertools.chain(("", ".more"), (f".more-{number}" for number in itertools.count(2))):
        yield str(folder / f"{stem}{extra}.{word}.{suffix}")


def _mirrored(folder: PurePosixPath, place: str) -> PurePosixPath:
    parts = folder.parts
    if parts and parts[0] in ("src", "lib", "source"):
        parts = parts[1:]
    return PurePosixPath(place, *parts)


def _habits(view: ProjectView) -> tuple[str, str]:
    """How this project's suites are named (test, spec) and where they lie: beside, __tests__, or a folder's name."""
    words: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for path in view.paths():
        parts = PurePosixPath(path).parts
        match = _SUITE.match(parts[-1])
        if match is None or "e2e" in parts or "cypress" in parts:
            continue
        words[match["word"]] += 1
        if "__tests__" in parts:
            places["__tests__"] += 1
        elif parts[0] in ("test", "tests", "spec", "specs"):
            places[parts[0]] += 1
        else:
            places["beside"] += 1
    word = words.most_common(1)[0][0] if words else "test"
    return word, places.most_common(1)[0][0] if places else "beside"


def existing_suites(source_path: str, view: ProjectView) -> tuple[str, ...]:
    """Suites named after the source. A suite in its own test folder counts too, a namesake elsewhere does not."""
    source = PurePosixPath(source_path)
    stem = _SOURCE_ENDING.sub("", source.name)
    twins = [path for path in view.paths() if _SOURCE_ENDING.sub("", PurePosixPath(path).name) == stem]
    alone = sum(_SUITE.match(PurePosixPath(path).name) is None for path in twins) <= 1
    found = []
    for path in view.paths():
        lies = PurePosixPath(path)
        match = _SUITE.match(lies.name)
        in_tests = lies.parts[0] in ("test", "tests", "spec", "specs") or "__tests__" in lies.parts
        if match is None:
            plain = in_tests and lies.parts[-2:-1] == ("__tests__",) and _SOURCE_ENDING.sub("", lies.name) == stem
            if plain and lies.parent.parent == source.parent:
                found.append(path)
            continue
        if match["stem"] != stem:
            continue
        near = lies.parent in (source.parent, source.parent / "__tests__")
        mirrored = in_tests and lies.parent.name in (source.parent.name, lies.parts[0])
        if near or (in_tests and (alone or mirrored)):
            found.append(path)
    return tuple(found)
