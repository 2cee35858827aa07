"""The gate in front of every route: strangers' pages, forged and oversized requests."""

import asyncio
import json
import logging

import pytest

from testwright.api.guard import RequestGuard

ADDRESSES = [
    "/healthz",
    "/",
    "/api/sessions",
    "/api/inngest/status/sess_1234",
    "/api/inngest/stream/sess_1234",
    "/docs",
]


async def _asgi(
    app, headers, *, method="POST", path="/api/inngest/trigger", chunks=(b"{}",), server=("127.0.0.1", 5000)
):
    """One request exactly as given: no client library tidies the headers up. Returns status, headers and body."""
    waiting = list(chunks)
    answer = {"status": 0, "headers": {}, "body": b""}
    asked = 0

    async def receive():
        nonlocal asked
        asked += 1
        chunk = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message):
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
            answer["headers"] = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer["body"] += message.get("body", b"")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "server": server,
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    return answer | {"asked": asked}


LOCAL = (b"host", b"localhost:5000")
JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:5000",
        "localhost:5000.evil.com",
        "localhost:5000@evil.com",
        "localhost.evil.com",
        "localhost:9999",
        "127.0.0.1.nip.io:5000",
        "0.0.0.0:5000",
        "",
    ],
)
async def test_another_host_name_is_421_everywhere(door, host):
    for path in ADDRESSES:
        answer = await _asgi(door.app, [(b"host", host.encode())], method="GET", path=path)

        assert answer["status"] == 421
        assert json.loads(answer["body"])["error"]["code"] == "bad_host"


async def test_no_host_at_all_is_421(door):
    assert (await _asgi(door.app, [], method="GET", path="/healthz"))["status"] == 421


@pytest.mark.parametrize(
    "host", ["localhost:5000", "127.0.0.1:5000", "[::1]:5000", "localhost:3000", "LOCALHOST:5000", "127.0.0.1"]
)
async def test_this_machines_own_names_are_answered(door, host):
    assert (await _asgi(door.app, [(b"host", host.encode())], method="GET", path="/healthz"))["status"] == 200


async def test_the_port_that_was_really_bound_counts(door):
    headers = [(b"host", b"localhost:41234")]

    assert (await _asgi(door.app, headers, method="GET", path="/healthz", server=("127.0.0.1", 41234)))["status"] == 200
    assert (await _asgi(door.app, headers, method="GET", path="/healthz"))["status"] == 421


FOREIGN_ORIGINS = [
    "null",
    "https://evil.example",
    "http://localhost:5000.evil.com",
    "http://evil.localhost:5000",
    "http://localhost:8080",
    "https://localhost:5000",
    "https://tests.example.org.evil.com",
    "https://tests.example.org:444",
    "http://tests.example.org",
    "",
]


GUARDED = [
    ("POST", "/api/inngest/trigger"),
    ("POST", "/api/inngest"),
    ("GET", "/api/inngest/stream/sess_1234"),
    ("GET", "/api/inngest/status/sess_1234"),
    ("DELETE", "/api/sessions/sess_1234"),
    ("OPTIONS", "/api/inngest/trigger"),
]


async def test_a_foreign_origin_is_403_and_gets_no_cors_header(door, subtests):
    for origin in FOREIGN_ORIGINS:
        headers = [LOCAL, JSON, (b"origin", origin.encode()), (b"access-control-request-method", b"POST")]
        for method, path in GUARDED:
            answer = await _asgi(door.app, headers, method=method, path=path)

            with subtests.test(origin=origin, method=method, path=path):
                assert answer["status"] == 403
                assert json.loads(answer["body"])["error"]["code"] == "bad_origin"
                assert "access-control-allow-origin" not in answer["headers"]


