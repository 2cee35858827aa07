"""The static gates: a test must be readable (`reads`), with an oracle that the code under test moves (`asserts`)."""

import re
from dataclasses import replace

from tree_sitter import Node

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft
from testwright.domain.verdicts import Fault
from testwright.languages.javascript.announcing import whole_of
from testwright.languages.javascript.asserting import Words, checks_in, words_in
from testwright.languages.javascript.demanding import checkers_in, swallows, unsaid
from testwright.languages.javascript.forbidden import MOCKERS, argument, hidden, lasting
from testwright.languages.javascript.grammar import above, error_line, field, parse, string_value, text_of, unwrap, walk
from testwright.languages.javascript.own_words import reads_code, stem_of
from testwright.languages.javascript.pruning import imported, mentions
from testwright.languages.javascript.suites import (
    callback_of,
    head_of,
    makers_in,
    modifiers,
    test_calls,
)
from testwright.languages.javascript.titles import is_put_together

_HOLD_BACK = {"only", "skip", "todo", "fails", "failing"}
_OF_THE_MACHINE = re.compile(r"\bprocess\.|\bos\.|\bnavigator\b|\btypeof\b|\bis(?:Windows|Linux|Mac|CI|Node)\w*")
"""What a test may be left out for: where it runs it is seen to run."""
_OTHER_RUNNERS = frozenset({"ava", "tape", "tap", "uvu", "bun:test", "qunit", "@japa/runner"})
_SNAPSHOTS = {"toMatchSnapshot", "toThrowErrorMatchingSnapshot", "toMatchFileSnapshot"}
_INLINE = {"toMatchInlineSnapshot", "toThrowErrorMatchingInlineSnapshot"}
"""They say what is expected where it is written down."""
_REPLACERS = ("mockReturnValue", "mockImplementation", "mockResolvedValue", "mockRejectedValue")
_LITERALS = frozenset({"number", "string", "true", "false", "null", "undefined", "regex", "array", "object"})


