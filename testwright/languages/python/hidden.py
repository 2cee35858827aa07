"""What a test does where its reader does not look: a suite is run by hand, outside of any sandbox, by a person."""

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from testwright.languages.python.calling import Names, arguments, calls, full_name, keyword, names_of
from testwright.languages.python.syntax import at, definition_of, identifiers, line_of, string_value, text_of, walk

_HOME = re.compile(r"\bexpanduser\(|\bPath\.home\(|environ(?:\.get)?[\[(]\s*['\"]HOME['\"]")
_OTHER_HOME = re.compile(
    r"setenv\(\s*['\"]HOME['\"]|['\"]HOME['\"]\s*:|\bHOME\s*=|environ\[['\"]HOME['\"]\]\s*=(?!=)"
    r"|(?:patch|setattr)[\w.]*\([^)]*\b(?:home|expanduser)\b"
)
"""Of a test that puts another folder in the home folder's place."""
_PASSING = re.compile(r"\b(?:tmp_path\w*|tmpdir\w*|tempfile|mkdtemp|mkstemp|TemporaryDirectory|NamedTemporaryFile)\b")
_FIRST_ARGUMENT = {
    *(f"shutil.{way}" for way in ("rmtree", "move")),
    *(f"os.{way}" for way in ("remove", "unlink", "rmdir", "removedirs", "rename", "renames", "replace", "truncate")),
    *(f"os.{way}" for way in ("mkdir", "makedirs", "chmod")),
}
_SECOND_ARGUMENT = {f"shutil.{way}" for way in ("copy", "copy2", "copyfile", "copytree", "move")}
_OF_PATHS = {"unlink", "rmdir", "write_text", "write_bytes", "touch", "mkdir", "rename", "symlink_to", "hardlink_to"}
_WRITES = re.compile(r"[wax+]")
_OURS = re.compile(r"\btestwright_\w+|\bTESTWRIGHT_\w+|__testwright\w*|/opt/testwright\b")
_WHERE_REPORTS_GO = re.compile(r"(?:environ(?:\.get\(|\[|\.pop\()|getenv\()\s*['\"]OUT['\"]\s*[\]),](?!\s*=[^=])")


def what_is_hidden(root: Node, shared: Node, used: Sequence[Node], known_modules: frozenset[str]) -> Iterator[str]:
    """A sentence for each such thing. `used` is what of the shared code runs for this test."""
    names = names_of(shared, root)
    for part in (root, *used):
        for call, name in calls(part, names):
            first = arguments(call)[:1]
            is_plain = first and (string_value(first[0]) is not None or text_of(first[0]).startswith("repr("))
            if name in ("exec", "eval") and not is_plain:
                yield f"{at(call)} runs a text that is put together as code; write the code itself."
            if name == "atexit.register":
                yield f"{at(call)} leaves something to be done after the tests; use a fixture."
        yield from _about_us(part, known_modules)
    for statement in shared.named_children:
        if definition_of(statement) is None and _HOME.search(text_of(statement)):
            yield f"{at(statement)} looks into the home folder while the shared code is loaded."
    yield from _Places((root, *used), names).harm()


def _about_us(part: Node, known_modules: frozenset[str]) -> Iterator[str]:
    """What asks who runs it passes here, and nowhere else. Our own project may have such names."""
    if "testwright" in known_modules:
        return
    text = text_of(part)
    for found in (_OURS.search(text), _WHERE_REPORTS_GO.search(text)):
        if found is not None and found[0] not in known_modules:
            line = line_of(part) + text[: found.start()].count("\n")
            yield f"Line {line} looks at who runs the test ({found[0][:60]}); test the code, wherever it is run."


class _Places:
    """Which names stand for places that are a person's own: the home folder, and where the code lies."""

    def __init__(self, parts: Sequence[Node], names: Names) -> None:
        self._parts, self._names = parts, names
        self._has_other_home = any(_OTHER_HOME.search(text_of(part)) for part in parts)
        self._passing: set[str] = set()
        self._own: dict[str, str] = {}
        for node in (node for part in (*parts[1:], parts[0]) for node in walk(part)):
            if node.type in ("assignment", "named_expression", "as_pattern", "for_statement"):
                self._learn(node)

    def harm(self) -> Iterator[str]:
        for part in self._parts:
            for call, name in calls(part, self._names):
                for place in _written(call, name):
                    if (where := self._where(place)) is not None:
                        yield (
                            f"{at(call)} deletes or writes {where}, which is a person's own when the suite"
                            " is run by hand; use a temporary folder."
                        )

    def _learn(self, node: Node) -> None:
        right = node.child_by_field_name("right") or node.child_by_field_name("value")
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        if node.type == "as_pattern":
            right, left = node.named_children[0], node.child_by_field_name("alias")
        if right is None or left is None:
            return
        where = self._where(right)
        for name in identifiers(left):
            if where is not None:
                self._own[name] = where
            elif self._is_passing(right):
                self._passing.add(name)

    def _is_passing(self, node: Node) -> bool:
        return bool(_PASSING.search(text_of(node)) or identifiers(node) & self._passing)

    def _where(self, place: Node) -> str | None:
        if self._is_passing(place):
            return None
        text = text_of(place)
        if _HOME.search(text) and not self._has_other_home:
            return "in the home folder"
        if "__file__" in text:
            return "where the code lies"
        return next((self._own[name] for name in sorted(identifiers(place)) if name in self._own), None)


def _written(call: Node, name: str) -> Iterator[Node]:
    """The places that a call deletes or writes, as far as it says so itself."""
    given = arguments(call)
    function = call.child_by_field_name("function")
    if name in _FIRST_ARGUMENT:
        yield from given[:1]
    if name in _SECOND_ARGUMENT:
        yield from given[1:2]
    if name in ("open", "io.open") and _is_for_writing(given[1:2], call):
        yield from given[:1]
    if function is not None and function.type == "attribute" and (owner := function.child_by_field_name("object")):
        method = full_name(function, {}).rpartition(".")[2]
        if method in _OF_PATHS or (method == "open" and _is_for_writing(given[:1], call)):
            yield owner


def _is_for_writing(given: Sequence[Node], call: Node) -> bool:
    mode = keyword(call, "mode") or next(iter(given), None)
    value = string_value(mode) if mode is not None else None
    return value is not None and len(value) < 5 and _WRITES.search(value) is not None