@pytest.mark.parametrize(
    "origin", ["http://localhost:5000", "http://localhost:3000", "http://127.0.0.1:3000", "https://tests.example.org"]
)
async def test_a_listed_origin_is_named_back_and_its_preflight_answered(door, origin):
    asked = [LOCAL, (b"origin", origin.encode()), (b"access-control-request-method", b"POST")]
    preflight = await _asgi(door.app, asked, method="OPTIONS")
    answer = await _asgi(door.app, [LOCAL, (b"origin", origin.encode())], method="GET", path="/healthz")
    cross_site = await _asgi(
        door.app, [LOCAL, JSON, (b"origin", origin.encode()), (b"sec-fetch-site", b"cross-site")], path="/api/inngest"
    )

    assert preflight["status"] == 204
    allowed = {name.strip() for name in preflight["headers"]["access-control-allow-headers"].split(",")}
    assert allowed >= {"Content-Type", "Idempotency-Key", "Last-Event-ID"}
    assert "DELETE" in preflight["headers"]["access-control-allow-methods"]
    for each in (preflight, answer):
        assert each["headers"]["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in each["headers"]
        assert each["headers"]["vary"] == "Origin"
    assert answer["status"] == 200
    assert cross_site["status"] == 200


@pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"junk"])
async def test_another_sites_unsafe_request_without_origin_is_403(door, site):
    answer = await _asgi(door.app, [LOCAL, JSON, (b"sec-fetch-site", site)])

    assert answer["status"] == 403
    assert json.loads(answer["body"])["error"]["code"] == "cross_site"


@pytest.mark.parametrize("site", [b"cross-site", b"same-site"])
async def test_another_site_may_lead_here_but_not_load_what_the_api_says(door, site):
    """As a picture or a script of theirs, say: such a request has no Origin."""
    loaded = [LOCAL, (b"sec-fetch-site", site), (b"sec-fetch-mode", b"no-cors")]
    led = [LOCAL, (b"sec-fetch-site", site), (b"sec-fetch-mode", b"navigate")]
    refused = await _asgi(door.app, loaded, method="GET", path="/api/sessions")
    shown = await _asgi(door.app, led, method="GET", path="/api/sessions")

    assert (refused["status"], json.loads(refused["body"])["error"]["code"]) == (403, "cross_site")
    assert shown["status"] == 200


@pytest.mark.parametrize("site", [b"same-origin", b"none"])
async def test_the_pages_own_request_passes(door, site):
    headers = [LOCAL, JSON, (b"content-length", b"2"), (b"sec-fetch-site", site)]

    assert (await _asgi(door.app, headers, path="/api/inngest"))["status"] == 200


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", None]
)
async def test_a_body_that_is_not_json_is_415_chunked_ones_too(door, media_type):
    declared = [(b"content-type", media_type.encode())] if media_type is not None else []
    for length in ((b"content-length", b"2"), (b"transfer-encoding", b"chunked")):
        for path in ("/api/inngest/trigger", "/api/inngest", "/api/sessions/sess_1234/cancel"):
            answer = await _asgi(door.app, [LOCAL, length, *declared], path=path)

            assert answer["status"] == 415


async def test_json_with_a_charset_is_json(door):
    headers = [LOCAL, (b"content-type", b"Application/JSON; charset=utf-8"), (b"content-length", b"2")]

    assert (await _asgi(door.app, headers, path="/api/inngest"))["status"] == 200


@pytest.mark.parametrize("length", [b"20971521", b"9" * 5000, b"-1", b"0x10", b""])
async def test_a_length_over_the_limit_or_none_at_all_is_413(door, length):
    answer = await _asgi(door.app, [LOCAL, JSON, (b"content-length", length)])

    assert answer["status"] == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [([JSON, (b"content-length", b"31457280")], 413), ([(b"content-length", b"10485760")], 415)],
)
async def test_a_client_that_sends_all_before_it_listens_still_hears_why_it_is_refused(door, headers, status):
    answer = await _asgi(door.app, [LOCAL, *headers], chunks=[b"x" * (1 << 20)] * 30)

    assert answer["status"] == status
    assert answer["asked"] == 30


async def test_a_client_that_waits_for_our_word_is_refused_before_it_sends_anything(door):
    headers = [LOCAL, JSON, (b"content-length", b"31457280"), (b"expect", b"100-continue")]

    answer = await _asgi(door.app, headers, chunks=[b"x" * (1 << 20)] * 30)

    assert answer["status"] == 413
    assert answer["asked"] == 0