def fault_of(case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> Fault | None:
    if case.setting:
        draft = replace(draft, preamble=f"{draft.preamble}\n{case.setting}")
    problem = _unreadable(case, draft, analysis, known_modules)
    if problem is not None:
        return Fault(name=case.name, gate="reads", message=problem)
    problem = _without_oracle(case, draft, analysis)
    return Fault(name=case.name, gate="asserts", message=problem) if problem is not None else None


def _unreadable(case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> str | None:
    root = parse(case.code)
    if (line := error_line(root)) is not None:
        return f"The test does not parse: line {line} of it."
    preamble = parse(draft.preamble)
    if (line := error_line(preamble)) is not None:
        return f"The imports and helpers above the tests do not parse: line {line}."
    other = next((source for source, _ in imported(preamble) if source in _OTHER_RUNNERS), None)
    if other is not None:
        return f"It is written for {other}, which is not run here; vitest, jest, mocha and node:test are."
    calls = test_calls(root)
    if not calls and not any(mentions(case.code, name) for name in makers_in(preamble)):
        return "It is not a test: wrap it in `it('…', () => { … })`."
    is_one = not calls or is_put_together(calls[0]) or any(call.parent and call.parent.parent == root for call in calls)
    if len(calls) > 1 and not is_one:
        made_by = text_of(root.named_children[-1]).partition("\n")[0].strip()[:60]
        return f"`{made_by}` makes several tests, which nobody can tell apart; use `describe`, or a loop for each."
    if sum(other.name == case.name for other in draft.cases) > 1:
        return f"Two tests are called “{case.name}”; give each its own title."
    wanted = [source for source, names in imported(preamble) if not names or any(mentions(case.code, n) for n in names)]
    for node in walk(root):
        if node.type == "call_expression" and text_of(field(node, "function")) in ("require", "import", *MOCKERS):
            named = string_value(argument(node, 0))
            if named is not None:
                wanted.append(named)
    for specifier in wanted:
        if not _is_known(specifier, analysis, known_modules):
            return f"It imports '{specifier}', which this project does not have; use only what package.json declares."
    return hidden((root, preamble))


def _is_known(specifier: str, analysis: Analysis, known_modules: frozenset[str]) -> bool:
    if specifier.startswith((".", "/", "node:")) or specifier in analysis.imports or specifier in known_modules:
        return True
    parts = specifier.split("/")
    package = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
    if package in known_modules:
        return True
    # Aliases of tsconfig and bundlers: the source uses the same one, so it leads somewhere.
    return package in ("@", "~", "#", "src") or any(used.split("/")[0] == parts[0] for used in analysis.imports)


def _without_oracle(case: Case, draft: Draft, analysis: Analysis) -> str | None:
    root, preamble = parse(case.code), parse(draft.preamble)
    if (problem := _held_back(root)) is not None:
        return problem
    fake_clock = "useFakeTimers" in case.code or "useFakeTimers" in draft.preamble
    if (problem := lasting(root, preamble, analysis.imports, fake_clock=fake_clock)) is not None:
        return problem
    words = words_in(preamble)
    checkers = checkers_in(preamble, words)
    if any(swallows(node, checkers, words) for node in walk(root) if node.type == "try_statement"):
        return "Its try/catch lets a missing error pass; expect the error with an assertion that fails without it."
    units = _unit_imports(preamble, analysis)
    if (problem := _bends_the_oracle(root, words) or _bends_the_oracle(preamble, words)) is not None:
        return problem
    if (problem := _replaces_unit(draft.preamble + "\n" + case.code, units)) is not None:
        return problem
    if (problem := reads_code(root, units, analysis)) is not None:
        return problem
    return _weak_expectations(root, preamble, words) or unsaid(root, words)


def _held_back(root: Node) -> str | None:
    """Skipped, singled out, expected to fail or tried until it passes: by a modifier, by an option, or by itself."""
    tests = test_calls(root)
    contexts: set[str] = set()
    for call in (node for node in walk(root) if node.type == "call_expression"):
        owner, _, called = text_of(field(call, "function")).rpartition(".")
        if call in tests:
            held = modifiers(call) & _HOLD_BACK
            if held or head_of(call).startswith(("x", "f")):
                return _said_held(next(iter(held), head_of(call)))
        if called in _RETRIES and owner in ("this", "jest", *contexts):
            return f"It is tried again until it passes (`{called}`); a test passes each time."
        if (
            called in ("skip", "todo")
            and owner in ("this", *contexts)
            and not (called == "skip" and _is_elsewhere(call))
        ):
            return _said_held(f"{owner}.{called}")
        if call not in tests and (owner not in contexts or called not in ("it", "test", "describe")):
            continue
        if not modifiers(call) & {"each", "for"}:
            contexts |= {text_of(each) for each in _parameters(callback_of(call))}
        for option in _options(call):
            name = text_of(field(option, "key") or option).strip("'\"")
            if name == "retry":
                return "It is tried again until it passes (`retry`); a test passes each time."
            if name in _HOLD_BACK and not (name == "skip" and _OF_THE_MACHINE.search(text_of(field(option, "value")))):
                return _said_held(text_of(option))
    return None


def _is_elsewhere(call: Node) -> bool:
    """Only on another machine: a run in which it does skip itself proves nothing, and is told so."""
    conditions = [field(each, "condition") or field(each, "left") for each in above(call) if each.type in _CHOICES]
    return any(_OF_THE_MACHINE.search(text_of(condition)) for condition in conditions)


_CHOICES = frozenset({"if_statement", "ternary_expression", "binary_expression"})


def _said_held(by: str) -> str:
    return f"It is held back or singled out (`{by}`); write a plain `it(…)`."


_RETRIES = ("retries", "retryTimes")


def _parameters(callback: Node | None) -> list[Node]:
    listed = field(callback, "parameters") or field(callback, "parameter")
    return [each for each in walk(listed) if each.type in _NAMES] if listed is not None else []


def _options(call: Node) -> list[Node]:
    """Of the objects that are handed to a test beside its title and its body, what is not turned off."""
    arguments = field(call, "arguments")
    objects = [each for each in arguments.named_children if each.type == "object"] if arguments is not None else []
    return [
        option
        for each in objects
        for option in each.named_children
        if option.type in ("pair", "shorthand_property_identifier")
        and text_of(field(option, "value")) not in ("false", "0", "undefined")
    ]


_ORACLES = re.compile(r"(?:assert|expect|chai|Object)\b")
_SPIES = re.compile(r"(?:.*\.)?(?:spyOn|method|stub)", re.S)


def _bends_the_oracle(root: Node, words: Words) -> str | None:
    """What makes an assertion pass that would not: a matcher that always does, or another function in its place."""
    for node in walk(root):
        if node.type == "assignment_expression":
            changed = field(node, "left")
            if (
                changed is not None
                and changed.type == "member_expression"
                and _ORACLES.match(words.in_usual(text_of(changed)))
            ):
                return f"It replaces `{text_of(changed)}`, which decides whether it passes."
        if node.type != "call_expression":
            continue
        called = text_of(field(node, "function"))
        if words.in_usual(called) == "expect.extend" and (name := _that_always_passes(argument(node, 0))):
            return f"Its matcher `{name}` passes whatever it is given; use one that can fail."
        if _SPIES.fullmatch(called) and _ORACLES.fullmatch(words.in_usual(text_of(argument(node, 0)))):
            replaced = argument(node, 2) or field(node.parent, "property")
            if replaced is not None:
                target = f"{text_of(argument(node, 0))}.{string_value(argument(node, 1))}"
                return f"It replaces `{target}`, which decides whether it passes."
    return None


def _that_always_passes(matchers: Node | None) -> str | None:
    for each in matchers.named_children if matchers is not None else ():
        verdicts = [
            text_of(field(node, "value"))
            for node in walk(each)
            if node.type == "pair" and text_of(field(node, "key")) == "pass"
        ]
        hands_on = re.search(r"\bpass\b(?!\s*:)|\bthrow\b|\bassert\b|\bexpect\s*\(", text_of(each))
        if verdicts and set(verdicts) == {"true"} and not hands_on:
            return text_of(field(each, "key") or field(each, "name"))
    return None


_OWN = (".", "@/", "~/", "#", "src/")


def _unit_imports(preamble: Node, analysis: Analysis) -> dict[str, list[str]]:
    """Relative modules that bring names of the analysed symbols, with the local names."""
    exported = {symbol.name.split(".")[0] for symbol in analysis.symbols}
    has_default = any(symbol.is_default_export for symbol in analysis.symbols)
    # What the code itself takes from beside it lies elsewhere for a suite: `./mailer` is `../src/mailer`.
    neighbours = {stem_of(module) for module in analysis.imports if module.startswith(".")}
    found: dict[str, list[str]] = {}
    for source, names in imported(preamble):
        is_own = source.startswith(_OWN) and source not in analysis.imports
        is_own = is_own and not (source.startswith(".") and stem_of(source) in neighbours)
        if is_own and (has_default or not names or exported & set(names) or len(names) == 1):
            found.setdefault(source, []).extend(names)
    return found


def _replaces_unit(text: str, units: dict[str, list[str]]) -> str | None:
    for node in walk(parse(text)):
        if node.type != "call_expression":
            continue
        called = text_of(field(node, "function"))
        if called in MOCKERS and string_value(argument(node, 0)) in units:
            return "It mocks the module it should test; mock only what that module depends on."
        if called in ("vi.spyOn", "jest.spyOn") and node.parent is not None:
            target = text_of(argument(node, 0))
            replaces = text_of(field(node.parent, "property")).startswith(_REPLACERS)
            if replaces and any(target in names for names in units.values()):
                return f"It replaces `{target}.{string_value(argument(node, 1))}`, which it should test."
    return None


def _weak_expectations(root: Node, preamble: Node, words: Words) -> str | None:
    checks = checks_in(root, words)
    if not checks:
        if any(mentions(text_of(root), name) for name in checkers_in(preamble, words)):
            return None
        return "It asserts nothing: end it with an assertion on what the code gives."
    shared = _shared_names(preamble) - words.usual.keys()
    moved = _moved_by_unit(root, preamble, shared, words)
    if not any(mentions(text_of(root), name) for name in shared) and not any(map(_loads_own, walk(root))):
        return "It never uses the code under test; import it and call it."
    if all(matcher in _SNAPSHOTS or (matcher in _INLINE and expected is None) for _, matcher, expected in checks):
        return "It only compares with a snapshot; say what you expect in the test itself."
    for subject, _, expected in checks:
        if subject is not None and _is_tautology(subject, expected, shared):
            return f"`{_as_it_stands(subject)}` is true whatever the code does."
    told = [node for subject, _, expected in checks for node in (subject, expected)]
    if not any(_depends(node, moved) or _is_left_behind(node, root, shared) for node in told):
        return "What it expects does not depend on the code under test; assert on its result or effect."
    return None


_DIFFERS = re.compile(r"\)\s*\.[\w.]*\bnot\b|\Anot[A-Z]|\A[^(]*\.not[A-Z]")
"""What is said to differ is no less when it is written the same, as of two random values."""


def _as_it_stands(subject: Node) -> str:
    call = next(each for each in above(subject) if each.type == "call_expression")
    return " ".join(text_of(whole_of(call)).split())


def _is_tautology(subject: Node, expected: Node | None, shared: set[str]) -> bool:
    inner = unwrap(subject)
    if inner is None:
        return False
    if inner.type in _LITERALS and not any(each.type in ("identifier", "call_expression") for each in walk(inner)):
        return True
    if inner.type == "binary_expression" and text_of(field(inner, "operator")) in ("||", "??"):
        right = unwrap(field(inner, "right"))
        return right is not None and right.type == "true"
    if expected is None or text_of(inner) != text_of(expected) or _DIFFERS.search(_as_it_stands(subject)):
        return False
    # The same call twice may well be the point: a function that the test made itself and that has to remember.
    callee = unwrap(field(inner, "function"))
    return "(" not in text_of(inner) or (inner.type == "call_expression" and text_of(callee) in shared)


_TEST_LIBRARIES = frozenset({"vitest", "@jest/globals", "mocha", "chai", "assert", "assert/strict", "sinon", "should"})


def _shared_names(preamble: Node) -> set[str]:
    """What the preamble imports from the project or declares itself; the test library's own names do not count."""
    names: set[str] = set()
    foreign: set[str] = set()
    for source, brought in imported(preamble):
        is_foreign = source in _TEST_LIBRARIES or source.startswith(("node:", "@testing-library/"))
        (foreign if is_foreign else names).update(brought)
    for statement in preamble.named_children:
        for node in walk(statement):
            if node.type in ("variable_declarator", "function_declaration", "class_declaration"):
                name = field(node, "name") or node
                names |= {text_of(name), *(text_of(each) for each in walk(name) if each.type in _NAMES)}
    if re.search(r"\bthis\.\w+ =", text_of(preamble)):  # mocha's hooks leave there what they made
        names.add("this")
    return {name for name in names - foreign if re.fullmatch(r"[\w$]+", name)}


_OWN_FIXTURES = re.compile(r"\b(?:it|test)\s*=\s*[\w.]+\.extend\b")


def _moved_by_unit(root: Node, preamble: Node, shared: set[str], words: Words) -> set[str]:
    """Names whose value may come from, or be changed by, the code under test."""
    moved = set(shared)
    if re.search(r"\brender(Hook|ToString)?\s*\(", text_of(root) + text_of(preamble)):
        moved |= {"screen", "document", "container", "window"}
    if _OWN_FIXTURES.search(text_of(preamble)):
        moved |= {text_of(each) for call in test_calls(root) for each in _parameters(callback_of(call))}
    while True:
        before = len(moved)
        for node in walk(root):
            value = field(node, "value")
            is_effect = _is_left_behind(value, root, shared) or _WATCHES.match(text_of(value))
            if node.type == "variable_declarator" and (is_effect or _depends(value, moved)):
                moved |= {text_of(each) for each in walk(field(node, "name") or node) if each.type in _NAMES}
            elif node.type == "try_statement" and _depends(field(node, "body"), moved):
                moved.add(text_of(field(field(node, "handler"), "parameter")))
            elif node.type == "assignment_expression" and _depends(field(node, "right"), moved):
                moved.add(text_of(field(node, "left")).split(".")[0])
            elif node.type in _USES and _depends(node, moved) and not _is_runners(node, words):
                moved |= {text_of(each) for each in walk(node) if each.type in _HANDED}
        if len(moved) == before:
            return moved


_EVERYBODYS = re.compile(
    r"(?:globalThis|global|window|document|localStorage|sessionStorage|location|history|console|fetch|process\.(?:env|exitCode))\b"
)


def _is_left_behind(node: Node | None, root: Node, shared: set[str]) -> bool:
    """What is everybody's, after the code was used: what the code left there."""
    if node is None or not any(_EVERYBODYS.match(text_of(each)) for each in walk(node) if each.type in _PLACES):
        return False
    return any(
        each.type in _VALUES and each.start_byte < node.start_byte and text_of(each) in shared for each in walk(root)
    )


_PLACES = frozenset({"identifier", "member_expression"})


# Something that is there anyway, such as `console`, and hears of whoever uses it.
_WATCHES = re.compile(r"(?:vi|jest)\.spyOn\(|(?:\w+\.)?mock\.method\(|sinon\.(?:spy|stub)\(")
_USES = frozenset({"call_expression", "new_expression", "jsx_self_closing_element", "jsx_opening_element"})


def _is_runners(call: Node, words: Words) -> bool:
    """`it(…)` and `expect(…)` themselves, which touch everything."""
    return re.match(r"(expect|assert|it|test|describe)\b", words.in_usual(text_of(field(call, "function")))) is not None


_HANDED = frozenset({"identifier", "shorthand_property_identifier"})
_VALUES = _HANDED | {"this"}
_NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern"})


def _depends(node: Node | None, moved: set[str]) -> bool:
    if node is None:
        return False
    return any(text_of(each) in moved if each.type in _VALUES else _loads_own(each) for each in walk(node))


_LOADERS = frozenset({"require", "import", "jest.requireActual", "vi.importActual"})


def _loads_own(node: Node) -> bool:
    """A module of the project, in the test itself: each time anew, say."""
    if node.type != "call_expression" or text_of(field(node, "function")) not in _LOADERS:
        return False
    return (string_value(argument(node, 0)) or "").startswith(_OWN)
