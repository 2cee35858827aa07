"""What is wrong with a request, in words a person can act on."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from testwright.domain.errors import FieldProblem

MOST_PROBLEMS = 100
_LONGEST_NAME = 100
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_WORDS = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_unicode": "is not valid Unicode text (it has a lone surrogate)",
    "control_character": "has a control or invisible character",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "one_of": "needs decision, testCode or without, one of them",
    "none_required": "must be null or left out",
}


def field_path(parts: Iterable[str | int]) -> str:
    """`("files", 0, "path")` becomes `files[0].path`."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{_shown(part)}" if path else _shown(part)
    return path


def problems_of(errors: Sequence[Any], body: object) -> list[FieldProblem]:
    """Say in plain English what pydantic found. `body` is the annotation of the request's body."""
    return [_problem(error, body) for error in errors[:MOST_PROBLEMS]]


def sentence(problems: Sequence[FieldProblem]) -> str:
    """One message for all problems: the problem itself when there is one, their number otherwise."""
    if len(problems) == 1:
        said = f"{problems[0].path} {problems[0].problem}"
        return said if said.endswith("?") else f"{said}."
    number = _NUMBERS[len(problems)] if len(problems) < len(_NUMBERS) else str(len(problems))
    return f"{number} fields need a fix."


def size_in_words(count: int) -> str:
    if count < 1 << 10:
        return f"{count} bytes"
    if count < 1 << 20:
        return f"{count / (1 << 10):.4g} KiB"
    return f"{count / (1 << 20):.3g} MiB"


def _problem(error: Mapping[str, Any], body: object) -> FieldProblem:
    place, *parts = error["loc"]
    path = field_path(parts) or ("the request's body" if place == "body" else str(place))
    return FieldProblem(path, _in_words(error, parts, body))


def _in_words(error: Mapping[str, Any], parts: Sequence[str | int], body: object) -> str:
    bounds = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return _not_a_field(parts, body)
        case "literal_error":
            return f"must be {str(bounds.get('expected', '')).replace(chr(39), '')}"
        case "too_short":
            return f"needs at least {bounds['min_length']}"
        case "too_long":
            return f"may have at most {bounds['max_length']}"
        case "string_too_short":
            return "is empty" if bounds["min_length"] == 1 else f"needs at least {bounds['min_length']} characters"
        case "string_too_long":
            return f"may have at most {bounds['max_length']} characters"
        case "string_pattern_mismatch":
            return f"must match {bounds['pattern']}"
        case "greater_than_equal":
            return f"must be at least {bounds['ge']:g}"
        case "less_than_equal":
            return f"must be at most {bounds['le']:g}"
        case known if known in _WORDS:
            return _WORDS[known]
        case _:
            return f"is not valid: {str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}"


def _not_a_field(parts: Sequence[str | int], body: object) -> str:
    *above, name = parts
    alike = difflib.get_close_matches(str(name)[:_LONGEST_NAME], _fields_at(above, body), n=1)
    return f"is not a field; did you mean {alike[0]}?" if alike else "is not a field"


def _fields_at(parts: Sequence[str | int], body: object) -> list[str]:
    fields = _fields_of(body)
    for part in parts:
        if isinstance(part, str):
            fields = _fields_of(fields.get(part))
    return list(fields)


def _fields_of(annotation: object) -> dict[str, object]:
    """The fields of the model in an annotation such as `list[Model]` or `Model | None`, by their names on the wire."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
    return next((fields for part in get_args(annotation) if (fields := _fields_of(part))), {})


def _shown(name: str) -> str:
    """A name the client chose, fit to be quoted back."""
    safe = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)
    return safe if len(safe) <= _LONGEST_NAME else f"{safe[:_LONGEST_NAME]}…"
