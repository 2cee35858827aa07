"""The reference as data: FastAPI's own description, corrected to what this service really answers."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel

from testwright.api.envelope import ErrorDetail, ErrorEnvelope, FieldFault

_DESCRIPTION = (
    "Writes tests that have proved themselves. Every JSON answer is an envelope: "
    "`{success: true, message, data}`, or `{success: false, message, error: {code, fields?, hint?}}`."
)
_ERRORS = {
    "400": "The request is malformed or invalid; `error.fields` names each faulty field.",
    "401": "There are keys, and this request has none that holds: `no_key`, `ticket_refused`.",
    "403": "The page's origin is not listed, or the key may only read.",
    "404": "Unknown, or somebody else's.",
    "409": "It contradicts what is there: `session_running`, `idempotency_conflict`, `no_folder`.",
    "413": "Too large.",
    "415": "The body is not declared as JSON.",
    "421": "The host name is not this service's.",
    "429": "This key asks too often, or has too many streams open; `Retry-After` says when to come again.",
    "503": "The job engine, or the host of a repository, cannot be reached; nothing was accepted.",
    "500": "A fault on our side; the server's log has the details.",
}
_WITH_A_BODY = ("413", "415")
_STARTS = (
    "post /api/inngest/trigger",
    "post /api/sessions/{sessionId}/retry",
    "post /api/sessions/{sessionId}/continue",
    "patch /api/sessions/{sessionId}/tests/{testId}",
)
_HANDS_OVER = ("apply", "apply/undo", "branch", "pull-request")
_ASKS_GITHUB = (
    "get /api/github/repositories",
    "get /api/github/repositories/{account}/{name}/tree",
    "post /api/sessions/{sessionId}/pull-request",
)
_ONLY = {
    "409": (*_STARTS, *(f"post /api/sessions/{{sessionId}}/{deed}" for deed in _HANDS_OVER)),
    "503": (*_STARTS, *_ASKS_GITHUB, "post /api/repositories", "get /readyz"),
}
"""Where these can come of it. (That the database has no time for a request is told with 503 too, anywhere.)"""
TRIGGER_EXAMPLE = {
    "repositoryId": "your-repo-id",
    "sessionId": "optional-session-id",
    "files": [{"path": "src/components/Button.tsx", "content": "file content here", "framework": "jest"}],
    "framework": "jest",
    "repoBranch": "main",
    "options": {
        "testTypes": ["unit", "integration"],
        "coverage": "comprehensive",
        "includeEdgeCases": True,
        "mockExternal": True,
    },
}
STARTED_EXAMPLE = {
    "success": True,
    "message": "Test generation started in background",
    "data": {
        "sessionId": "sess_123456",
        "eventId": "inngest_event_id",
        "status": "processing",
        "totalFiles": 1,
        "framework": "jest",
        "estimatedTime": "30s",
    },
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; built once."""
    if app.openapi_schema is None:
        app.openapi_schema = _build(app)
    return app.openapi_schema


def _build(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (ErrorEnvelope, ErrorDetail, FieldFault):
        schema = model.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    document["paths"] = {_in_camel_case(path): operations for path, operations in document["paths"].items()}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _tell_errors(method, path, operation)
    trigger = document["paths"]["/api/inngest/trigger"]["post"]
    for operation in (trigger, document["paths"]["/api/estimate"]["post"]):
        operation["requestBody"]["content"]["application/json"]["example"] = TRIGGER_EXAMPLE
    trigger["responses"]["200"]["content"]["application/json"]["example"] = STARTED_EXAMPLE
    return document


def _in_camel_case(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda name: f"{{{to_camel(name[1])}}}", path)


def _tell_errors(method: str, path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            parameter["name"] = to_camel(parameter["name"])
    answers = operation["responses"]
    answers.pop("422", None)
    for status, description in _ERRORS.items():
        if (status in _WITH_A_BODY and "requestBody" not in operation) or (status == "404" and "{" not in path):
            continue
        if status == "500" and path == "/healthz":  # it asks nobody
            continue
        if status in _ONLY and f"{method} {path}" not in _ONLY[status]:
            continue
        answers[status] = {
            "description": description,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorEnvelope"}}},
        }
