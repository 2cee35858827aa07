"""How each runner's assertions are worded: matchers of vitest and jest, chai's chains, Node's own assert."""

from typing import Any, Protocol

from testwright.writers.explorer.javascript.printing import (
    digits_of,
    expectation,
    has_inexact,
    holds,
    is_inexact,
    number,
    quoted,
    source,
)


class Words(Protocol):
    """Lines come without what ends a statement. `calls` are the arguments of each call that a spy heard."""

    def value(self, subject: str, tree: Any, indent: int = 0) -> str: ...

    def throws(self, call: str, message: str, is_async: bool) -> list[str]: ...

    def is_function(self, subject: str) -> str: ...

    def spy(self, name: str, returned: str, is_typed: bool) -> list[str]:
        """Statements that make a function under this name which remembers its calls; `returned` may be empty."""
        ...

    def heard(self, name: str, calls: list[list[Any]], tellable: bool) -> list[str]: ...

    def asked(self, arguments: list[Any]) -> str:
        """That the server was asked with these."""
        ...

    def server(self, is_typed: bool, end: str) -> list[str]:
        """A server that answers as told, and its end: parts of the preamble."""
        ...


class Matchers:
    """`expect` of vitest and jest. `mock` is the name of their maker of doubles."""

    def __init__(self, mock: str) -> None:
        self._mock = mock

    def value(self, subject: str, tree: Any, indent: int = 0) -> str:
        return expectation(subject, tree, self._mock, indent)

    def throws(self, call: str, message: str, is_async: bool) -> list[str]:
        expected = quoted(message) if message else ""
        if is_async:
            return [f"await expect({call}).rejects.toThrow({expected})"]
        return [f"expect(() => {call}).toThrow({expected})"]

    def is_function(self, subject: str) -> str:
        return f"expect(typeof {subject}).toBe('function')"

    def spy(self, name: str, returned: str, is_typed: bool) -> list[str]:
        inner = f"() => {returned}" if returned else ""
        return [f"const {name} = {self._mock}.fn({inner})"]

    def heard(self, name: str, calls: list[list[Any]], tellable: bool) -> list[str]:
        if not calls:
            return [f"expect({name}).not.toHaveBeenCalled()"]
        times = f"expect({name}).toHaveBeenCalledTimes({len(calls)})"
        if not tellable:
            return [times]
        args = ", ".join(source(arg, self._mock, -1000) for arg in calls[-1])
        if len(calls) == 1:
            return [f"expect({name}).toHaveBeenCalledWith({args})"]
        return [times, f"expect({name}).toHaveBeenLastCalledWith({args})"]

    def asked(self, arguments: list[Any]) -> str:
        return f"expect(fetch).toHaveBeenCalledWith({', '.join(source(arg, self._mock) for arg in arguments)})"

    def server(self, is_typed: bool, end: str) -> list[str]:
        parameters = "status: number, body: unknown" if is_typed else "status, body"
        reply = f"{self._mock}.fn(async () => ({{ ok: status < 400, status, json: async () => body }}))"
        if self._mock == "vi":
            begins, ends, kept = f"vi.stubGlobal('fetch', {reply})", "vi.unstubAllGlobals()", []
        else:
            kept = [f"const realFetch = globalThis.fetch{end}"]
            begins, ends = f"globalThis.fetch = {reply}", "globalThis.fetch = realFetch"
        helper = f"function serverAnswers({parameters}) {{\n  {begins}{end}\n}}"
        return [*kept, helper, f"afterEach(() => {{\n  {ends}{end}\n}}){end}"]


