"""The one shape of every JSON answer, good or bad."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.responses import Response

from testwright.domain.errors import FieldProblem

T = TypeVar("T")


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


UtcTime = Annotated[datetime, AfterValidator(_in_utc)]


class Wire(BaseModel):
    """Part of an answer: camelCase outside, our names inside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


def left_out() -> Any:
    """A field that is not sent at all when there is nothing to say."""
    return Field(default=None, exclude_if=lambda value: value is None)


class Envelope(Wire, Generic[T]):
    success: Literal[True] = True
    message: str
    data: T


class FieldFault(Wire):
    path: str = Field(examples=["files[0].path"])
    problem: str = Field(examples=["leaves the repository (..)"])


class ErrorDetail(Wire):
    code: str = Field(examples=["invalid_request"])
    fields: list[FieldFault] | None = left_out()
    hint: str | None = left_out()


class ErrorEnvelope(Wire):
    success: Literal[False] = False
    message: str
    error: ErrorDetail


def done(message: str, data: T) -> Envelope[T]:
    return Envelope(message=message, data=data)


def refusal(
    status: int,
    code: str,
    message: str,
    *,
    hint: str | None = None,
    fields: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    error: dict[str, Any] = {"code": code}
    if fields:
        error["fields"] = [{"path": field.path, "problem": field.problem} for field in fields]
    if hint:
        error["hint"] = hint
    # ASCII only: a message may quote what the client sent, lone surrogates included.
    body = json.dumps({"success": False, "message": message, "error": error})
    return Response(body, status, headers, media_type="application/json")
