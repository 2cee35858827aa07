"""Where a Python project keeps its tests, and where a new one belongs."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice

from testwright.domain.paths import base_name, may_hold_a_test, same_file_key
from testwright.domain.ports import ProjectView
from testwright.domain.python_modules import module_name
from testwright.frameworks import sampling

_TEST_FILE = re.compile(r"(?:test_.+|.+_test|tests)\.py\Z")
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "unit", "integration", "unittests", "unit_tests"})
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "requirements.txt")

_Rule = tuple[str, str, int]
"""How a source's folder leads to its tests' folder: (kind, test root, how many leading folders are left out)."""


def existing_suites(source_path: str, view: ProjectView) -> tuple[str, ...]:
    return Suites(view).of(source_path)


class Suites:
    """The test files of a project, by the sources that they are for."""

    def __init__(self, view: ProjectView) -> None:
        self._view = view
        self._by_subject: dict[str, list[str]] = {}
        for path in _test_files(view):
            self._by_subject.setdefault(_subject(path), []).append(path)
        self._alike = Counter(_stem(path) for path in view.paths() if _is_source(path))

    def of(self, source_path: str) -> tuple[str, ...]:
        """Those named after the source; among namesakes, those that also import it or mirror its folder."""
        own = dict.fromkeys(islice(_names(source_path, is_shared=False), len(_above(source_path)) + 2))
        named = sorted(path for name in own for path in self._by_subject.get(name, ()))
        if not named or self._alike[_stem(source_path)] < 2:
            return tuple(named)
        dotted = cache(lambda: module_name(source_path, self._view))
        return tuple(
            path for path in named if _lies_near(path, source_path) or _takes(self._view.text(path) or "", dotted())
        )


def sample(suite_path: str, view: ProjectView) -> str | None:
    return sampling.nearest(suite_path, _test_files(view), view, sampling.PYTHON_TEST)


def suite_path(source_path: str, view: ProjectView) -> str:
    """Beside the tests of its neighbours when the project has tests, else `tests/` of the nearest project folder.

    No two sources of one project are given the same path, whichever is asked for first.
    """
    folder = _folder_for(source_path, view)
    # Without packages a runner imports test files by their base name alone, so that must be new in the whole project.
    by_base_name = not view.exists(f"{folder}/__init__.py" if folder else "__init__.py")
    python = sorted({source_path, *(path for path in view.paths() if path.endswith(".py"))})
    if not by_base_name:
        twins = [path for path in python if _stem_key(path) == _stem_key(source_path)]
        python = [path for path in twins if path == source_path or _folder_for(path, view) == folder]
    taken = {same_file_key(path) for path in view.paths()}
    names_taken = {same_file_key(base_name(path)) for path in _test_files(view)} if by_base_name else set()
    form = _form(view)

    def place(subject: str) -> str:
        return f"{folder}/{form.format(subject)}" if folder else form.format(subject)

    def is_free(subject: str) -> bool:
        path = place(subject)
        if same_file_key(path) in taken or same_file_key(base_name(path)) in names_taken:
            return False
        return not view.exists(path)

    return place(_names_given(python, is_free)[source_path])


def _names_given(sources: list[str], is_free: Callable[[str], bool]) -> dict[str, str]:
    """What each source's suite is named after. Who shares a name with nobody keeps it; the others get what is left."""
    alike = Counter(_stem_key(path) for path in sources)
    given = {path: _stem(path) for path in sources if alike[_stem_key(path)] == 1 and is_free(_stem(path))}
    keys = {same_file_key(name) for name in given.values()}
    for path in sources:
        if path not in given:
            names = _names(path, is_shared=alike[_stem_key(path)] > 1)
            given[path] = next(name for name in names if same_file_key(name) not in keys and is_free(name))
            keys.add(same_file_key(given[path]))
    return given


def _form(view: ProjectView) -> str:
    endings = Counter(base_name(path).endswith("_test.py") for path in _test_files(view))
    return "{}_test.py" if endings[True] > endings[False] else "test_{}.py"


def _names(source_path: str, *, is_shared: bool) -> Iterator[str]:
    """What a suite may be named after, the best first; among namesakes the folders come with it from the start."""
    stem, above = _stem(source_path), _above(source_path)
    if not is_shared or not above:
        yield stem
    for depth in range(1, len(above) + 1):
        yield "_".join([*above[-depth:], stem])
    yield f"{stem}_testwright"
    number = 2
    while True:
        yield f"{stem}_testwright_{number}"
        number += 1


def _folder_for(source_path: str, view: ProjectView) -> str:
    base = _project_folder(source_path, view)
    own = [suite.rpartition("/")[0] for suite in existing_suites(source_path, view)]
    candidates = [*own[:1], *_by_neighbours(source_path, view), *_test_folders(base, view)]
    fallback = f"{base}/tests" if base else "tests"
    for folder in (*candidates, fallback):
        if may_hold_a_test(f"{folder}/test_x.py" if folder else "test_x.py"):
            return folder
    return "tests"