async def test_a_refused_body_is_not_heard_out_for_ever(door):
    endless = [b"x" * (1 << 20)] * 200

    answer = await _asgi(door.app, [LOCAL, JSON, (b"content-length", b"209715200")], chunks=endless)

    assert answer["status"] == 413
    assert answer["asked"] == 80


@pytest.mark.parametrize("promise", [(b"content-length", b"2"), (b"transfer-encoding", b"chunked")])
@pytest.mark.parametrize("path", ["/api/inngest/trigger", "/api/inngest"])
async def test_bytes_are_counted_on_the_wire_whatever_was_promised(door, promise, path):
    answer = await _asgi(door.app, [LOCAL, JSON, promise], path=path, chunks=[b"x" * (1 << 20)] * 30)

    assert answer["status"] == 413
    assert json.loads(answer["body"])["message"] == "A request may have at most 20 MiB."


async def test_a_body_that_does_not_come_is_408(settings):
    async def never_asked(scope, receive, send):
        raise AssertionError

    guard = RequestGuard(never_asked, settings=settings, body_seconds=0.05)
    sent = []

    async def receive():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/inngest", "headers": [LOCAL, JSON], "server": None}
    await guard(scope, receive, send)

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


@pytest.mark.parametrize(
    "twice", [LOCAL, JSON, (b"origin", b"http://localhost:5000"), (b"content-length", b"2"), (b"idempotency-key", b"x")]
)
async def test_a_critical_header_that_comes_twice_is_400(door, twice):
    others = [header for header in (LOCAL, JSON) if header != twice]
    answer = await _asgi(door.app, [*others, twice, twice])

    assert answer["status"] == 400
    assert json.loads(answer["body"])["error"]["code"] == "duplicate_header"


@pytest.mark.parametrize("path", ["/", "/api/sessions", "/api/nowhere", "/docs", "/api/broken"])
async def test_every_answer_carries_the_security_headers(door, path):
    answer = await door.get(path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_an_answer_of_the_api_is_kept_by_nobody(door):
    for path in ("/api/sessions", "/api/nowhere", "/api/broken", "/healthz"):
        assert (await door.get(path)).headers["cache-control"] == "no-store"


async def test_a_fault_is_500_in_the_envelope_and_tells_nothing(door):
    answer = await door.get("/api/broken", origin="https://tests.example.org")

    assert answer.status_code == 500
    assert answer.json() == {
        "success": False,
        "message": "Something went wrong on our side.",
        "error": {"code": "internal", "hint": "Try again; the server's log has the details."},
    }
    assert answer.headers["access-control-allow-origin"] == "https://tests.example.org"


async def test_the_log_has_neither_a_query_nor_the_line_ends_of_a_path(door, caplog):
    with caplog.at_level(logging.INFO, logger="testwright"):
        await door.get("/api/inngest/stream/sess_1234?ticket=secret-ticket&lastEventId=1")
        await door.get("/api/%0aforged%1b[31m")

    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert "secret-ticket" not in "".join(lines)
    assert not any(character in line for line in lines for character in "\n\x1b")


@pytest.mark.parametrize("path", ["//api/sessions", "/healthz/../api/sessions", "/api//sessions", "/API/sessions"])
async def test_a_crooked_path_reaches_no_route(door, path):
    answer = await _asgi(door.app, [LOCAL], method="GET", path=path)

    assert b"nextCursor" not in answer["body"]
    assert answer["status"] != 200


async def test_websockets_are_not_accepted(door):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    await door.app({"type": "websocket", "path": "/api", "headers": []}, receive, send)

    assert [message["type"] for message in sent if message["type"] == "websocket.accept"] == []


async def test_a_compressed_body_is_415(door):
    answer = await door.client.post(
        "/api/inngest/trigger",
        content=b"\x1f\x8b",
        headers={"content-type": "application/json", "content-encoding": "gzip"},
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "compressed_body")


async def test_a_body_of_two_lengths_is_400(door):
    answer = await door.client.post(
        "/api/inngest/trigger",
        content=b"{}",
        headers={"content-type": "application/json", "transfer-encoding": "chunked", "content-length": "2"},
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "two_lengths")
