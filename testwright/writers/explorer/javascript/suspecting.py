"""Which observations look like bugs: the result contradicts the code's own type, name or documentation.

A false alarm costs more than a bug that is missed, so every rule asks first whether the input was allowed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from testwright.domain.analysis import Claim, Parameter
from testwright.writers.explorer.javascript import lives, scenes
from testwright.writers.explorer.javascript.fitting import fits, promised, together
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, expectation, holds
from testwright.writers.explorer.javascript.syntax import UNDEFINED, NotLiteral, field, literal, parse
from testwright.writers.explorer.javascript.writing import Style

_QUESTION = re.compile(r"(?:is|has|can|should)[A-Z]")
_SORTING = re.compile(
    r"sort(?:ed)?(?:Ascending|Numbers|Values|Items|Words|Names|List|Strings)?\Z|sorted[A-Z]\w*|\w+Sorted\Z"
)
_OTHER_ORDER = re.compile(
    r"By[A-Z]|Desc|Reverse|Topo|\b(?:desc\w*|revers\w*|key|topolog\w*|priorit\w*|natural|first|last|custom|order of|"
    r"compare\w*|by)\b"
)
_OTHER_ANSWER = re.compile(r"@?returns?:?\s+(?:\{(?!boolean)[^}]*\}|the|an?|number|count|index|match|first)\b", re.I)
_GLUED = re.compile(r"\[object Object\]|(?<![\w.])undefined(?![\w.(])|(?<![\w.])NaN(?![\w.])")
_CRASH = re.compile(r"^Cannot (?:read|set|destructure) propert|is not (?:a function|iterable)|before initialization$")


_MACHINE = re.compile(
    r"\bfs\.|\bprocess\.|Math\.random|Date\.now|new Date\(\)|toLocale|\bIntl\.|\b(?:window|document|navigator|fetch)\b"
)
"""Files, clock, chance and the place have a say: then an example shows somebody else's machine."""


@dataclass(frozen=True)
class Doubt:
    """`lines` are the body of a test that would pass if the code kept its word; `claim` is the example it breaks."""

    kind: str
    symbol: str
    input: str
    expected: str
    observed: str
    text: str
    lines: tuple[str, ...]
    is_async: bool
    claim: Claim | None = None


def doubt_of(each: dict[str, Any], target: Target, module: Module, style: Style) -> Doubt | None:
    """What looks wrong about one observed call of a function, or about the last step of an object's life."""
    try:
        return _doubt_of(each, target, module, style)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        return None  # a stranger's report need not look as it should


def _doubt_of(each: dict[str, Any], target: Target, module: Module, style: Style) -> Doubt | None:
    if (
        "from" in each
        or "law" in each
        or each.get("asked")
        or each.get("answer")
        or target.kind not in ("function", "class")
    ):
        return None
    if holds([each["args"], [step.get("args") for step in each["steps"]]], "spy", "awaited", "cut", "symbol"):
        return None
    scene = _scene(each, target, style)
    if scene is None:
        return None
    if "claim" in each:
        return _example(each, scene, target.claims[each["claim"]]) if not _MACHINE.search(scene.code(module)) else None
    allowed = _allowed(each, target, scene)
    if allowed is False:
        return None
    outcome = each["outcome"]
    if outcome["kind"] == "throws":
        return _crash(outcome, scene) if allowed is True and scene.is_typed and not outcome["own"] else None
    tree = outcome["tree"]
    if outcome["kind"] != "value" or holds(tree, "cut", "symbol", "promise", "iterator"):
        return None
    code = scene.code(module)
    doubt = None
    # A function that was made up for the call may well make NaN itself.
    if allowed is True and not holds(list(scene.given), "fn", "code"):
        doubt = _not_a_number(tree, scene, code) or _glued(tree, scene, code)
        doubt = doubt or (_type(tree, scene, module) if scene.is_typed else None)
    return doubt or _question(tree, scene) or _sorting(tree, scene)


