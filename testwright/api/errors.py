"""Every error leaves through here, in the envelope and with its real status."""

import logging
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from testwright.api.envelope import refusal
from testwright.api.problems import problems_of, sentence
from testwright.domain.errors import EngineUnreachable, InputError, TestwrightError, TransientError

logger = logging.getLogger("testwright.api")


def handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(TestwrightError, _own_error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if errors[0]["type"] == "json_invalid":
        return _not_json(f"{errors[0]['ctx']['error']} at character {errors[0]['loc'][-1]}")
    if errors[0]["type"] == "missing" and tuple(errors[0]["loc"]) == ("body",):
        return refusal(400, "invalid_request", "The request has no body.", hint="Send a JSON object.")
    body = getattr(request.scope.get("route"), "body_field", None)
    problems = problems_of(errors, body.field_info.annotation if body else None)
    return refusal(
        400, "invalid_request", sentence(problems), fields=problems, hint="Fix the request and send it again."
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    match error.status_code:
        case 400:
            return _not_json("it cannot be parsed")
        case 404:
            return refusal(
                404, "not_found", "There is nothing at this address.", hint="All addresses are listed at /docs."
            )
        case 405:
            return method_not_allowed((error.headers or {}).get("Allow", "").split(", "))
        case status:
            return refusal(status, "refused", str(error.detail), headers=error.headers)


def method_not_allowed(methods: Iterable[str]) -> Response:
    found = set(methods) - {""}
    allowed = ", ".join(sorted(found | {"HEAD"} if "GET" in found else found))
    return refusal(
        405,
        "method_not_allowed",
        "This address does not take that method.",
        hint=f"Use {allowed}." if allowed else None,
        headers={"Allow": allowed},
    )


async def _own_error(request: Request, error: Exception) -> Response:
    match error:
        case InputError():
            return refusal(error.status, error.code, error.message, hint=error.hint, fields=error.fields)
        case EngineUnreachable():
            return refusal(503, error.code, error.message, hint=error.hint)
        case TransientError():
            seconds = round(error.retry_after_seconds or 5)
            return refusal(
                503, error.code, error.message, hint=error.hint, headers={"Retry-After": str(max(seconds, 1))}
            )
        case TestwrightError():
            logger.error("%s %s failed: %s", request.method, request.scope["path"], error.message)
            return refusal(500, error.code, error.message, hint=error.hint)
        case _:
            raise error


def _not_json(reason: str) -> Response:
    return refusal(
        400,
        "invalid_request",
        f"The request's body is not JSON that can be read: {reason}.",
        hint="Send one JSON object, in UTF-8.",
    )
