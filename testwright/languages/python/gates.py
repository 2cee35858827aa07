"""The static gates for Python: why a test cannot be delivered, as a sentence its writer can act on."""

import re
import sys
from collections.abc import Collection, Iterator

from tree_sitter import Node

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft
from testwright.domain.verdicts import Fault
from testwright.languages.python import classes, oracles
from testwright.languages.python.syntax import (
    definition_of,
    first_error,
    imported_modules,
    line_of,
    name_of,
    parse,
    string_value,
    text_of,
    walk,
)

_EXITS = {"sys.exit", "os._exit", "os.abort", "os.kill", "exit", "quit", "_exit", "pytest.exit", "signal.raise_signal"}
_SLEEPS = {"time.sleep", "sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep"}
_PROCESSES = {
    *(f"subprocess.{way}" for way in ("Popen", "run", "call", "check_call", "check_output")),
    "os.system",
    "os.fork",
    "os.popen",
    "Popen",
    "multiprocessing.Process",
}
_SKIPS = (
    "pytest.skip",
    "pytest.xfail",
    "pytest.importorskip",
    "pytest.mark.skip",
    "pytest.mark.xfail",
    "unittest.skip",
    "unittest.expectedFailure",
    "self.skipTest",
)
_NETWORK = {
    "socket.socket",
    "socket.create_connection",
    "urllib.request.urlopen",
    "urlopen",
    "http.client.HTTPConnection",
    "http.client.HTTPSConnection",
    *(f"{library}.{verb}" for library in ("requests", "httpx") for verb in ("get", "post", "put", "delete", "request")),
}
_OWN_SERVER = re.compile(r"\b127\.0\.0\.1\b|\blocalhost\b|\bserver_(?:port|address)\b")
"""Of a test that asks a server which it started itself: the sandbox has no other."""
_RUNS_UNASKED = re.compile(r"autouse\s*=\s*True|\bdef (?:setup|teardown|setUp|tearDown|pytest_)\w*\(")
_HOME = re.compile(r"\bexpanduser\(|\bPath\.home\(|environ(?:\.get)?[\[(]\s*['\"]HOME['\"]")
_WORD = re.compile(r"\w+")
_PATCHERS = ("patch", "patch.object", "patch.multiple", "monkeypatch.setattr", "monkeypatch.delattr", "setattr")