class _ByHand:
    """What runners without doubles of their own have in common: calls are remembered in a list beside the function."""

    def value(self, subject: str, tree: Any, indent: int = 0) -> str:
        raise NotImplementedError

    def spy(self, name: str, returned: str, is_typed: bool) -> list[str]:
        listed, given = (": unknown[][]", ": unknown[]") if is_typed else ("", "")
        answer = f"\n  return {returned}" if returned else ""
        heard = f"const {name} = (...args{given}) => {{\n  {_calls(name)}.push(args){answer}\n}}"
        return [f"const {_calls(name)}{listed} = []", heard]

    def heard(self, name: str, calls: list[list[Any]], tellable: bool) -> list[str]:
        if not tellable:
            return [self.value(f"{_calls(name)}.length", len(calls))]
        if len(calls) > 3:
            return [
                self.value(f"{_calls(name)}.length", len(calls)),
                self.value(f"{_calls(name)}.at(-1)", calls[-1]),
            ]
        return [self.value(_calls(name), calls)]

    def asked(self, arguments: list[Any]) -> str:
        return self.value("requests", [arguments])

    def server(self, is_typed: bool, end: str) -> list[str]:
        parameters = "status: number, body: unknown" if is_typed else "status, body"
        listed, given, reply = (": unknown[][]", ": unknown[]", " as Response") if is_typed else ("", "", "")
        lines = [
            f"  requests = []{end}",
            f"  globalThis.fetch = async (...args{given}) => {{",
            f"    requests.push(args){end}",
            f"    return {{ ok: status < 400, status, json: async () => body }}{reply}{end}",
            f"  }}{end}",
        ]
        return [
            f"const realFetch = globalThis.fetch{end}\nlet requests{listed} = []{end}",
            "\n".join([f"function serverAnswers({parameters}) {{", *lines, "}"]),
            f"afterEach(() => {{\n  globalThis.fetch = realFetch{end}\n}}){end}",
        ]


class Chai(_ByHand):
    def value(self, subject: str, tree: Any, indent: int = 0) -> str:
        head = f"expect({subject}).to"
        if is_inexact(tree):
            digits = digits_of(tree)
            return f"{head}.be.closeTo({number(round(tree, digits))}, 1e-{digits - 1})"
        if isinstance(tree, dict) and tree["$"] == "error":
            return f"{head}.have.property('message', {quoted(tree['message'])})"
        if _is_nan(tree):
            return f"{head}.satisfy(Number.isNaN)"
        if _is_plain(tree):
            return f"{head}.equal({source(tree)})"
        return f"{head}.deep.equal({source(tree, 'vi', indent, len(head) + 12)})"

    def throws(self, call: str, message: str, is_async: bool) -> list[str]:
        if is_async:
            caught = f"const error = await {call}.catch((reason) => reason)"
            return [caught, "", f"expect(error).to.have.property('message', {quoted(message)})"]
        return [f"expect(() => {call}).to.throw({quoted(message) if message else ''})"]

    def is_function(self, subject: str) -> str:
        return f"expect({subject}).to.be.a('function')"


class NodeAssert(_ByHand):
    """`node:assert/strict`, where `equal` and `deepEqual` are the strict ones."""

    def value(self, subject: str, tree: Any, indent: int = 0) -> str:
        if is_inexact(tree):
            digits = digits_of(tree)
            return f"assert.ok(Math.abs({subject} - {number(round(tree, digits))}) < 1e-{digits - 1})"
        if isinstance(tree, dict) and tree["$"] == "error":
            return f"assert.equal({subject}.message, {quoted(tree['message'])})"
        if _is_nan(tree) or _is_plain(tree):
            return f"assert.equal({subject}, {source(tree)})"
        if holds(tree, "instance"):  # the strict comparison looks at the class as well
            is_whole = tree["$"] == "instance" and not holds(tree["v"], "instance") if isinstance(tree, dict) else False
            subject = f"{{ ...{subject} }}" if is_whole else f"structuredClone({subject})"
        return f"assert.deepEqual({subject}, {source(tree, 'vi', indent, len(subject) + 19)})"

    def throws(self, call: str, message: str, is_async: bool) -> list[str]:
        expected = f", {{ message: {quoted(message)} }}" if message else ""
        return [f"await assert.rejects({call}{expected})" if is_async else f"assert.throws(() => {call}{expected})"]

    def is_function(self, subject: str) -> str:
        return f"assert.equal(typeof {subject}, 'function')"


def _calls(name: str) -> str:
    return f"{name}Calls"


def _is_nan(tree: Any) -> bool:
    return isinstance(tree, dict) and tree["$"] == "number" and tree["v"] == "NaN"


def _is_plain(tree: Any) -> bool:
    """Compared as it stands. Close numbers inside of something larger are compared exactly."""
    if tree is None or isinstance(tree, str | bool | int | float):
        return True
    return isinstance(tree, dict) and tree["$"] in ("undefined", "number", "bigint") and not has_inexact(tree)
