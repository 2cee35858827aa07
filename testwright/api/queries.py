"""Query parameters are as strict as bodies: a typo is refused by name, and so is a second value."""

import difflib
from collections import Counter
from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from testwright.api.problems import field_path, sentence
from testwright.domain.errors import FieldProblem, InputError


def known_parameters_only(request: Request) -> None:
    """A dependency of every route; only the API's own obey it (a probe may add what it likes). Raises InputError."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute) or not route.path.startswith("/api/"):
        return
    known = sorted(set(_parameters_of(route.dependant)))
    problems = list(_problems(Counter(name for name, _ in request.query_params.multi_items()), known))
    if problems:
        raise InputError(sentence(problems), fields=problems, hint="Fix the address and send the request again.")


def _problems(given: Counter[str], known: list[str]) -> Iterator[FieldProblem]:
    for name, times in given.items():
        if name not in known:
            folded = {each.lower(): each for each in known}
            alike = difflib.get_close_matches(name.lower()[:100], folded, n=1)
            meant = f"; did you mean {folded[alike[0]]}?" if alike else ""
            yield FieldProblem(field_path((name,)), f"is not a parameter of this address{meant}")
        elif times > 1:
            yield FieldProblem(name, f"came {times} times; send it once")


def _parameters_of(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for below in dependant.dependencies:
        yield from _parameters_of(below)