@dataclass(frozen=True)
class _Scene:
    """One call: how it is written, what was given, and what is said about the thing that is called."""

    symbol: str
    name: str
    doc: str
    returns: str | None
    span: tuple[int, int]
    before: tuple[str, ...]
    call: str
    given: tuple[Any, ...]
    is_example: bool
    is_async: bool
    is_typed: bool

    def doubt(self, kind: str, expected: str, observed: Any, text: str, check: str) -> Doubt:
        shown = observed if isinstance(observed, str) and kind == "crash" else brief(observed, 120)
        kind = "type" if kind == "crash" else kind
        return Doubt(kind, self.symbol, self.call, expected, shown, text, (*self.before, check), self.is_async)

    @property
    def subject(self) -> str:
        return f"await {self.call}" if self.is_async else self.call

    def code(self, module: Module) -> str:
        lines = module.text.splitlines()
        return "\n".join(lines[self.span[0] - 1 : self.span[1]])


def _scene(each: dict[str, Any], target: Target, style: Style) -> _Scene | None:
    outcome, symbol = each["outcome"], target.symbol
    is_async = bool(outcome.get("isAsync"))
    example = each.get("isExample") is True
    if target.kind == "function" and each["steps"]:
        return None  # what a call gave has no declared promise of its own
    if target.kind == "function":
        call = scenes.call_text(symbol.name, each["args"], style, 4)
        typed = _are_typed(symbol.parameters, symbol.doc)
        return _Scene(
            symbol.name, symbol.name.split(".")[-1], symbol.doc or "", symbol.returns, (symbol.line, symbol.end_line),
            (), call, tuple(each["args"]), example, is_async, typed,
        )  # fmt: skip
    results = each.get("lived") or []
    if not each["steps"] or len(results) != len(each["steps"]) or results[-1].get("isSelf"):
        return None
    held = re.sub(r"^[A-Z]+", lambda m: m[0].lower(), symbol.name)
    held = "made" if held in ("class", "new", "default", symbol.name) else held
    before = [f"const {held} = {scenes.call_text(f'new {symbol.name}', each['args'], style, 2)}"]
    for step, result in zip(each["steps"][:-1], results[:-1], strict=True):
        if not step.get("getter"):
            call = lives.step_text(held, step, style)
            before.append(f"await {call}" if result.get("isAsync") else call)
    last = each["steps"][-1]
    method = target.methods.get(last["name"])
    if method is None:
        return None
    typed = _are_typed(method.parameters, method.doc) and _are_typed(symbol.parameters, symbol.doc)
    return _Scene(
        method.name, last["name"], method.doc or "", method.returns, (method.line, method.end_line), (*before, ""),
        lives.step_text(held, last, style), tuple(last["args"]), example, is_async, typed,
    )  # fmt: skip


def _are_typed(parameters: tuple[Parameter, ...], doc: str | None) -> bool:
    documented = set(re.findall(r"@param\s+\{[^@]*?\}\s+\[?([\w$]+)", doc or ""))
    return all(parameter.annotation is not None or parameter.name in documented for parameter in parameters)


def _allowed(each: dict[str, Any], target: Target, scene: _Scene) -> bool | None:
    """True when types, comments or the code's own use of it allow the input; False when they do not."""
    answers = [_fitting(each["args"], target.spec["params"])]
    methods = {method["name"]: method["params"] for method in target.spec["methods"]}
    answers += [_fitting(step["args"], methods.get(step["name"], [])) for step in each["steps"]]
    answer = together(answers)
    return True if answer is None and scene.is_example else answer


def _fitting(args: list[Any], parameters: list[dict[str, Any]]) -> bool | None:
    answers: list[bool | None] = []
    for at, parameter in enumerate(parameters):
        if parameter["rest"]:
            answers.append(fits(args[at:], parameter["shape"]))
        elif at >= len(args) or args[at] == UNDEFINED:
            answers.append(parameter["optional"] or fits(UNDEFINED, parameter["shape"]) is True)
        else:
            answer = fits(args[at], parameter["shape"])
            # Nothing, NaN and infinity are for those who ask for them.
            answers.append(False if answer is None and _holds_nothing(args[at]) else answer)
    answers += [False] if _holds_odd_number(args) else []
    return together(answers)


