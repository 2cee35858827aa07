"""The static gates for Python: why a test cannot be delivered, as a sentence its writer can act on."""

import re
import sys
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft
from testwright.domain.verdicts import Fault
from testwright.languages.python import classes, deaf, excused, hasty, hidden, oracles, own_words, replaced, waiting
from testwright.languages.python.asking import Asking
from testwright.languages.python.calling import Names, arguments, calls, names_of
from testwright.languages.python.syntax import (
    at,
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

_EXITS = {
    *("sys.exit", "exit", "quit", "_exit", "pytest.exit"),
    *("os._exit", "os.abort", "os.kill", "os.killpg", "signal.raise_signal"),
}
_ENDED_PROCESSES = {f"subprocess.{way}" for way in ("run", "call", "check_call", "check_output")}
_PROCESSES = {
    *_ENDED_PROCESSES,
    "subprocess.Popen",
    *(f"os.{way}" for way in ("system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "startfile")),
    *(f"os.spawn{way}" for way in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")),
    "pty.fork",
    "pty.spawn",
    "Popen",
    "multiprocessing.Process",
    "asyncio.create_subprocess_exec",
    "asyncio.create_subprocess_shell",
}
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
_WORD = re.compile(r"\w+")


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
    return next(hidden.what_is_hidden(root, shared, _shared_by(case, shared), known_modules), None)


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
    for call, name in calls(root, names_of(root)):
        if name in ("__import__", "importlib.import_module", "import_module", "pytest.importorskip"):
            first = arguments(call)[:1]
            value = string_value(first[0]) if first else None
            yield value if value is not None else "a module by a computed name"


def _proves_nothing(case: Case, draft: Draft, analysis: Analysis) -> str | None:
    root, shared = parse(case.code), parse(draft.preamble)
    raises = "self.assertRaises" if classes.is_method(case.code) else "pytest.raises"
    starts_processes = {"subprocess", "os", "multiprocessing"} & {name.split(".")[0] for name in analysis.imports}
    parts = [root, *_shared_by(case, shared)]
    asks_itself = any(_OWN_SERVER.search(text_of(part)) for part in parts)
    names = names_of(shared, root)
    asking = Asking(root, shared, parts, analysis)
    called = {name.rpartition(".")[2] for part in parts for _, name in calls(part, names)}
    for part in parts:
        if not starts_processes and (problem := _own_process(part, names)) is not None:
            return problem
        problem = (
            _forbidden(part, names, raises, asks_itself)
            or excused.excuse(part, names, asking)
            or deaf.unheard(part, names, raises, asking)
            or replaced.replaced_unit(part, names, analysis, called)
            or own_words.reads_code(part, shared, names, analysis)
            or hasty.up_to_the_machine(root, part, names)
        )
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
    return [part for node in used for part in _without_tests(node)] if classes.is_method(case.code) else used


def _without_tests(node: Node) -> list[Node]:
    """A class that tests are inherited from is more than one test: what those do is not the business of a method that
    stands beside them.
    """
    definition = definition_of(node)
    body = definition.child_by_field_name("body") if definition is not None else None
    if definition is None or definition.type != "class_definition" or body is None:
        return [node]
    inner = {member: definition_of(member) for member in body.named_children}
    tests = [member for member, found in inner.items() if found is not None and name_of(found).startswith("test")]
    if not tests:
        return [node]
    heads = [child for child in (*node.children, *definition.children) if child.type in ("decorator", "argument_list")]
    return [*heads, *(member for member in inner if member not in tests)]


def _waits_to_be_asked(node: Node) -> bool:
    """A function that no runner calls by itself, or a class in whose body nothing is called while it is loaded."""
    definition = definition_of(node)
    if definition is None:
        return False
    if definition.type == "function_definition":
        return not _RUNS_UNASKED.search(text_of(node))
    body = definition.child_by_field_name("body")
    members = body.named_children if body is not None else []
    return definition.type == "class_definition" and not any(_called_while_loaded(member) for member in members)


def _called_while_loaded(member: Node) -> bool:
    definition = definition_of(member)
    inside = definition.child_by_field_name("body") if definition is not None else None
    return any(inside is None or call.start_byte < inside.start_byte for call, _ in calls(member, {}))


def _forbidden(root: Node, names: Names, raises: str, asks_itself: bool) -> str | None:
    for call, name in calls(root, names):
        if name in _EXITS:
            return f"{at(call)} ends the test run; use {raises}(SystemExit) around the code."
        if waiting.is_sleep(call, name, names):
            return f"{at(call)} sleeps; a test must not wait for time to pass."
        if name in _NETWORK and not asks_itself:
            return f"{at(call)} asks the network; tests run without a network, so replace the connection instead."
    for node in walk(root):
        if node.type == "raise_statement" and "SystemExit" in text_of(node):
            return f"{at(node)} ends the test run; a test must not raise SystemExit itself."
    return None


def _own_process(root: Node, names: Names) -> str | None:
    for call, name in calls(root, names):
        if name in _ENDED_PROCESSES and "sys.executable" in text_of(next(iter(arguments(call)), None)):
            return f"{at(call)} runs the code where it is not seen to run; call it in the test itself (its main, say)."
        if name in _PROCESSES:
            return f"{at(call)} starts a process, which may outlive the test; call the code under test instead."
    return None
