"""What no test may do, whatever it asserts: hide something, hurt whoever runs it, outlive itself, or know the court."""

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from testwright.languages.javascript.grammar import FUNCTIONS, above, field, string_value, text_of, unwrap, walk

MOCKERS = frozenset({"vi.mock", "vi.doMock", "jest.mock", "jest.doMock", "jest.setMock", "jest.unstable_mockModule"})
_RUNS_TEXT = re.compile(r"(?:globalThis\.)?(?:eval|Function)|(?:vm\.)?runIn\w*Context|vm\.Script")
_COURT = re.compile(r"__coverage__|__VITEST_COVERAGE__|__testwright\w*|testwright-measured|TESTWRIGHT_\w+")
_OUT = re.compile(r"(?<!delete process\.)\benv\s*(?:\.\s*OUT\b|\[\s*(['\"`])OUT\1\s*\])(?!\s*=[^=])")
_INNARDS = re.compile(r"\bprocess\s*\.\s*(?:binding|_linkedBinding|dlopen)\s*\(")
_EXITS = re.compile(r"\bprocess\s*\.\s*(exit|abort|kill)\s*\(")

_HOME = re.compile(
    r"\bhomedir\s*\(|\benv\s*(?:\.\s*(?:HOME|USERPROFILE)\b|\[\s*['\"](?:HOME|USERPROFILE))"
    r"|\{[^{}]*\b(?:HOME|USERPROFILE)\b[^{}]*\}\s*=\s*process\.env\b"
)
_HOME_MOVED = re.compile(
    r"env(?:\.(?:HOME|USERPROFILE)|\[['\"](?:HOME|USERPROFILE)['\"]\])\s*=[^=]|stubEnv\(\s*['\"](?:HOME|USERPROFILE)"
    r"|['\"]homedir['\"]|[mM]ock\w*\(\s*['\"](?:node:)?os['\"]"
)
_FILES_MOCKED = re.compile(r"\bmemfs\b|\bmock-fs\b|[mM]ock\w*\(\s*['\"](?:node:)?fs(?:/promises)?['\"]")
_OF_FILES = r"(?:(?:.*fs.*|.*\bpromises)\.)?"
_DELETES = re.compile(rf"{_OF_FILES}(?:rm|rmdir|unlink)(?:Sync)?", re.S | re.I)
_WRITES = re.compile(
    rf"{_OF_FILES}(?:(?:writeFile|appendFile|rename|copyFile|cp|truncate|symlink|mkdir)(?:Sync)?|createWriteStream)",
    re.S | re.I,
)
_SCRATCH = re.compile(r"/(?:private/)?(?:var/)?tmp\b|/dev/shm\b")
_WHOLE_FOLDERS = frozenset({".", "./", "..", "../", "/", "process.cwd()", "__dirname", "import.meta.dirname"})
_LONGEST_ANSWER_MS = 100


def hidden(roots: tuple[Node, Node]) -> str | None:
    """What its reader cannot see, or is done where nobody looks: a suite is run by hand, outside of any sandbox."""
    for node in _nodes(roots):
        if node.type not in ("call_expression", "new_expression"):
            continue
        called = text_of(field(node, "function") or field(node, "constructor"))
        if _RUNS_TEXT.fullmatch(called) and string_value(argument(node, 0)) is None:
            return "It runs a text that is put together as code; write the code itself."
        if called in ("require", "import") and _is_put_together(argument(node, 0)):
            return "It puts the name of a module together; write the name itself."
        if called in ("process.on", "process.once") and string_value(argument(node, 0)) in ("exit", "beforeExit"):
            return "It leaves something to be done when the process ends; use an `afterAll` or `after` hook."
    for statement in roots[1].named_children:
        is_run = statement.type in ("expression_statement", "lexical_declaration", "variable_declaration")
        if is_run and _HOME.search(text_of(statement)) and "=>" not in text_of(statement):
            return "The shared code looks into the home folder while it is loaded; do that in a test."
    return _knows_the_court(roots) or _hurts(roots)


def _is_put_together(name: Node | None) -> bool:
    name = unwrap(name)
    if name is None or name.type != "binary_expression":
        return False
    return all(
        each.type in ("binary_expression", "string", "+", "(", ")", "parenthesized_expression") for each in _tops(name)
    )


def _tops(node: Node) -> Iterator[Node]:
    """The parts of a sum, without what is in its strings."""
    yield node
    if node.type != "string":
        for child in node.children:
            yield from _tops(child)


def _knows_the_court(roots: tuple[Node, Node]) -> str | None:
    for root in roots:
        if found := _COURT.search(text_of(root)) or _OUT.search(text_of(root)):
            return f"It looks at what runs or measures it (`{found[0]}`); a test has to be the same wherever it is run."
    return None


def _hurts(roots: tuple[Node, Node]) -> str | None:
    text = "\n".join(text_of(root) for root in roots)
    at_home = set() if _HOME_MOVED.search(text) else _names_of_home(roots)
    for node in _nodes(roots):
        if node.type != "call_expression":
            continue
        called = text_of(field(node, "function"))
        deletes = _DELETES.fullmatch(called)
        if not deletes and not _WRITES.fullmatch(called):
            continue
        places = [place for place in (argument(node, 0), argument(node, 1)) if place is not None]
        if not _HOME_MOVED.search(text) and any(_leads_home(place, at_home) for place in places):
            return (
                "It writes or deletes in the home folder of whoever runs it; use a temporary folder (`fs.mkdtempSync`)."
            )
        if deletes and not _FILES_MOCKED.search(text) and _is_others(argument(node, 0)):
            return f"It deletes `{text_of(argument(node, 0))}`, which it did not make; use a temporary folder."
    return None