def _example(each: dict[str, Any], scene: _Scene, claim: Claim) -> Doubt | None:
    outcome = each["outcome"]
    expected = tree_of(claim.expected)
    if expected is None:
        return None
    if outcome["kind"] == "throws":
        observed = f"{outcome['name']}: {outcome['message']}"
        if outcome["name"] == "ReferenceError":
            return None
    elif outcome["kind"] == "value" and not holds(outcome["tree"], "cut", "symbol", "promise", "iterator", "function"):
        if same(outcome["tree"], expected[0]):
            return None
        observed = brief(outcome["tree"], 120)
    else:
        return None
    check = expectation(scene.subject, expected[0])
    return Doubt(
        "example", scene.symbol, scene.call, claim.expected, observed, claim.text, (check,), scene.is_async, claim
    )  # fmt: skip


def tree_of(text: str) -> tuple[Any] | None:
    """The value of a literal as the probe would tell it, in a tuple because it may be null."""
    root = parse(f"({text})", "claim.js")
    node = root.named_children[0] if root.named_children and not root.has_error else None
    try:
        return (literal(field(node, "expression") or (node.named_children[0] if node else None)),)
    except (NotLiteral, ValueError):
        return None


def same(tree: Any, expected: Any) -> bool:
    """Whether a result is what an example says, as people read examples: floats as far as they are written out."""
    if isinstance(expected, bool) or isinstance(tree, bool):
        return tree is expected
    if isinstance(expected, int | float) and isinstance(tree, int | float):
        digits = len(repr(expected).partition(".")[2]) if isinstance(expected, float) else 9
        return math.isclose(tree, expected, rel_tol=1e-9, abs_tol=0.50001 * 10**-digits)
    if isinstance(expected, list) and isinstance(tree, list):
        return len(tree) == len(expected) and all(map(same, tree, expected))
    if isinstance(expected, dict) and isinstance(tree, dict) and isinstance(expected.get("v"), list):
        if tree.get("$") not in ("object", "instance"):
            return bool(tree == expected)
        one, other = dict(tree["v"]), dict(expected["v"])
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in other)
    return bool(tree == expected)


def _crash(outcome: dict[str, Any], scene: _Scene) -> Doubt | None:
    if not outcome.get("inside") or not _CRASH.search(outcome["message"]) or not scene.given:
        return None
    if re.search(r"@throws|\bthrows?\b|TypeError", scene.doc):
        return None
    observed = f"{outcome['name']}: {outcome['message']}"
    call = scene.call
    check = f"await {call}" if scene.is_async else f"expect(() => {call}).not.toThrow()"
    return scene.doubt("crash", "no internal error", observed, f"{scene.symbol} is declared to take this input", check)


def _not_a_number(tree: Any, scene: _Scene, code: str) -> Doubt | None:
    if not holds(tree, "NaN") or re.search(r"\bNaN\b", code) or re.search(r"\bNaN\b|not a number", scene.doc, re.I):
        return None
    scalars = [one for one in scene.given if isinstance(one, int | float) and not isinstance(one, bool)]
    if any(one < 0 for one in scalars) or (any(isinstance(one, str) for one in scene.given) and not scene.is_example):
        return None  # the root of a negative number, or a text that is no number: that is what NaN is for
    if isinstance(tree, dict) and tree["$"] == "number":
        check = f"expect({scene.subject}).not.toBeNaN()"
    elif isinstance(tree, list) or tree["$"] == "object":
        check = f"expect(Object.values({scene.subject}).some(Number.isNaN)).toBe(false)"
    else:
        return None
    return scene.doubt("value", "a number", tree, "nobody means to give back NaN", check)


