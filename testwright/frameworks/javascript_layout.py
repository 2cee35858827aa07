"""Where JavaScript and TypeScript projects keep their suites, and where a new one belongs."""

import itertools
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from testwright.domain.errors import PermanentError
from testwright.domain.paths import same_file_key
from testwright.domain.ports import ProjectView
from testwright.frameworks import sampling

_SUITE = re.compile(r"^(?P<stem>.+)\.(?P<word>test|spec)\.(?P<ending>[cm]?[jt]sx?)$")
_SOURCE_ENDING = re.compile(r"\.([cm]?[jt]sx?)$")
_PLAIN_SUITE = re.compile(r"^(?:tests?|spec)\.[cm]?[jt]sx?$")
_ROOT_FOLDERS = ("test", "tests", "spec", "specs", "__tests__")
_BESIDE_IN = "beside, in "
_TAKEN = re.compile(r"""(?:\bfrom\s*|\brequire\(\s*|\bimport\s*\(?\s*)['"](\.{1,2}(?:/[^'"]*)?)['"]""")


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
    packages = _packages(view)
    base = _package_of(source_path, packages)
    word, place = _habits(view, packages, base)
    taken = {same_file_key(path) for path in view.paths()}
    sources = sorted({source_path, *(path for path in view.paths() if _is_source(path))})
    sources = [path for path in sources if _package_of(path, packages) == base]
    if not word:  # named plainly: what lies where tests lie is no source
        sources = [path for path in sources if path == source_path or not _in_tests(path)]
    wanted = {path: next(_suite_paths(path, base, word, place, is_shared=False)) for path in sources}
    alike = Counter(same_file_key(path) for path in wanted.values())
    given = {path: suite for path, suite in wanted.items() if alike[same_file_key(suite)] == 1}
    given = {path: suite for path, suite in given.items() if same_file_key(suite) not in taken}
    taken |= {same_file_key(suite) for suite in given.values()}
    for path in sources:
        if path not in given:
            suites = _suite_paths(path, base, word, place, is_shared=alike[same_file_key(wanted[path])] > 1)
            given[path] = next(it for it in suites if same_file_key(it) not in taken and not view.exists(it))
            taken.add(same_file_key(given[path]))
    return given[source_path]


def _is_source(path: str) -> bool:
    name = PurePosixPath(path).name
    return _SOURCE_ENDING.search(name) is not None and _SUITE.match(name) is None and not name.endswith(".d.ts")


def _packages(view: ProjectView) -> list[str]:
    """The folders that are packages of their own, the deepest first; a monorepo has many."""
    manifests = (path for path in view.paths() if path.endswith("/package.json"))
    return sorted((path.removesuffix("/package.json") for path in manifests), key=lambda folder: -folder.count("/"))


def _package_of(path: str, packages: Sequence[str]) -> str:
    return next((folder for folder in packages if path.startswith(f"{folder}/")), "")


def _inside(path: str, base: str) -> str:
    return path[len(base) + 1 :] if base else path


def _suite_paths(source_path: str, base: str, word: str, place: str, *, is_shared: bool) -> Iterator[str]:
    """Where a suite may be put, the best first; with the whole folder when its mirrored place is wanted by others."""
    source = PurePosixPath(_inside(source_path, base))
    ending = _SOURCE_ENDING.search(source.name)
    stem = source.name[: ending.start()] if ending else source.stem
    suffix = ending[1] if ending else "js"
    folder = source.parent
    if place.startswith(_BESIDE_IN):
        folder = source.parent / place.removeprefix(_BESIDE_IN)
    elif place not in ("beside", ""):
        folder = PurePosixPath(place, source.parent) if is_shared else _mirrored(source.parent, place)
    for extra in itertools.chain(("", ".more"), (f".more-{number}" for number in itertools.count(2))):
        yield str(PurePosixPath(base, folder, f"{stem}{extra}{f'.{word}' if word else ''}.{suffix}"))


def _mirrored(folder: PurePosixPath, place: str) -> PurePosixPath:
    parts = folder.parts
    if parts and parts[0] in ("src", "lib", "source"):
        parts = parts[1:]
    return PurePosixPath(place, *parts)


def _habits(view: ProjectView, packages: Sequence[str], base: str) -> tuple[str, str]:
    """How suites are named (test, spec, or plainly) and where they lie: beside, in a folder beside, or in a folder.

    A package's own suites tell; where it has none, those of the others.
    """
    mine = [path for path in view.paths() if _package_of(path, packages) == base]
    found = _counted(mine, packages) or _plain(view, mine, base) or _counted(view.paths(), packages)
    return found or ("test", "beside")


