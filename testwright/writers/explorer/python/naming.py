"""Names for observed tests: what was called, with what, and what came of it, in a few words."""

import ast
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from testwright.writers.explorer.python.records import Patch, Record

_LONGEST = 70
_SPECIAL = {
    "len": "length", "str": "as_text", "repr": "representation", "bool": "truth", "iter": "items", "eq": "equality",
    "ne": "inequality", "lt": "less_than", "le": "at_most", "gt": "greater_than", "ge": "at_least", "add": "sum",
    "sub": "difference", "mul": "product", "truediv": "quotient", "getitem": "item", "contains": "membership",
    "call": "call", "neg": "negation", "abs": "absolute", "int": "as_int", "float": "as_float", "and": "and_operator",
    "or": "or_operator", "xor": "xor_operator", "mod": "remainder", "floordiv": "floor_quotient", "pow": "power",
    "reversed": "reversed", "matmul": "matrix_product", "exit": "block",
}  # fmt: skip
_SIGNS = {
    " ": "space", ".": "dot", ",": "comma", "-": "dash", "_": "underscore", ":": "colon", ";": "semicolon",
    "!": "exclamation_mark", "?": "question_mark", "'": "quote", '"': "quote", "/": "slash", "\\": "backslash",
    "@": "at_sign", "#": "hash", "+": "plus", "*": "star", "=": "equals_sign", "%": "percent", "&": "ampersand",
    "(": "parenthesis", ")": "parenthesis", "[": "bracket", "]": "bracket", "{": "brace", "}": "brace", "<": "angle",
    ">": "angle", "$": "dollar", "|": "pipe", "~": "tilde", "\n": "newline", "\t": "tab", "^": "caret", "`": "backtick",
}  # fmt: skip
_STAND_INS = {
    "mock.Mock(side_effect=[": "function_that_fails_first", "mock.Mock(side_effect=": "function_that_fails",
    "mock.AsyncMock(": "coroutine_function", "mock.": "stand_in",
}  # fmt: skip
_MOST_REASON = 6
_DEMANDS = re.compile(r"\b(must|should|ought|has to|have to|cannot|can't|may not|needs?|expected|between)\b")
"""What a message says of good values, which is no name for a bad one."""
_OPEN_ENDS = frozenset(["a", "an", "the", "of", "to", "is", "be", "must", "for", "in", "and", "or", "got", "as"])
_ORDERS = ("too", *map("again_{}".format, range(2, 100)))


def name_of(record: Record, taken: dict[str, Record | None]) -> str:
    """A new name, which is added to `taken`. Of namesakes the later one says how its call differs."""
    full = "_".join(part for part in ("test", subject_of(record.symbol), _what(record)) if part)
    name = unique = _cut(full, _LONGEST)
    namesake = taken.get(name)
    if namesake is not None:
        others = (_cut(f"{name}_{word}", _LONGEST + 20) for word in _differences(record, namesake))
        unique = next((other for other in others if other not in taken), name)
    number = 2
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    taken[unique] = record
    return unique


def name_of_rows(records: Sequence[Record], columns: Sequence[str], taken: dict[str, Record | None]) -> str:
    """A new name for calls that are told together, which is added to `taken`."""
    first = records[0]
    if first.error is not None:
        what = f"rejects_{_reason(first)}"
    elif "expected" in columns:
        what = f"by_{'_and_'.join(map(_snake, columns[:-1]))}"
    else:
        what = f"returns_{_result(first.checks[0].value)}"
    name = _cut(f"test_{subject_of(first.symbol)}_{what}", _LONGEST)
    others = [f"{name}_for_each_{'_and_'.join(map(_snake, columns))}", *(f"{name}_{word}" for word in _ORDERS)]
    unique = next(other for other in (name, *others) if other not in taken)
    taken[unique] = None
    return unique


def _differences(record: Record, other: Record) -> Iterator[str]:
    """Words that are true of the one and not of the other, the plainest first."""
    known = dict(other.arguments)
    for parameter, text in record.arguments:
        if text == known.get(parameter):
            continue
        value = _value(text)
        if parameter not in known:
            yield f"with_{_snake(parameter)}"
        if isinstance(value, bool):
            yield f"{'with' if value else 'without'}_{_snake(parameter)}"
            continue
        described = _described(value, text)
        if type(value) is not type(_value(known.get(parameter, ""))) and (kind := _kind(value)):
            yield f"as_{kind}"
        if described != _described(_value(known.get(parameter, "")), known.get(parameter, "")):
            yield f"{_snake(parameter)}_{described}"
        if isinstance(value, (str, bytes)):
            yield f"{_snake(parameter)}_{_form(str(value), str(_value(known.get(parameter, ''))))}".rstrip("_")
    for parameter, text in record.arguments:
        if text != known.get(parameter) and len(words := re.findall(r"[a-z]+|\d+", text.lower())) > 1:
            yield f"of_{'_'.join(words[:4])}"
    given = {parameter for parameter, _ in record.arguments}
    for parameter in (each for each in known if each not in given):
        yield f"without_{_snake(parameter)}"
    mine, theirs = (_result(each.checks[0].value) if each.checks else "" for each in (record, other))
    if mine and mine != theirs:
        yield f"giving_{mine}"
    if record.error is not None and other.error is not None and _reason(record) != _reason(other):
        yield f"as_{_reason(record).removeprefix('with_')}"
    yield from _different_pasts(record, other)


