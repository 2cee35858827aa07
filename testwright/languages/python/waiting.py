"""Sleeping: a test that waits for time to pass is slow, and right by chance; one that waits for something is neither.

That is a loop of short sleeps which ends when something has happened, and has a limit. Nor does a stand-in for what is
slow wait, which the code is given: it answers soon, or is not waited for at all.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

from tree_sitter import Node

from testwright.languages.python.calling import Names, arguments, full_name
from testwright.languages.python.syntax import identifiers, is_in_an_inner_function, text_of, walk

_SLEEPS = {"time.sleep", "sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep"}
_SLEEPS |= {"threading.Event().wait", "Event().wait"}  # which nobody else can set
_CLOCKS = re.compile(r"\b(?:monotonic|perf_counter|time|now)(?:_ns)?\(")
_LOOPS = ("while_statement", "for_statement")
_ENDS = re.compile(r"\b(?:break|return|raise|assert)\b|\bfail\(")
_SHORT_SECONDS, _MOST_ROUNDS = 0.25, 1000
_SOON_SECONDS, _NEVER_SECONDS = 0.1, 1.0
_COROUTINES = {"asyncio.sleep", "anyio.sleep", "trio.sleep"}


def is_sleep(call: Node, name: str, names: Names) -> bool:
    given = [text_of(argument) for argument in arguments(call)]
    if name not in _SLEEPS or given == ["0"] or (name in _COROUTINES and _is_of_a_stand_in(call, given)):
        return False
    return not (_is_short(given) and _is_in_a_wait(call, names))


def _is_of_a_stand_in(call: Node, given: list[str]) -> bool:
    """In a coroutine that the test defines, or handed on as it is: soon over, or so late that it is there to be cut."""
    is_handed_on = call.parent is not None and call.parent.type == "argument_list"
    seconds = float(given[0]) if given and re.fullmatch(r"\d+(?:\.\d*)?|\.\d+", given[0]) else 0.0
    return (is_in_an_inner_function(call) or is_handed_on) and (
        0 < seconds <= _SOON_SECONDS or seconds >= _NEVER_SECONDS
    )


def _is_short(given: list[str]) -> bool:
    return len(given) == 1 and re.fullmatch(r"\d*\.\d+", given[0]) is not None and float(given[0]) <= _SHORT_SECONDS


def _is_in_a_wait(call: Node, names: Names) -> bool:
    loop = next((above for above in _within_function(call) if above.type in _LOOPS), None)
    if loop is None:
        return False
    ends = list(_ways_out(loop))
    has_limit = _is_counted(loop, names) or any(_CLOCKS.search(text_of(end)) for end in ends)
    return has_limit and any(not _CLOCKS.search(text_of(end)) and _may_change(end, loop) for end in ends)


def _within_function(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None and above.type not in ("function_definition", "lambda"):
        yield above
        above = above.parent


def _ways_out(loop: Node) -> Iterator[Node]:
    """The conditions at which it ends, each part of an `and` by itself."""
    waiting = [loop.child_by_field_name("condition")]
    for node in walk(loop):
        if node.type == "if_statement" and _ENDS.search(text_of(node.child_by_field_name("consequence"))):
            waiting.append(node.child_by_field_name("condition"))
    while waiting:
        condition = waiting.pop()
        if condition is None:
            continue
        if condition.type in ("boolean_operator", "parenthesized_expression"):
            waiting += condition.named_children
        else:
            yield condition


def _is_counted(loop: Node, names: Names) -> bool:
    over = loop.child_by_field_name("right") if loop.type == "for_statement" else None
    if over is None or over.type != "call" or full_name(over.child_by_field_name("function"), names) != "range":
        return False
    given = [text_of(argument) for argument in arguments(over)]
    return len(given) == 1 and given[0].isdecimal() and int(given[0]) <= _MOST_ROUNDS


def _may_change(condition: Node, loop: Node) -> bool:
    """It asks something, or looks at what somebody else has been given before the loop."""
    if any(node.type in ("call", "attribute") for node in walk(condition)):
        return True
    return any(name in _handed_on(loop) for name in identifiers(condition))


def _handed_on(loop: Node) -> set[str]:
    """Names that are more than assigned before the loop."""
    top = list(_within_function(loop))[-1:] or [loop]
    earlier = takewhile(lambda node: node.start_byte < loop.start_byte, walk(top[0]))
    return {text_of(node) for node in earlier if node.type == "identifier" and not _is_assigned(node)}


def _is_assigned(name: Node) -> bool:
    around = name.parent
    return around is not None and around.type == "assignment" and around.child_by_field_name("left") == name