def _by_neighbours(source_path: str, view: ProjectView) -> list[str]:
    """The folder that the rule most of the project's pairs of source and test follow gives for this source."""
    sources: dict[str, list[str]] = {}
    for path in view.paths():
        if _is_source(path):
            sources.setdefault(_stem(path), []).append(path)
    votes: Counter[_Rule] = Counter()
    folder = _folders(source_path)
    for test in _test_files(view):
        namesakes = sources.get(_subject(test), [])
        if len(namesakes) == 1 and test != source_path:
            near = 2 if _folders(namesakes[0])[:1] == folder[:1] else 1
            for rule in _rules(_folders(namesakes[0]), _folders(test)):
                votes[rule] += near
    best = sorted(votes, key=lambda rule: (-votes[rule], ("beside", "inner", "flat", "mirror").index(rule[0]), rule[2]))
    return [_apply(rule, folder) for rule in best[:1]]


def _rules(source: list[str], test: list[str]) -> Iterator[_Rule]:
    if source == test:
        yield "beside", "", 0
    if len(test) == len(source) + 1 and test[:-1] == source and test[-1] in _TEST_FOLDERS:
        yield "inner", test[-1], 0
    elif any(part in _TEST_FOLDERS for part in test):
        mirrored = [part for part in range(len(source)) if test[1:][-len(source[part:]) :] == source[part:]]
        for left_out in mirrored:
            yield "mirror", "/".join(test[: left_out - len(source)]), left_out
        if not mirrored:
            yield "flat", "/".join(test), 0


def _apply(rule: _Rule, source: list[str]) -> str:
    kind, root, left_out = rule
    match kind:
        case "beside":
            return "/".join(source)
        case "inner":
            return "/".join([*source, root])
        case "flat":
            return root
        case _:
            return "/".join([root, *source[left_out:]])


def _test_folders(base: str, view: ProjectView) -> list[str]:
    """Folders that hold tests of this project, `unit` first, then the fullest."""
    inside = f"{base}/" if base else ""
    counts = Counter(
        path.rpartition("/")[0] for path in _test_files(view) if path.startswith(inside) and "/" in path[len(inside) :]
    )
    folders = sorted(counts, key=lambda folder: (not folder.endswith("/unit"), -counts[folder], folder))
    bare = [
        path.rpartition("/")[0]
        for path in view.paths()
        if path.startswith(inside) and base_name(path) in ("conftest.py", "__init__.py")
        if path.rpartition("/")[0].split("/")[-1] in ("tests", "test")
    ]
    return [*folders, *sorted(bare, key=len)]


def _project_folder(source_path: str, view: ProjectView) -> str:
    """The nearest folder above the source that is a project of its own; in a monorepo not the root."""
    folders = _folders(source_path)
    while folders:
        if any(view.exists("/".join([*folders, name])) for name in _PROJECT_FILES):
            return "/".join(folders)
        folders.pop()
    return ""


def _test_files(view: ProjectView) -> list[str]:
    return [path for path in view.paths() if _TEST_FILE.match(base_name(path))]


def _is_source(path: str) -> bool:
    name = base_name(path)
    in_tests = any(part in _TEST_FOLDERS for part in _folders(path))
    return (
        name.endswith(".py") and not in_tests and not _TEST_FILE.match(name) and name not in ("conftest.py", "setup.py")
    )


def _lies_near(test: str, source_path: str) -> bool:
    """In the same folder, or in one of the same name."""
    folders = _folders(source_path)
    return _folders(test) == folders or bool(folders and _folders(test)[-1:] == folders[-1:])


def _takes(text: str, dotted: str) -> bool:
    """Whether a test speaks of a module."""
    package, _, stem = dotted.rpartition(".")
    imports = rf"\b{re.escape(dotted)}\b"
    if package:
        imports += rf"|from\s+{re.escape(package)}\s+import\s+[^\n]*\b{re.escape(stem)}\b"
    return re.search(imports, text) is not None


def _subject(test_path: str) -> str:
    """What a test file is about, by its name."""
    name = base_name(test_path).removesuffix(".py")
    return name.removeprefix("test_") if name.startswith("test_") else name.removesuffix("_test")


def _stem(path: str) -> str:
    """The file's name as a part of an identifier; a package is named by its folder."""
    stem = base_name(path).removesuffix(".py")
    if stem == "__init__":
        stem = (_folders(path) or ["package"])[-1]
    return re.sub(r"\W", "_", stem).strip("_") or "module"


def _stem_key(path: str) -> str:
    return same_file_key(_stem(path))


def _above(path: str) -> list[str]:
    """The folders above the file, or above the package that it is, each as a part of an identifier."""
    above = _folders(path)
    if base_name(path) == "__init__.py":
        above = above[:-1]
    return [re.sub(r"\W", "_", part) for part in above]


def _folders(path: str) -> list[str]:
    return path.split("/")[:-1]