def _names_of_home(roots: tuple[Node, Node]) -> set[str]:
    found: set[str] = set()
    while True:
        before = len(found)
        for node in _nodes(roots):
            if node.type == "variable_declarator" and "=>" not in text_of(node) and _leads_home(node, found):
                found |= {text_of(each) for each in walk(field(node, "name") or node) if each.type in _NAMES}
        if len(found) == before:
            return found


_NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern"})


def _leads_home(node: Node, names: set[str]) -> bool:
    if _HOME.search(text_of(node)):
        return True
    return any(each.type == "identifier" and text_of(each) in names for each in walk(node))


def _is_others(place: Node | None) -> bool:
    said = string_value(place)
    if said is None:
        return text_of(place) in _WHOLE_FOLDERS
    return said in _WHOLE_FOLDERS or (said.startswith("/") and not _SCRATCH.match(said))


def lasting(root: Node, preamble: Node, imports: Iterable[str], *, fake_clock: bool) -> str | None:
    """What ends the process, waits for time to pass, or goes on when the test is over."""
    if _EXITS.search(text_of(root)):
        return "It ends the process; a test must return."
    if not fake_clock and (_sleeps(root) or _naps(root, preamble)):
        return "It sleeps in real time; use fake timers, or await what it waits for."
    if any(_starts_processes(node) for node in _nodes((root, preamble))) and not any(
        name.removeprefix("node:") in _PROCESSES for name in imports
    ):
        return "It starts a process of its own, which may outlive the test; call the code under test instead."
    if _INNARDS.search(text_of(root)) or _INNARDS.search(text_of(preamble)):
        return "It reaches into what Node itself is made of; use what its modules offer."
    return None


_PROCESSES = ("child_process", "cluster")
_LOADS = re.compile(r"import|.*\b(?:require|requireActual|importActual|getBuiltinModule|createRequire\(.*\))", re.S)


def _starts_processes(node: Node) -> bool:
    if node.type == "import_statement":
        named = string_value(field(node, "source"))
    elif node.type == "call_expression" and _LOADS.fullmatch(text_of(field(node, "function"))):
        named = string_value(argument(node, 0))
    else:
        return False
    return named is not None and named.removeprefix("node:") in _PROCESSES


def _sleeps(root: Node) -> bool:
    if re.search(r"\btimers/promises\b", text_of(root)):
        return True
    for node in walk(root):
        if node.type == "new_expression" and text_of(field(node, "constructor")) == "Promise":
            timers = [each for each in walk(node) if text_of(field(each, "function")).endswith("setTimeout")]
            if any(not _is_at_once(argument(timer, 1)) and not _answers(timer, node) for timer in timers):
                return True
    return False


def _naps(root: Node, preamble: Node) -> bool:
    """By a function of the shared code: `await sleep(80)` in the test itself. What it hands on may be a stand-in."""
    sleepers = set(_sleepers(preamble))
    return any(
        node.type == "call_expression"
        and text_of(field(node, "function")) in sleepers
        and (argument(node, 0) is None or not _is_at_once(argument(node, 0)))
        and _is_awaited_for_nothing(node)
        and sum(each.type in FUNCTIONS for each in above(node)) == 1
        for node in walk(root)
    )


def _sleepers(preamble: Node) -> Iterator[str]:
    for statement in preamble.named_children:
        if statement.type == "import_statement" and _sleeps(statement):
            yield from (text_of(node) for node in walk(statement) if node.type == "identifier")
        for each in (statement, *statement.named_children):
            name = field(each, "name")
            if name is not None and _sleeps(each):
                yield from (text_of(node) for node in walk(name) if node.type in _NAMES)


def _is_at_once(delay: Node | None) -> bool:
    """As soon as what is under way is done: no time has to pass."""
    return delay is None or text_of(delay) == "0"


def _answers(timer: Node, promise: Node) -> bool:
    """A stand-in for something slow: soon, and with a value that somebody takes."""
    delay = text_of(argument(timer, 1))
    if not delay.isdecimal() or int(delay) > _LONGEST_ANSWER_MS or _is_awaited_for_nothing(promise):
        return False
    if argument(timer, 2) is not None:
        return True
    executor = argument(promise, 0)
    listed = field(executor, "parameters") or field(executor, "parameter")
    settlers = {text_of(each) for each in walk(listed) if each.type == "identifier"} if listed is not None else set()
    return any(
        each.type == "call_expression"
        and text_of(field(each, "function")) in settlers
        and argument(each, 0) is not None
        for each in walk(timer)
    )


def _is_awaited_for_nothing(promise: Node) -> bool:
    waiting = promise.parent
    return (
        waiting is not None
        and waiting.type == "await_expression"
        and waiting.parent is not None
        and waiting.parent.type == "expression_statement"
    )


def argument(call: Node, index: int) -> Node | None:
    arguments = field(call, "arguments")
    listed = arguments.named_children if arguments is not None else []
    return listed[index] if index < len(listed) else None


def _nodes(roots: tuple[Node, Node]) -> Iterator[Node]:
    for root in roots:
        yield from walk(root)
