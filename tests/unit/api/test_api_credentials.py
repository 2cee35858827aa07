"""Who is let in, and to what: keys, the page's cookie, tickets for streams."""

import asyncio
import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from testwright.api import stream
from testwright.api.credentials import Credentials, Turnstile
from testwright.api.errors import handle_errors
from testwright.api.openapi import describe
from testwright.store import Store

OPEN = {"/healthz", "/readyz"}


def requests_with(door, values) -> list[tuple[str, str]]:
    """Every method and address of the reference, so that a new route cannot be forgotten here."""
    found = []
    for path, methods in describe(door.app)["paths"].items():
        filled = path
        for name, value in values.items():
            filled = filled.replace("{" + name + "}", value)
        found += [(method.upper(), filled) for method in methods]
    return found


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


async def new_key(door, name="ci", owner="local", **wishes) -> dict[str, str]:
    return bearer((await door.store.access.add_key(name, owner=owner, **wishes))[1])


async def started_by(door, key: dict[str, str]) -> str:
    return (await door.post("/api/inngest/trigger", _body(), **key)).json()["data"]["sessionId"]


async def test_without_any_key_a_client_of_the_brief_works_as_it_is(door):
    session_id = await door.start()

    assert (await door.get(f"/api/inngest/status/{session_id}")).status_code == 200


async def test_once_there_is_a_key_every_route_of_the_reference_asks_for_one(door):
    await new_key(door)
    values = {"sessionId": "sess_12345678", "repositoryId": "repo_1", "testId": "test_1", "path": "a.py"}

    refused = {}
    for method, path in requests_with(door, values):
        body = {"content": "{}", "headers": {"content-type": "application/json"}} if method != "GET" else {}
        answer = await door.client.request(method, path, **body)
        if path in OPEN:
            assert answer.status_code != 401
        else:
            refused[method, path] = (answer.status_code, answer.json()["error"]["code"])

    assert len(refused) > 25
    assert set(refused.values()) == {(401, "no_key")}


@pytest.mark.parametrize(
    "header",
    [
        "Bearer tw_00000000_" + "A" * 43,
        "Bearer ",
        "Bearer \xff\xfe",
        "Basic dHc6dHc=",
        "tw_",
    ],
)
async def test_what_is_no_key_of_ours_is_refused(door, header):
    await new_key(door)

    answer = await door.client.get("/api/sessions", headers=[(b"authorization", header.encode("latin-1"))])

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_right_id_with_a_wrong_secret_is_refused(door):
    _, secret = await door.store.access.add_key("ci", owner="local")

    assert (await door.get("/api/sessions", **bearer(secret))).status_code == 200
    assert (
        await door.get("/api/sessions", **bearer(secret[:-1] + ("A" if secret[-1] != "A" else "B")))
    ).status_code == 401


async def test_of_a_key_nothing_but_its_digest_is_stored(door, tmp_path):
    _, secret = await door.store.access.add_key("ci", owner="local")

    stored = b"".join(path.read_bytes() for path in (tmp_path / "home").iterdir() if path.is_file())
    assert secret.encode() not in stored
    assert secret[12:].encode() not in stored


async def test_one_owner_cannot_take_all_streams_and_gets_a_place_back(door):
    mine, theirs = await new_key(door, "mine", "anna"), await new_key(door, "theirs", "ben")
    my_session, their_session = await started_by(door, mine), await started_by(door, theirs)
    app = FastAPI()
    app.add_middleware(Credentials, access=door.store.access, always=False, requests_a_minute=600)
    handle_errors(app)
    stream.add_routes(app, door.app.state.services, nullcontext, most_of_one_owner=2)
    door = replace(door, app=app)

    async with door.stream(my_session, **mine) as first, door.stream(my_session, **mine) as second:
        await first.until(1)
        await second.until(1)
        async with door.stream(my_session, **mine) as third, door.stream(their_session, **theirs) as other:
            await third.until_the_end()
            await other.until(1)
    async with door.stream(my_session, **mine) as again:
        await again.until(1)

    assert (third.status, other.status, again.status) == (429, 200, 200)
    assert third.headers["retry-after"] == "5"


