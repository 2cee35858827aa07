"""What all kinds of tests share: calls as text, spies and what they heard, what a call changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from testwright.writers.explorer.javascript.printing import holds, quoted, returned, source
from testwright.writers.explorer.javascript.writing import Style

UNDEFINED = {"$": "undefined"}
UNFIT = ("cut", "symbol", "promise", "NaN", "function", "iterator")
_MOST_SPIES = 3


def call_text(callee: str, args: list[Any], style: Style, indent: int) -> str:
    line = f"{callee}({', '.join(source(arg, style.mock, -1000) for arg in args)})"
    if len(line) <= 92:
        return line
    shown = [source(arg, style.mock, 0, len(callee) + 1 if len(args) == 1 else 40) for arg in args]
    if len(args) == 1:
        return f"{callee}({shown[0]})"
    return f"{callee}({', '.join(shown)})"


def throws(call: str, outcome: dict[str, Any], style: Style) -> tuple[list[str], bool]:
    return style.words.throws(call, outcome["message"], bool(outcome["isAsync"])), bool(outcome["isAsync"])


def set_up(each: dict[str, Any], style: Style) -> tuple[list[str], set[str]]:
    """Spies and the server's stand-in, as statements; and what they need of the preamble."""
    lines: list[str] = []
    needs: set[str] = set()
    for name, returns in _spies([each["args"], each["steps"]]):
        lines += style.words.spy(name, "" if returns is None else returned(returns, style.mock), style.is_typed)
    files = list(_files([each["args"], [step.get("args") for step in each["steps"]]]))
    needs |= {"files"} if files else set()
    needs |= {"no file"} if any(file["text"] is None for file in files) else set()
    answer = each.get("answer")
    if answer is not None and each.get("asked"):
        needs.add("fetch")
        lines.append(call_text("serverAnswers", [answer["status"], answer["body"]], style, 2))
    if lines:
        lines.append("")
    return lines, needs


def with_quiet_callbacks(each: dict[str, Any], heard: set[str]) -> dict[str, Any]:
    """Without the spies that a test says nothing of: functions that nobody listens to stand in their place.

    That a callback was not called says something only where other calls do call it; and before anybody has acted on
    a component, nobody expects it to.
    """
    waits = "states" in each and not each["steps"]
    spies = [
        [name, calls]
        for name, calls in each.get("spies", [])
        if each["outcome"]["kind"] != "throws" and (calls or (name in heard and not waits))
    ][:_MOST_SPIES]
    told = {name for name, _ in spies}
    quiet = {name: returns for name, returns in _spies([each["args"], each["steps"]]) if name not in told}
    return {**each, "spies": spies, "args": _quieted(each["args"], quiet), "steps": _quieted(each["steps"], quiet)}


def _quieted(tree: Any, quiet: dict[str, Any]) -> Any:
    if isinstance(tree, list):
        return [_quieted(item, quiet) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("$") == "spy" and tree["v"] in quiet:
        return {"$": "quiet", "v": tree["v"], "returns": quiet[tree["v"]]}
    return {key: _quieted(value, quiet) for key, value in tree.items()}


def _spies(tree: Any) -> list[tuple[str, Any]]:
    found: dict[str, Any] = {}

    def look(each: Any) -> None:
        if isinstance(each, list):
            for item in each:
                look(item)
        elif isinstance(each, dict) and each.get("$") == "spy":
            found.setdefault(str(each["v"]), each.get("returns"))
        elif isinstance(each, dict):
            for item in each.values():
                look(item)

    look(tree)
    return list(found.items())


def spy_checks(each: dict[str, Any], style: Style) -> list[str]:
    lines = []
    for name, calls in each.get("spies", []):
        # Nothing was handed over: that it was called is all there is to say.
        tellable = not holds(calls, *UNFIT) and len(calls) <= 20 and calls != [[]]
        lines += style.words.heard(name, calls, tellable)
    return lines


def _files(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, list):
        for item in tree:
            yield from _files(item)
    elif isinstance(tree, dict) and tree.get("$") == "file":
        yield tree
    elif isinstance(tree, dict):
        yield from _files(list(tree.values()))


def file_checks(each: dict[str, Any], style: Style) -> list[str]:
    """What the call left in files that it was given."""
    return [
        style.words.value(f"readFileSync(join(folder, {quoted(name)}), 'utf8')", text)
        if text is not None
        else style.words.value(f"existsSync(join(folder, {quoted(name)}))", False)
        for name, text in each.get("files") or []
    ]


def changes(each: dict[str, Any], style: Style) -> list[tuple[int, Any]]:
    """Arguments that the call changed, with what they became."""
    return [(index, after["now"]) for index, after in enumerate(each.get("after") or []) if after is not None]


def scenario(each: dict[str, Any]) -> str:
    """Empty, missing, zero and negative inputs are edges; all else is everyday."""
    for arg in each["args"]:
        if arg in ("", [], 0, None, UNDEFINED) or arg == {"$": "object", "v": []}:
            return "edge"
        if isinstance(arg, int | float) and not isinstance(arg, bool) and arg < 0:
            return "edge"
    return "happy"