def _plain(view: ProjectView, paths: Sequence[str], base: str) -> tuple[str, str] | None:
    """Suites that bear no word in their names, and are known by the folder they lie in."""
    places: Counter[str] = Counter()
    for path in paths:
        parts = PurePosixPath(_inside(path, base)).parts
        lies_there = (len(parts) == 2 and parts[0] in _ROOT_FOLDERS) or parts[-2:-1] == ("__tests__",)
        if lies_there and _is_source(path) and sampling.JAVASCRIPT_TEST.search(view.text(path) or ""):
            places[_place(parts)] += 1
    return ("", places.most_common(1)[0][0]) if places else None


def _place(parts: Sequence[str]) -> str:
    """Where a suite lies, whose path within its package this is."""
    if parts[0] in _ROOT_FOLDERS and len(parts) > 1:
        return parts[0]
    if len(parts) > 1 and parts[-2] in _ROOT_FOLDERS:
        return f"{_BESIDE_IN}{parts[-2]}"
    return f"{_BESIDE_IN}__tests__" if "__tests__" in parts else "beside"


def _counted(paths: Iterable[str], packages: Sequence[str]) -> tuple[str, str] | None:
    words: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for path in paths:
        parts = PurePosixPath(_inside(path, _package_of(path, packages))).parts
        match = _SUITE.match(parts[-1])
        if match is None or "e2e" in parts or "cypress" in parts:
            continue
        words[match["word"]] += 1
        places[_place(parts)] += 1
    return (words.most_common(1)[0][0], places.most_common(1)[0][0]) if words else None


def existing_suites(source_path: str, view: ProjectView) -> tuple[str, ...]:
    return Suites(view).of(source_path)


class Suites:
    """The suites of a project, by the sources that they are for."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._named: dict[str, list[str]] = {}
        self._alike: Counter[str] = Counter()
        for path in view.paths():
            name = posixpath.basename(path)
            match = _SUITE.match(name)
            stem = match["stem"] if match else _SOURCE_ENDING.sub("", name)
            self._alike[stem] += match is None
            if match or posixpath.basename(posixpath.dirname(path)) == "__tests__":
                self._named.setdefault(stem, []).append(path)

    def of(self, source_path: str) -> tuple[str, ...]:
        """Those named after the source; where there is none, one that takes in no other file of the project.

        A suite in its own test folder counts too, a namesake elsewhere does not.
        """
        return tuple(self._by_name(source_path)) or tuple(self._by_use.get(source_path, ()))

    def _by_name(self, source_path: str) -> Iterator[str]:
        folder, name = posixpath.split(source_path)
        stem = _SOURCE_ENDING.sub("", name)
        for path in self._named.get(stem, ()):
            place, suite = posixpath.split(path)
            if _SUITE.match(suite) is None:
                if posixpath.dirname(place) == folder:
                    yield path
                continue
            near = place in (folder, posixpath.join(folder, "__tests__"))
            inner = posixpath.basename(place)
            mirrored = _in_tests(path) and inner in (posixpath.basename(folder), path.split("/")[0])
            if near or (_in_tests(path) and (self._alike[stem] <= 1 or mirrored)):
                yield path

    @cached_property
    def _by_use(self) -> Mapping[str, Sequence[str]]:
        """`test.js` beside `index.js`, `test/all.js`: small projects name their one suite after nothing."""
        files = frozenset(self._view.paths())
        found: dict[str, list[str]] = {}
        for path in self._view.paths():
            name = posixpath.basename(path)
            if not (_SUITE.match(name) or _in_tests(path) or _PLAIN_SUITE.match(name)):
                continue
            text = (self._view.text(path) or "") if _SOURCE_ENDING.search(name) else ""
            taken = {_resolved(path, module, files) for module in _TAKEN.findall(text)}
            if len(taken) == 1 and sampling.JAVASCRIPT_TEST.search(text):
                found.setdefault(taken.pop(), []).append(path)
        return found


def _resolved(path: str, module: str, files: frozenset[str]) -> str:
    """The file that a relative import means, by the endings that may be left out."""
    base = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
    endings = ("", ".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs")
    stem = base.removesuffix(".js")
    candidates = [*(f"{base}{end}" for end in endings), *(f"{stem}{end}" for end in (".ts", ".tsx"))]
    candidates += [posixpath.normpath(f"{base}/index{end}") for end in endings[1:]]
    return next((each for each in candidates if each in files), base)