def fault_of(case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> Fault | None:
    problem = _unreadable(case, draft, known_modules)
    if problem is not None:
        return Fault(name=case.name, gate="reads", message=problem)
    problem = _proves_nothing(case, draft, analysis)
    return Fault(name=case.name, gate="asserts", message=problem) if problem is not None else None


def _unreadable(case: Case, draft: Draft, known_modules: frozenset[str]) -> str | None:
    root, shared = parse(case.code), parse(draft.preamble)
    for part, tree in (("The test", root), ("The shared code above the tests", shared)):
        wrong = first_error(tree)
        if wrong is not None:
            return f"{part} does not parse: line {line_of(wrong)}."
    definitions = [definition_of(node) for node in root.named_children if node.type != "comment"]
    if len(definitions) != 1 or definitions[0] is None or name_of(definitions[0]) != case.name:
        return f"The code must be exactly one test function named {case.name}."
    if not case.name.startswith(("test", "Test") if classes.is_method(case.code) else ("test_", "Test")):
        return f"The runner does not collect {case.name}: its name must start with test_."
    if sum(other.name == case.name for other in draft.cases) > 1:
        return f"The name {case.name} is used twice in this suite; only the last one would be run."
    for tree in (shared, root):
        unknown = _unknown_import(tree, known_modules)
        if unknown is not None:
            return unknown
    if (hidden := next(_hidden(root, shared, case), None)) is not None:
        return hidden
    return None


def _hidden(root: Node, shared: Node, case: Case) -> Iterator[str]:
    """What its reader cannot see, or is done where nobody looks: a suite is run by hand, outside of any sandbox."""
    for part in (root, *_shared_by(case, shared)):
        for call, name in _calls(part):
            first = _arguments(call)[:1]
            is_plain = first and (string_value(first[0]) is not None or text_of(first[0]).startswith("repr("))
            if name.removeprefix("builtins.") in ("exec", "eval") and not is_plain:
                yield f"Line {line_of(call)} runs a text that is put together as code; write the code itself."
            if name == "atexit.register":
                yield f"Line {line_of(call)} leaves something to be done after the tests; use a fixture."
    for statement in shared.named_children:
        if definition_of(statement) is None and _HOME.search(text_of(statement)):
            yield f"Line {line_of(statement)} of the shared code looks into the home folder while it is loaded."


def _unknown_import(root: Node, known_modules: frozenset[str]) -> str | None:
    for module in (*(name for name, _ in imported_modules(root)), *_dynamic_imports(root)):
        top = module.split(".")[0]
        if top and top not in sys.stdlib_module_names and top not in known_modules:
            return (
                f"It imports {top}, which the project neither contains nor declares; "
                "use the standard library, the test framework and the project's own modules."
            )
    return None


def _dynamic_imports(root: Node) -> Iterator[str]:
    for call, name in _calls(root):
        if name in ("__import__", "importlib.import_module", "import_module", "pytest.importorskip"):
            first = _arguments(call)[:1]
            value = string_value(first[0]) if first else None
            yield value if value is not None else "a module by a computed name"


def _proves_nothing(case: Case, draft: Draft, analysis: Analysis) -> str | None:
    root, shared = parse(case.code), parse(draft.preamble)
    raises = "self.assertRaises" if classes.is_method(case.code) else "pytest.raises"
    starts_processes = {"subprocess", "os", "multiprocessing"} & {name.split(".")[0] for name in analysis.imports}
    parts = [root, *_shared_by(case, shared)]
    asks_itself = any(_OWN_SERVER.search(text_of(part)) for part in parts)
    called = {name.rpartition(".")[2] for part in parts for _, name in _calls(part)}
    for part in parts:
        if not starts_processes and (problem := _own_process(part)) is not None:
            return problem
        problem = _forbidden(part, raises, asks_itself) or _patched_unit(part, analysis, called)
        if problem is not None:
            return problem
    return oracles.weakness(root, shared, analysis, raises)


def _shared_by(case: Case, shared: Node) -> list[Node]:
    """What of the shared code runs for this test: all of it, but for functions, fixtures and classes that it does not
    use.
    """
    used, waiting = list[Node](), list[Node]()
    for node in shared.named_children:
        (waiting if _waits_to_be_asked(node) else used).append(node)
    words = {case.group or ""}.union(_WORD.findall(case.code), *(_WORD.findall(text_of(node)) for node in used))
    while named := [node for node in waiting if name_of(definition_of(node) or node) in words]:
        used += named
        waiting = [node for node in waiting if node not in named]
        words |= {word for node in named for word in _WORD.findall(text_of(node))}
    return used


def _waits_to_be_asked(node: Node) -> bool:
    """A function that no runner calls by itself, or a class in whose body nothing is called while it is loaded."""
    definition = definition_of(node)
    if definition is None:
        return False
    if definition.type == "function_definition":
        return not _RUNS_UNASKED.search(text_of(node))
    body = definition.child_by_field_name("body")
    members = body.named_children if body is not None else []
    return node.type == "class_definition" and not any(_called_while_loaded(member) for member in members)


def _called_while_loaded(member: Node) -> bool:
    definition = definition_of(member)
    inside = definition.child_by_field_name("body") if definition is not None else None
    return any(inside is None or call.start_byte < inside.start_byte for call, _ in _calls(member))


def _forbidden(root: Node, raises: str, asks_itself: bool) -> str | None:
    for call, name in _calls(root):
        line = line_of(call)
        if name in _EXITS:
            return f"Line {line} calls {name}, which ends the test run; use {raises}(SystemExit) around the code."
        if name in _SLEEPS and [text_of(argument) for argument in _arguments(call)] != ["0"]:
            return f"Line {line} sleeps; a test must not wait for time to pass."
        if name in _NETWORK and not asks_itself:
            return f"Line {line} calls {name}; tests run without a network, so replace the connection instead."
        if name == "contextlib.suppress" or name == "suppress":
            return f"Line {line} suppresses errors; expect the error with {raises}, or let it fail the test."
    for node in walk(root):
        line = line_of(node)
        if node.type in ("attribute", "call") and text_of(node).startswith(_SKIPS):
            return f"Line {line} skips or excuses the test; write one that runs and passes."
        if node.type == "raise_statement" and "SystemExit" in text_of(node):
            return f"Line {line} ends the test run; a test must not raise SystemExit itself."
        if node.type == "except_clause" and _swallows(node):
            return f"Line {line} swallows an error; expect it with {raises}, or let it fail the test."
    return None


def _own_process(root: Node) -> str | None:
    for call, name in _calls(root):
        if name in _PROCESSES:
            return (
                f"Line {line_of(call)} starts a process, which may outlive the test; call the code under test instead."
            )
    return None


def _swallows(clause: Node) -> bool:
    """Whether an error, or that there was none, is passed over. What a function inside of the test catches of its own
    is its business, as long as it asserts nothing there; and an `else` may say that there has to be an error.
    """
    attempt = clause.parent
    if attempt is not None:
        tried = attempt.child_by_field_name("body")
        if (
            _is_callbacks(attempt)
            and tried is not None
            and not re.search(r"\bassert|\braises\(|\bfail\(", text_of(tried))
        ):
            return False
        other = next((child for child in attempt.children if child.type == "else_clause"), None)
        if other is not None and re.search(r"\bassert False\b|\braise\b|\bfail\(", text_of(other)):
            return False
    body = next((child for child in clause.named_children if child.type == "block"), None)
    statements = [node for node in (body.named_children if body else ()) if node.type != "comment"]
    if any(text_of(node) in ("StopIteration", "StopAsyncIteration") for node in clause.named_children):
        return False  # that is how an iterator says that it has come to its end
    return all(
        node.type in ("pass_statement", "continue_statement", "return_statement", "break_statement")
        or text_of(node) in ("...", "assert True")
        for node in statements
    )


def _is_callbacks(node: Node) -> bool:
    """Whether it stands in a function that is defined inside of another one."""
    depth, above = 0, node.parent
    while above is not None:
        depth += above.type in ("function_definition", "lambda")
        above = above.parent
    return depth > 1


def _patched_unit(root: Node, analysis: Analysis, called: Collection[str]) -> str | None:
    """Replacing what is under test proves nothing about it; replacing what it uses is fine.

    A function of the same file is what the test's subject uses where the test calls another one, and not this one.
    """
    names = {symbol.name for symbol in analysis.symbols}
    others = {name.rpartition(".")[2] for name in names}
    for call, patcher in _calls(root):
        if not any(patcher == known or patcher.endswith(f".{known}") for known in _PATCHERS):
            continue
        arguments = _arguments(call)
        values = [string_value(argument) for argument in arguments[:2]]
        target = None
        if values and values[0] is not None:
            parts = values[0].split(".")
            target = ".".join(parts[-2:]) if ".".join(parts[-2:]) in names else parts[-1]
        elif len(values) > 1 and values[1] is not None:
            owner = text_of(arguments[0]).split(".")[-1]
            target = f"{owner}.{values[1]}" if owner in names else values[1]
        if target is None or target not in names:
            continue
        is_used_by_another = "." not in target and target not in called and not others.isdisjoint(called)
        if not is_used_by_another:
            return f"Line {line_of(call)} replaces {target}, which is what the test is for; replace only what it uses."
    for node in walk(root):
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        if left is not None and left.type == "attribute":
            owner, _, attribute = text_of(left).rpartition(".")
            symbol = f"{owner.rpartition('.')[2]}.{attribute}"
            if symbol in names or (attribute in names and owner.islower() and owner.isidentifier()):
                return f"Line {line_of(node)} replaces {attribute}, which is what the test is for."
    return None


def _calls(root: Node) -> Iterator[tuple[Node, str]]:
    for node in walk(root):
        if node.type == "call":
            yield node, text_of(node.child_by_field_name("function"))


def _arguments(call: Node) -> list[Node]:
    listed = call.child_by_field_name("arguments")
    return [node for node in (listed.named_children if listed is not None else ()) if node.type != "keyword_argument"]
