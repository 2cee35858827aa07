"""Every error that the reference tells of can be had, at every address that tells of it, in its own form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from testwright.api.openapi import describe

IDS = {"sessionId": "sess_12345678", "repositoryId": "repo_12345678", "testId": "test_12345678", "path": "a.py"}
JSON = {"content-type": "application/json"}
ELSEWHERE = {"409", "503", "500"}
"""Each has a cause of its own, and tests of its own: what was there before, an engine that is down, a fault."""


def operations(door) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in describe(door.app)["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def is_documented(operation: dict[str, Any], status: int) -> bool:
    return str(status) in operation["responses"]


def is_envelope(answer) -> bool:
    told = answer.json()
    error = told["error"]
    sound = told["success"] is False and told["message"] and error["code"].replace("_", "").isalnum()
    return bool(sound) and set(told) == {"success", "message", "error"} and set(error) <= {"code", "fields", "hint"}


WAYS = {
    "400": {"params": {"nonsense": "1"}},
    "401": {},
    "403": {"headers": {"origin": "https://evil.example"}},
    "404": {},
    "413": {"headers": JSON | {"content-length": str(10**9)}},
    "415": {"headers": {"content-type": "text/plain"}, "content": b"{}"},
    "421": {"headers": {"host": "evil.example"}},
    "429": {},
}


@dataclass(frozen=True)
class Slow:
    """The door's settings, but a key may ask hardly anything."""

    given: Any

    def __getattr__(self, name: str) -> Any:
        return 10 if name == "requests_a_minute" else getattr(self.given, name)


@pytest.fixture
def settings(settings):
    return Slow(settings)


@pytest.mark.parametrize("status", sorted(WAYS))
async def test_each_documented_error_comes_in_its_own_form_at_every_address(door, status):
    key = {}
    if status in ("401", "429"):
        key = {"authorization": f"Bearer {(await door.store.access.add_key('ci', owner='local'))[1]}"}
    asked = 0
    for method, path, operation in operations(door):
        if status not in operation["responses"] or (status == "400" and not path.startswith("/api/")):
            continue
        if status in ("401", "429") and not path.startswith("/api/"):
            continue
        way = dict(WAYS[status])
        if status == "429":
            way["headers"] = key
            await door.client.get("/api/sessions", headers=key)  # the one that is welcome
        if method not in ("GET", "HEAD") and status in ("400", "404", "429"):
            way["headers"] = {**JSON, **way.get("headers", {})}
            way.setdefault("content", example_of(path))
        answer = await door.client.request(method, path.format(**IDS), **way)
        assert (answer.status_code, is_envelope(answer)) == (int(status), True), (method, path, answer.text)
        asked += 1

    assert asked > 5


def example_of(path: str) -> bytes:
    if path.endswith("/continue"):
        return b'{"maxCostUsd": 1}'
    if path.endswith("/{testId}"):
        return b'{"decision": "rejected"}'
    return b"{}"


async def test_what_is_documented_is_one_of_these(door):
    known = {*WAYS, *ELSEWHERE}

    for method, path, operation in operations(door):
        errors = {status for status in operation["responses"] if status >= "400"}
        assert errors <= known, (method, path)
        assert {"400", "403", "421", "500"} <= errors, (method, path)


async def test_a_dead_engine_is_told_at_every_address_that_says_so(door):
    session_id = await door.start()
    await door.tell_one_file(session_id)
    door.engine.down = True
    answers = {
        "/api/inngest/trigger": await door.post("/api/inngest/trigger", BODY),
        "/readyz": await door.get("/readyz"),
    }

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 503)
    assert all(is_envelope(answer) for answer in answers.values())


BODY = {
    "repositoryId": "r",
    "files": [{"path": "a.py", "content": "x = 1", "framework": "pytest"}],
    "framework": "pytest",
}