def _glued(tree: Any, scene: _Scene, code: str) -> Doubt | None:
    found = _GLUED.search(tree) if isinstance(tree, str) else None
    if found is None or tree == found[0]:
        return None
    word = found[0]
    texts = " ".join(re.findall(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`", re.sub(r"\$\{[^}]*\}", "", code)))
    if (
        word in texts
        or word in scene.doc
        or word in str(scene.given)
        or re.search(r"inspect|debug|stringify", scene.name)
    ):
        return None
    check = f"expect({scene.subject}).not.toContain('{word}')"
    return scene.doubt("value", f"no {word} in the text", tree, f"{word} got into a text", check)


def _type(tree: Any, scene: _Scene, module: Module) -> Doubt | None:
    shape, declared, said = promised(scene.returns, scene.doc, module)
    if fits(tree, shape) is not False:
        return None
    several = shape["of"] if shape["k"] == "union" else [shape]
    kinds = {each["k"] if each["k"] not in ("regex",) else "string" for each in several}
    simple = {"string", "number", "boolean", "bigint", "function"}
    if tree == UNDEFINED:
        check = f"expect({scene.subject}).toBeDefined()"
    elif tree is None:
        check = f"expect({scene.subject}).not.toBeNull()"
    elif len(kinds) == 1 and kinds <= simple:
        check = f"expect(typeof {_in_brackets(scene)}).toBe('{kinds.pop()}')"
    elif kinds == {"array"} and not isinstance(tree, list):
        check = f"expect(Array.isArray({scene.subject})).toBe(true)"
    else:
        return None
    return scene.doubt("type", declared, tree, said, check)


def _question(tree: Any, scene: _Scene) -> Doubt | None:
    if not _QUESTION.match(scene.name) or isinstance(tree, bool) or _OTHER_ANSWER.search(scene.doc):
        return None
    if (scene.returns is not None and "boolean" not in scene.returns) or tree in (None, UNDEFINED):
        return None
    is_plain = isinstance(tree, str | int | float | list) or tree["$"] in ("object", "number")
    is_habit = tree in ("", 0) and any(tree == one for one in scene.given)  # `x && …` gives back an empty x
    if not is_plain or is_habit:
        return None
    check = f"expect(typeof {_in_brackets(scene)}).toBe('boolean')"
    text = f"{scene.name} asks a question that is answered by yes or no"
    return scene.doubt("name", "true or false", tree, text, check)


def _sorting(tree: Any, scene: _Scene) -> Doubt | None:
    if not _SORTING.match(scene.name) or _OTHER_ORDER.search(f"{scene.name} {scene.doc}") or len(scene.given) != 1:
        return None
    given = scene.given[0]
    if not isinstance(tree, list) or not isinstance(given, list) or len(tree) < 2 or len({*map(type, tree)}) != 1:
        return None
    if not isinstance(tree[0], str | int | float) or isinstance(tree[0], bool) or not set(tree) <= set(given):
        return None
    keys: list[Any] = [lambda one: one, str.casefold, len] if isinstance(tree[0], str) else [lambda one: one, abs]
    keys = [key for key in keys if len({key(one) for one in tree}) > 1]
    if not keys or any(tree in (sorted(tree, key=key), sorted(tree, key=key, reverse=True)) for key in keys):
        return None
    order = "" if isinstance(tree[0], str) else "(a, b) => a - b"
    check = f"expect({scene.subject}).toEqual([...{_in_brackets(scene)}].sort({order}))"
    return scene.doubt("name", "a sorted result", tree, f"{scene.name} promises an order", check)


def _in_brackets(scene: _Scene) -> str:
    return f"({scene.subject})" if scene.is_async else scene.call


def _holds_nothing(tree: Any) -> bool:
    return tree is None or holds(tree, "undefined") or _holds_null(tree)


def _holds_null(tree: Any) -> bool:
    if isinstance(tree, list):
        return any(one is None or _holds_null(one) for one in tree)
    return isinstance(tree, dict) and _holds_null(tree.get("v")) if isinstance(tree, dict) else False


def _holds_odd_number(tree: Any) -> bool:
    if isinstance(tree, list):
        return any(_holds_odd_number(one) for one in tree)
    if not isinstance(tree, dict):
        return False
    return (tree["$"] == "number" and tree.get("v") != "-0") or _holds_odd_number(tree.get("v"))