def _different_pasts(record: Record, other: Record) -> Iterator[str]:
    """What the one's object is made with, or was used for, and the other's not."""
    theirs = "\n".join(other.lines)
    for line in record.lines:
        step = re.match(rf"{re.escape(record.subject)}\.(\w+)\(", line) if record.subject else None
        if step is not None and f".{step[1]}(" not in theirs:
            yield f"after_{_snake(step[1])}"
        given = re.findall(r"[(,]\s*(\w+)=([\w.\"']+)", line)
        made = [
            f"{_snake(name)}_{_described(_value(text), text)}" for name, text in given if f"{name}={text}" not in theirs
        ]
        if len(made) > 1:
            yield f"of_{'_and_'.join(made[:2])}"
        yield from (f"of_{each}" for each in made)
    if len(record.lines) > len(other.lines):
        yield "when_prepared"


def _kind(value: Any) -> str:
    kinds = {bytes: "bytes", str: "text", int: "number", float: "number", list: "list", tuple: "tuple", dict: "dict"}
    return "none" if value is None else kinds.get(type(value), "")


def _form(text: str, other: str) -> str:
    """What two texts of the same words may differ in."""
    if text.strip() != text and other.strip() == other:
        return "padded"
    if text.isupper() and not other.isupper():
        return "in_capitals"
    if "\n" in text and "\n" not in other:
        return "of_lines"
    signs = [name for sign, name in _SIGNS.items() if sign in text and sign not in other]
    return f"with_{signs[0]}" if signs else "in_lower_case" if text.islower() and not other.islower() else ""


def is_edge(record: Record) -> bool:
    """Whether it looks at the rim: nothing, none, zero, a negative number, or a value of the wrong kind."""
    return record.foreign or any(_is_rim(_value(text)) for _, text in record.arguments)


def _is_rim(value: Any) -> bool:
    if value is None or value == "":
        return True
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value <= 0
    return isinstance(value, (str, list, tuple, dict, set, bytes)) and (not value or str(value).isspace())


def subject_of(symbol: str) -> str:
    if "+" in symbol:
        first, _, second = symbol.partition("+")
        return f"{_snake(first)}_then_{_snake(second)}"
    owner, _, member = symbol.rpartition(".")
    special = re.fullmatch(r"__(\w+)__", member)
    member = _SPECIAL.get(special.group(1), special.group(1)) if special else member
    return "_".join(part for part in (_snake(owner), _snake(member)) if part)


def _what(record: Record) -> str:
    given = _given(record)
    if record.error is not None:
        return f"rejects_{_refused(record) or _reason(record)}"
    first = record.checks[0]
    if "+" in record.symbol:
        value = first.value
        back = any(text == value for _, text in record.arguments)
        return "gives_the_value_back" if back else f"for_{given}" if given else ""
    if first.how == "prints":
        return f"prints_{_words(first.value, 4)}"
    if first.how == "equals" and not first.of and (undone := _undone(record, first.value)):
        return f"undoes_{undone}"
    if first.of.endswith(".getvalue()"):
        stream, written = first.of.partition(".")[0], _result(first.value)
        return "_".join(part for part in (f"writes_{written}_to_{stream}", f"for_{given}" if given else "") if part)
    if record.subject and first.of.startswith(f"{record.subject}."):
        changed = "_and_".join(_snake(check.of.rpartition(".")[2]) for check in record.checks[:2])
        failed = "_after_an_error" if "\n    raise " in record.call else ""
        return f"changes_{changed}{failed}" + (f"_for_{given}" if given else "")
    if first.of.startswith("(tmp_path"):
        given = "" if given == "database" else given
        was_there = any(f".write_text({first.value})" in line for line in record.lines)
        return f"{_done_to_file(first.of, first.value, was_there)}" + (f"_for_{given}" if given else "")
    table = re.match(r"connection\.execute\([\"']SELECT \* FROM (\w+)", first.of)
    if table is not None:
        done = f"leaves_{table[1]}_empty" if first.value == "[]" else f"changes_{table[1]}"
        return _snake(done) + (f"_for_{given}" if given else "")
    if record.subject and f"({record.subject})" in first.of:
        return "changes_items" + (f"_for_{given}" if given else "")
    if first.how == "equals" and first.of and not first.of.startswith((".", "[")):
        return f"changes_{first.of}_in_place"
    if len(record.arguments) == 1 and first.value == record.arguments[0][1] and first.value not in ("True", "False"):
        return f"keeps_{given}"
    result = _result(first.value) if first.how == "equals" and not first.of else ""
    attributes = [_snake(check.of) for check in record.checks if check.of.startswith(".")]
    if not given and attributes:
        return "has_" + "_and_".join(attributes[:2])
    if not given:
        return f"returns_{result}" if result else ""
    about = given if given.startswith(("with_", "without_")) else f"for_{given}"
    return f"returns_{result}_{about}" if result and result != given else about