async def test_a_revoked_key_is_refused_a_second_later(door):
    key, secret = await door.store.access.add_key("ci", owner="local")
    await new_key(door, "another")
    assert (await door.get("/api/sessions", **bearer(secret))).status_code == 200

    await door.store.access.revoke(key.key_id)
    await asyncio.sleep(1.1)

    assert (await door.get("/api/sessions", **bearer(secret))).status_code == 401


async def test_what_is_anothers_is_as_unknown_as_what_is_not_there(door, tmp_path):
    mine, theirs = await new_key(door, "mine", "anna"), await new_key(door, "theirs", "ben")
    folder = tmp_path / "code" / "shop"
    folder.mkdir(parents=True)
    started = await door.post("/api/inngest/trigger", _body(), **mine)
    session_id = started.json()["data"]["sessionId"]
    made = await door.post("/api/repositories", {"path": str(folder)}, **mine)
    values = {
        "sessionId": session_id,
        "repositoryId": made.json()["data"]["repositoryId"],
        "testId": "t",
        "path": "a.py",
    }

    told = {}
    for method, path in requests_with(door, values):
        if values["sessionId"] not in path and values["repositoryId"] not in path:
            continue
        content = json.dumps(_bodies(method, path))
        headers = {**theirs, "content-type": "application/json"}
        answer = await door.client.request(method, path, headers=headers, content=content if method != "GET" else None)
        told[method, path] = answer.status_code

    assert len(told) > 15
    assert set(told.values()) == {404}, {each: told[each] for each in told if told[each] != 404}
    assert (await door.get("/api/sessions", **theirs)).json()["data"]["sessions"] == []
    assert (await door.get("/api/repositories", **theirs)).json()["data"]["repositories"] == []
    assert (await door.get(f"/api/sessions/{session_id}", **mine)).status_code == 200


async def test_a_read_only_key_may_look_and_ask_for_a_ticket_and_start_nothing(door):
    session_id = await started_by(door, await new_key(door))
    key = await new_key(door, "reader", reads_only=True)
    await asyncio.sleep(1.1)  # keys are looked up once a second

    assert (await door.get(f"/api/inngest/status/{session_id}", **key)).status_code == 200
    assert (await door.post(f"/api/sessions/{session_id}/ticket", **key)).status_code == 200
    for refused in (
        await door.post("/api/inngest/trigger", _body(), **key),
        await door.post(f"/api/sessions/{session_id}/cancel", **key),
        await door.client.delete(f"/api/sessions/{session_id}", headers=key),
    ):
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "read_only_key")


async def test_the_engines_own_door_and_the_page_ask_for_no_key(door):
    await new_key(door)

    assert (await door.post("/api/inngest")).status_code == 200
    assert (await door.get("/")).status_code == 503  # not built here, but not refused


# --- The page


async def test_a_launch_link_opens_the_page_once(door):
    await new_key(door)
    token = await door.store.access.add_launch(owner="local")

    opened = await door.get(f"/launch?token={token}")
    again = await door.get(f"/launch?token={token}")

    assert opened.status_code == 303
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert again.status_code == 401
    assert "testwright keys launch" in again.text
    name, value = cookie.split(";")[0].split("=", 1)
    door.client.cookies.clear()
    assert (await door.get("/api/sessions", cookie=f"{name}={value}")).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "tw_00000000_" + "A" * 43, "%FF%FE"])
async def test_other_links_open_nothing(door, token):
    assert (await door.get(f"/launch?token={token}")).status_code == 401


