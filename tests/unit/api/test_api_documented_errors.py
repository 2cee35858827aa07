"""Every error that the reference tells of can be had, at every address that tells of it, in its own form."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import httpx
import pytest

from tests.unit.store.store_samples import deliver_all, new_session
from testwright.api.app import create_app, finish_routes
from testwright.api.openapi import describe
from testwright.domain.errors import PermanentError

IDS = {"sessionId": "sess_12345678", "repositoryId": "repo_12345678", "testId": "test_12345678", "path": "a.py"}
IDS |= {"account": "ann", "name": "shop"}
JSON = {"content-type": "application/json"}
ELSEWHERE = {"409", "503", "500"}
"""These have causes of their own, below: what was there before, an engine that is down, a fault."""


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
    if path.endswith("/branch"):
        return b'{"branch": "more-tests"}'
    if path.endswith("/{testId}"):
        return b'{"decision": "rejected"}'
    return b"{}"


async def test_what_is_documented_is_one_of_these(door):
    known = {*WAYS, *ELSEWHERE}

    for method, path, operation in operations(door):
        errors = {status for status in operation["responses"] if status >= "400"}
        assert errors <= known, (method, path)
        assert {"400", "403", "421", *(() if path == "/healthz" else ("500",))} <= errors, (method, path)


async def _started(door) -> str:
    return (await door.store.accept(new_session())).session_id


async def _delivered(door) -> tuple[str, str]:
    session_id = await _started(door)
    await deliver_all(door.store, session_id)
    (test,) = await door.store.tests(session_id)
    return session_id, test.test_id


async def _stopped_by_its_budget(door) -> str:
    session_id = await _started(door)
    await door.store.claim_round(session_id, 1, "run")
    await door.store.desk(session_id, 1, 1).fail(PermanentError("No money.", code="budget_reached", retryable=True))
    await door.store.finish_round(session_id, 1)
    return session_id


async def _starts_what_runs(door):
    session_id = await _started(door)
    return await door.post("/api/inngest/trigger", BODY | {"sessionId": session_id})


async def _retries_what_runs(door):
    return await door.post(f"/api/sessions/{await _started(door)}/retry", {})


async def _goes_on_with_what_no_budget_stopped(door):
    session_id, _ = await _delivered(door)
    return await door.post(f"/api/sessions/{session_id}/continue", {"maxCostUsd": 1})


async def _edits_what_is_being_verified(door):
    session_id, test_id = await _delivered(door)
    for _ in range(2):
        answer = await door.client.patch(f"/api/sessions/{session_id}/tests/{test_id}", json={"testCode": "edited"})
    return answer


async def _applies_without_a_folder(door):
    session_id, _ = await _delivered(door)
    return await door.post(f"/api/sessions/{session_id}/apply")


async def _undoes_without_a_folder(door):
    session_id, _ = await _delivered(door)
    return await door.post(f"/api/sessions/{session_id}/apply/undo")


async def _commits_without_a_folder(door):
    session_id, _ = await _delivered(door)
    return await door.post(f"/api/sessions/{session_id}/branch", {"branch": "more-tests"})


async def _sends_without_a_folder(door):
    session_id, _ = await _delivered(door)
    return await door.post(f"/api/sessions/{session_id}/pull-request", {})


CONTRADICTIONS = {
    "POST /api/sessions/{sessionId}/branch": _commits_without_a_folder,
    "POST /api/sessions/{sessionId}/pull-request": _sends_without_a_folder,
    "POST /api/inngest/trigger": _starts_what_runs,
    "POST /api/sessions/{sessionId}/retry": _retries_what_runs,
    "POST /api/sessions/{sessionId}/continue": _goes_on_with_what_no_budget_stopped,
    "PATCH /api/sessions/{sessionId}/tests/{testId}": _edits_what_is_being_verified,
    "POST /api/sessions/{sessionId}/apply": _applies_without_a_folder,
    "POST /api/sessions/{sessionId}/apply/undo": _undoes_without_a_folder,
}


async def _starts(door):
    return await door.post("/api/inngest/trigger", BODY)


async def _retries(door):
    return await door.post(f"/api/sessions/{await _stopped_by_its_budget(door)}/retry", {})


async def _goes_on(door):
    return await door.post(f"/api/sessions/{await _stopped_by_its_budget(door)}/continue", {"maxCostUsd": 1})


async def _edits(door):
    session_id, test_id = await _delivered(door)
    return await door.client.patch(f"/api/sessions/{session_id}/tests/{test_id}", json={"testCode": "edited"})


async def _registers_what_cannot_be_reached(door):
    return await door.post("/api/repositories", {"gitUrl": "https://localhost:1/owner/name.git"})


async def _asks_whether_it_is_ready(door):
    return await door.get("/readyz")


async def _lists_what_is_on_github(door):
    return await door.get("/api/github/repositories")


async def _lists_files_on_github(door):
    return await door.get("/api/github/repositories/ann/shop/tree")


def _check_out(root):
    root.mkdir()
    for words in (["init", "-q"], ["remote", "add", "origin", "https://github.example/ann/shop.git"]):
        subprocess.run(["git", *words], cwd=root, check=True, timeout=20)


async def _sends_to_github(door):
    (root,) = door.app.state.services.settings.roots
    _check_out(root)
    session_id = (await door.store.accept(new_session(repository_root=str(root)))).session_id
    await deliver_all(door.store, session_id)
    return await door.post(f"/api/sessions/{session_id}/pull-request", {})


UNREACHABLE = {
    "GET /api/github/repositories": _lists_what_is_on_github,
    "GET /api/github/repositories/{account}/{name}/tree": _lists_files_on_github,
    "POST /api/sessions/{sessionId}/pull-request": _sends_to_github,
    "POST /api/inngest/trigger": _starts,
    "POST /api/sessions/{sessionId}/retry": _retries,
    "POST /api/sessions/{sessionId}/continue": _goes_on,
    "PATCH /api/sessions/{sessionId}/tests/{testId}": _edits,
    "POST /api/repositories": _registers_what_cannot_be_reached,
    "GET /readyz": _asks_whether_it_is_ready,
}


def documented(door, status: int) -> set[str]:
    return {f"{method} {path}" for method, path, operation in operations(door) if is_documented(operation, status)}


@pytest.fixture
def git_hosts():
    return frozenset({"localhost"})


@pytest.mark.parametrize(("status", "ways"), [(409, CONTRADICTIONS), (503, UNREACHABLE)])
async def test_there_is_a_way_to_each_of_these_errors_wherever_it_is_documented(door, status, ways):
    assert documented(door, status) == set(ways)


@pytest.mark.parametrize("address", CONTRADICTIONS)
async def test_what_contradicts_what_is_there_is_told_so(door, address):
    answer = await CONTRADICTIONS[address](door)

    assert (answer.status_code, is_envelope(answer)) == (409, True), answer.text


@pytest.mark.parametrize("address", UNREACHABLE)
async def test_what_cannot_be_reached_is_told_so(door, address):
    door.engine.down = True
    answer = await UNREACHABLE[address](door)

    assert (answer.status_code, is_envelope(answer)) == (503, True), answer.text


class Faulty:
    """A store that fails at everything but telling who asks."""

    def __init__(self, store) -> None:
        self.access = store.access

    def __getattr__(self, name: str) -> Any:
        return fail


def fail(*_: object, **__: object) -> Any:
    raise ValueError("a secret of /srv/somewhere")


async def test_a_fault_of_ours_is_told_at_every_address_that_says_so_and_nothing_of_what_it_was(door):
    services = door.app.state.services
    broken = {each.name: fail for each in fields(services) if callable(getattr(services, each.name))}
    app = create_app(replace(services, **{**broken, "store": Faulty(services.store)}))
    finish_routes(app)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    answers = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:5000") as client:
        for address in sorted(documented(door, 500)):
            method, path = address.split(" ")
            content = None if method == "GET" else FULL.get(address, example_of(path))
            headers = {} if method == "GET" else JSON
            answers[address] = await client.request(method, path.format(**IDS), content=content, headers=headers)

    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(answers, 500)
    assert all(is_envelope(answer) and "secret" not in answer.text for answer in answers.values())
    assert len(answers) > 20


BODY = {
    "repositoryId": "r",
    "files": [{"path": "a.py", "content": "x = 1", "framework": "pytest"}],
    "framework": "pytest",
}

FULL = {
    "POST /api/inngest/trigger": json.dumps(BODY).encode(),
    "POST /api/estimate": json.dumps(BODY).encode(),
    "POST /api/repositories": b'{"path": "a"}',
}