def _undone(record: Record, value: str) -> str:
    """The call that made the argument, where the result is what that call was given: `dumps_of_42`."""
    for _, text in record.arguments:
        call = re.fullmatch(r"(?:StringIO\()?(?:\w+\.|[A-Z]\w*\(.*?\)\.)?([a-z_]\w*)\((.*?)\)+", text, re.DOTALL)
        if call is not None and call[2] == value and value not in ("None", "True", "False"):
            return f"{_snake(call[1])}_of_{_described(_value(value), value)}"
    return ""


def _done_to_file(of: str, value: str, was_there: bool) -> str:
    entry = _snake(of.partition(").")[0].partition("/ ")[2])
    if of.endswith(".exists()"):
        return f"{'creates' if value == 'True' else 'removes'}_{entry}"
    if was_there:
        return f"leaves_{entry}_alone"
    return f"writes_{entry}" if of.endswith(".read_text()") else f"sets_mode_of_{entry}"


def _given(record: Record) -> str:
    parts: list[str] = []
    told = [(parameter, text) for parameter, text in record.arguments if text not in ("connection", "server.url")]
    for at, (parameter, text) in enumerate(told[:3]):
        value = _value(text)
        if isinstance(value, bool):
            parts.append(f"{'with' if value else 'without'}_{parameter}")
            continue
        if value is None and len(told) == 1:
            parts.append(f"no_{_snake(parameter)}")
            continue
        described = _described(value, text)
        if at and described[:1].isdigit():
            described = f"{parameter}_{described}"
        parts.append(described)
    variables = (re.match(r'\{"(\w+)"', patch.given) for patch in record.patches)
    parts.extend(f"with_{_snake(found[1])}" for found in variables if found is not None)
    parts.extend(f"with_status_{status}" for patch in record.patches if (status := _bad_status(patch)))
    text = parts[0] if parts else ""
    for part in parts[1:]:
        text += f"_{part}" if part.startswith(("with_", "without_")) else f"_and_{part}"
    return _cut(text.strip("_"), 36)


def _bad_status(patch: Patch) -> str:
    """Of an answer that is not fine; empty for any other."""
    lines = "\n".join(patch.lines)
    found = re.search(r"^serving\(([345]\d\d)", patch.given) or re.search(
        r"(?:status(?:_code)? = |HTTPError\(\"[^\"]*\", )([345]\d\d)", lines
    )
    return found[1] if found is not None else ""