async def test_a_key_is_no_launch_link_and_a_launch_link_is_no_key(door):
    _, secret = await door.store.access.add_key("ci", owner="local")
    token = await door.store.access.add_launch(owner="local")

    assert (await door.get(f"/launch?token={secret}")).status_code == 401
    assert (await door.get("/api/sessions", **bearer(token))).status_code == 401


async def test_a_cookie_changes_things_only_for_the_page_itself(door):
    session_id = await started_by(door, await new_key(door))
    cookie = f"testwright={await door.store.access.launch(await door.store.access.add_launch(owner='local'))}"
    address = f"/api/sessions/{session_id}/cancel"
    await asyncio.sleep(1.1)

    assert (await door.post(address, cookie=cookie)).status_code == 403
    assert (await door.post(address, cookie=cookie, origin="https://evil.example")).status_code == 403
    assert (await door.post(address, cookie=cookie, origin="http://localhost:5000")).status_code == 200


# --- Tickets


async def a_ticket(door, session_id: str, **headers: str) -> str:
    answer = await door.post(f"/api/sessions/{session_id}/ticket", **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["ticket"]


async def test_a_ticket_opens_its_stream_and_goes_on_after_what_was_heard(door):
    key = await new_key(door)
    session_id = await started_by(door, key)
    ticket = await a_ticket(door, session_id, **key)

    async with door.stream(session_id, f"ticket={ticket}") as first:
        await first.until(1)
    async with door.stream(session_id, f"ticket={ticket}", **{"last-event-id": "1"}) as again:
        await door.tell_one_file(session_id)
        await again.until(1)

    assert again.events[0][0] == 2


@pytest.mark.parametrize("number", ["%C3%BC%00%F3%84%A3%B9", "%FF", "-1", "9" * 400])
async def test_a_ticket_with_a_number_that_is_none_opens_nothing_and_breaks_nothing(door, number):
    key = await new_key(door)
    session_id = await started_by(door, key)
    ticket = await a_ticket(door, session_id, **key)

    answer = await door.get(f"/api/inngest/stream/{session_id}?ticket={ticket}&live=false&lastEventId={number}")

    assert answer.status_code == 400


async def test_a_ticket_opens_nothing_else(door):
    key = await new_key(door)
    session_id = await started_by(door, key)
    other_id = await started_by(door, key)
    ticket = await a_ticket(door, session_id, **key)

    for path in (
        f"/api/inngest/stream/{other_id}?ticket={ticket}",
        f"/api/inngest/status/{session_id}?ticket={ticket}",
        f"/api/inngest/stream/{session_id}?ticket={ticket}x",
        f"/api/inngest/stream/{session_id}?ticket=",
        f"/api/inngest/stream/{session_id}?ticket=%C3%A9%FF",
    ):
        assert (await door.get(path)).status_code == 401, path
    assert (await door.client.head(f"/api/inngest/stream/{session_id}?ticket={ticket}")).status_code == 401
    assert (await door.client.request("TRACE", f"/api/inngest/stream/{session_id}?ticket={ticket}")).status_code == 401


async def test_a_second_opening_needs_an_event_of_the_first(door):
    key = await new_key(door)
    session_id = await started_by(door, key)
    ticket = await a_ticket(door, session_id, **key)
    async with door.stream(session_id, f"ticket={ticket}") as first:
        await first.until(1)

    assert (await door.get(f"/api/inngest/stream/{session_id}?ticket={ticket}")).status_code == 401
    past = await door.get(f"/api/inngest/stream/{session_id}?ticket={ticket}", **{"last-event-id": "99"})
    assert past.status_code == 401


async def test_a_second_opening_closes_the_first(door):
    key = await new_key(door)
    session_id = await started_by(door, key)
    ticket = await a_ticket(door, session_id, **key)

    async with door.stream(session_id, f"ticket={ticket}") as first:
        await first.until(1)
        async with door.stream(session_id, f"ticket={ticket}", **{"last-event-id": "1"}):
            await door.tell_one_file(session_id)  # wakes both
            await first.until_the_end()


async def test_revoking_a_key_ends_the_streams_that_it_opened(door):
    made, secret = await door.store.access.add_key("ci", owner="local")
    session_id = await started_by(door, bearer(secret))

    async with door.stream(session_id, **bearer(secret)) as by_key:
        await by_key.until(1)
        await door.store.access.revoke(made.key_id)
        await asyncio.sleep(1.1)
        await door.tell_one_file(session_id)
        await by_key.until_the_end()


async def test_a_ticket_is_too_old_after_a_minute_and_after_the_sessions_end(migrated_home, tmp_path, new_session):
    clock = [datetime(2026, 11, 27, tzinfo=UTC)]
    async with Store.open(tmp_path / "aged", now=lambda: clock[0]) as store:
        session_id = (await store.accept(new_session())).session_id
        late, _ = await store.access.add_ticket(session_id, owner="local", key_id=None)
        used, until = await store.access.add_ticket(session_id, owner="local", key_id=None)
        assert until == clock[0] + timedelta(seconds=60)
        assert await store.access.open_ticket(used, session_id, after=0) is not None

        clock[0] += timedelta(seconds=61)
        assert await store.access.open_ticket(late, session_id, after=0) is None
        assert await store.access.open_ticket(used, session_id, after=1) is not None

        assert await store.cancel(session_id, "local")
        assert (
            await store.access.open_ticket(used, session_id, after=1) is not None
        )  # the last events are still to tell
        clock[0] += timedelta(seconds=61)
        assert await store.access.open_ticket(used, session_id, after=1) is None


# --- Other addresses, and too much


@pytest.mark.parametrize("host", ["0.0.0.0", "tests.example.org"])
class TestOnAnotherAddress:
    @pytest.fixture
    def settings(self, settings, host):
        return replace(settings, host=host)

    async def test_a_key_is_needed_even_where_none_was_made(self, door):
        answer = await door.get("/api/sessions")

        assert answer.status_code == 401
        assert "testwright keys add" in answer.json()["error"]["hint"]


def test_a_key_is_let_through_a_tenth_of_a_minutes_share_at_once_and_then_steadily():
    now = [0.0]
    turnstile = Turnstile(60, clock=lambda: now[0])

    assert [turnstile.wait("a") for _ in range(7)] == [0, 0, 0, 0, 0, 0, 1]
    assert turnstile.wait("b") == 0
    now[0] = 1.0
    assert [turnstile.wait("a") for _ in range(2)] == [0, 1]


class TestTooMuch:
    @pytest.fixture
    def settings(self, settings):
        return replace(settings, requests_a_minute=20)

    async def test_too_many_requests_are_told_when_to_come_back(self, door):
        key = await new_key(door)

        answers = [await door.get("/api/frameworks", **key) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[2].headers["retry-after"]) in (2, 3)


def _body() -> dict[str, object]:
    return {
        "repositoryId": "shop",
        "files": [{"path": "src/a.ts", "content": "export const a = 1", "framework": "jest"}],
        "framework": "jest",
    }


def _bodies(method: str, path: str) -> dict[str, object]:
    """A valid body, so that it is the owner that is asked about and not the form."""
    if path.endswith("/continue"):
        return {"maxCostUsd": 1}
    if path.endswith("/branch"):
        return {"branch": "more-tests"}
    if method == "PATCH":
        return {"decision": "kept"}
    return {}


async def test_packages_are_installed_only_for_the_services_own_user(door):
    mine, other = await new_key(door), await new_key(door, owner="ann")
    body = _body() | {"options": {"install": True}}
    refused = await door.post("/api/inngest/trigger", body, **other)
    allowed = await door.post("/api/inngest/trigger", body, **mine)

    assert (refused.status_code, refused.json()["error"]["fields"][0]["path"]) == (400, "options.install")
    assert allowed.status_code == 200