def _described(value: Any, text: str) -> str:
    if value is None:
        return "none"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, bytes):
        return f"{_text_words(value.decode('latin-1'))}_bytes" if value else "empty_bytes"
    if isinstance(value, str):
        return _text_words(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        kind = type(value).__name__
        return f"empty_{kind}" if not value else "one_item" if len(value) == 1 else f"{len(value)}_items"
    if isinstance(value, dict):
        keys = [_snake(key) for key in value if isinstance(key, str) and key.isidentifier()]
        return "empty_dict" if not value else "_and_".join(keys[:2]) or "dict"
    if text.startswith("lambda"):
        return "function"
    if text.startswith(("[", "(", "{", "iter(")) and (several := _several(text)):
        return several
    if text.startswith("mock."):
        return next(name for beginning, name in _STAND_INS.items() if text.startswith(beginning))
    if text.startswith("SimpleNamespace("):
        told = re.search(r"(\w+)=(True|False|None)", text)
        return "_".join(map(_snake, told.groups())) if told else "stand_in"
    head = re.match(r"[A-Za-z_][\w.]*", text)
    if text in ('tmp_path / "data.db"', 'str(tmp_path / "data.db")'):
        return "database"
    if "missing" in text:
        return "missing_file"
    if re.fullmatch(r"(str\()?(file|tmp_path)\b.*", text):
        return "file" if "file" in text else "folder"
    if head is None:
        return "value"
    owner, _, member = head.group().rpartition(".")
    return _snake(owner if owner[:1].isupper() else member)


def _several(text: str) -> str:
    """How many of what a container holds that is no literal: `one_section`, `2_items`; empty where it is unclear."""
    try:
        node: ast.AST = ast.parse(text, mode="eval").body
    except SyntaxError:
        return ""
    node = node.args[0] if isinstance(node, ast.Call) and node.args else node
    if not isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return "dict" if isinstance(node, ast.Dict) else ""
    kinds = {ast.unparse(item.func) if isinstance(item, ast.Call) else "" for item in node.elts}
    noun = _snake(kinds.pop().rpartition(".")[2]) if len(kinds) == 1 else ""
    many = len(node.elts)
    return f"one_{noun or 'item'}" if many == 1 else f"{many}_{noun or 'item'}s" if many else "no_items"


def _text_words(text: str) -> str:
    if not text:
        return "empty_text"
    if text.isspace() and len(text) > 1:
        return "blanks"
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain).lower())
    if not words:
        signs = list(dict.fromkeys(_SIGNS.get(letter, "") for letter in text))
        return "_and_".join(sign for sign in signs[:2] if sign) or "symbols"
    if re.match(r"-\.?\d", text):
        return _cut(f"minus_{'_'.join(words[:4])}", 24)
    return _cut("_".join(words[:4]), 24)


def _result(text: str) -> str:
    value = _value(text)
    if value is None and text == "None":
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        described = _number(value)
        return described if len(described) <= 12 else ""
    if isinstance(value, str):
        is_line = re.fullmatch(r".*\w.*\n", value) is not None
        words = f"{_text_words(value)}{'_line' if is_line else ''}"
        return words if len(value) <= 16 and words != "symbols" and not re.search(r"\w{11}", value) else ""
    if isinstance(value, (list, tuple, set, dict)) and not value:
        return f"empty_{type(value).__name__}"
    return ""


def _number(value: float) -> str:
    text = repr(abs(value)).replace(".", "_").replace("-", "_minus_").replace("+", "")
    return f"minus_{text}" if value < 0 else text


def _refused(record: Record) -> str:
    """The one argument that is plainly wrong: of a wrong kind, missing, or empty."""
    for parameter, text in record.arguments:
        value = _value(text)
        if record.foreign and isinstance(value, int):
            return "a_number"
        if value is None or (_is_rim(value) and not isinstance(value, bool)):
            described = _described(value, text)
            return described if len(record.arguments) == 1 else f"{described}_as_{_snake(parameter)}"
    statuses = [status for patch in record.patches if (status := _bad_status(patch))]
    if statuses:
        return f"status_{statuses[0]}"
    message = record.error[2] if record.error is not None else ""
    values = [_value(text) for _, text in record.arguments]
    is_number = len(values) == 1 and isinstance(values[0], (int, float)) and not isinstance(values[0], bool)
    return _number(values[0]) if is_number and _DEMANDS.search(message) else ""


def _reason(record: Record) -> str:
    """What the error's message complains of, without the quoted values; else the error's own name."""
    kind, _, message = record.error or ("", "", "")
    line = message.splitlines()[0] if message else ""
    line = line.partition(": ")[0] if len(line.partition(": ")[0].split()) > 1 else line
    plain = re.sub(r"(['\"`]).*?\1|\d+|0x\w+|\S*[/\\]\S*", " ", line).replace("'", "")
    words = re.findall(r"[a-z]+", plain.lower())[:_MOST_REASON]
    while words and words[-1] in _OPEN_ENDS:
        words.pop()
    if len(words) >= 2:
        return "_".join(words)
    given = _given(record)
    return given if _tells(given) else f"with_{_snake(kind)}"


def _tells(given: str) -> bool:
    return given not in ("", "symbols", "value")


def _words(text: str, most: int) -> str:
    value = _value(text)
    words = re.findall(r"[a-z0-9]+", str(value).lower())
    return "_".join(words[:most]) or "nothing"


def _value(text: str) -> Any:
    """The literal's value; a marker of its own for anything else."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return _NotLiteral


class _NotLiteral:
    pass


def _cut(text: str, most: int) -> str:
    text = re.sub(r"_+", "_", text).strip("_")
    if len(text) > most:
        text = text[: most + 1].rpartition("_")[0] or text[:most]
    return re.sub(r"(_(and|for|with|without|as|of|returns|giving))+$", "", text)


def _snake(name: str) -> str:
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"\W+|_+", "_", parts).strip("_").lower()
