"""Every address answers in the envelope; the reference tells the truth; the page and its deep links are served."""

import resource
from contextlib import contextmanager

import pytest


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api"),
        ("GET", "/api/"),
        ("GET", "/api/typo"),
        ("POST", "/api/typo"),
        ("GET", "/api/sessions/"),
        ("GET", "/api/inngest/stream/"),
        ("DELETE", "/api/inngest/nowhere"),
        ("GET", "/nowhere.js"),
        ("GET", "//api/sessions"),
        ("GET", "/API/sessions"),
        ("GET", "/Api"),
        ("GET", "/healthz/"),
        ("GET", "/readyz/"),
        ("GET", "/docs/"),
        ("GET", "/docs/..%2f..%2fsecret"),
        ("GET", "/x/y"),
        ("POST", "/x/y"),
        ("GET", "/%00"),
    ],
)
async def test_an_unknown_address_is_404_in_the_envelope(door, method, path):
    answer = await door.client.request(method, f"http://localhost:5000{path}")

    assert answer.status_code == 404
    assert answer.json()["success"] is False
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.json()["error"]["hint"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/inngest/trigger", "POST"),
        ("PUT", "/api/sessions/sess_1234", "DELETE, GET, HEAD"),
        ("PATCH", "/api/repositories", "GET, HEAD, POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_405_and_says_which_is_right(door, method, path, allowed):
    answer = await door.client.request(method, path)

    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert answer.headers["allow"] == allowed


async def test_what_is_mounted_before_the_last_routes_is_reached(door):
    assert (await door.post("/api/inngest", {})).json() == {"mounted": "jobs"}


async def test_alive_and_ready(door):
    alive = await door.get("/healthz")
    ready = await door.get("/readyz")

    assert alive.json() == {"success": True, "message": "Alive", "data": {"status": "ok"}}
    assert ready.status_code == 200


async def test_with_a_full_disk_the_service_is_alive_and_not_ready(door):
    with files_that_cannot_grow():
        alive = await door.get("/healthz")
        ready = await door.get("/readyz")
    again = await door.get("/readyz")

    assert alive.status_code == 200
    assert (ready.status_code, ready.json()["error"]["code"]) == (503, "storage_unavailable")
    assert "free space" in ready.json()["error"]["hint"]
    assert again.status_code == 200


@contextmanager
def files_that_cannot_grow():
    """In this whole process, so it is for a moment only."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def test_without_its_engine_the_service_is_alive_and_not_ready(door):
    door.engine.down = True

    assert (await door.get("/healthz")).status_code == 200
    ready = await door.get("/readyz")
    health = await door.get("/api/inngest/health")

    assert (ready.status_code, ready.json()["error"]["code"]) == (503, "engine_unreachable")
    assert health.json()["data"] == {
        "engine": "embedded",
        "reachable": False,
        "queue": {"pending": 0, "processing": 0},
        "sandbox": "isolated",
        "details": {"message": "Inngest did not answer on :8288."},
    }


async def test_engine_health_names_the_engine_and_counts_its_queue(door):
    await door.start()

    health = (await door.get("/api/inngest/health")).json()

    assert health["message"] == "The embedded engine answers."
    assert health["data"]["queue"] == {"pending": 1, "processing": 0}


async def test_frameworks_models_and_checks_are_listed(door):
    assert [each["name"] for each in (await door.get("/api/frameworks")).json()["data"]["frameworks"]] == [
        "pytest",
        "jest",
        "vitest",
    ]
    assert (await door.get("/api/models")).json()["data"] == {"models": [{"name": "gemini:gemini-3.8-flash"}]}
    assert (await door.get("/api/doctor")).json()["data"]["checks"][0]["name"] == "sandbox"


async def test_what_models_took_today_stands_beside_the_limits(door):
    answer = (await door.get("/api/spending")).json()

    assert answer["message"] == "$0.00 today"
    assert answer["data"] == {"spentUsd": 0.0, "underWayUsd": 0.0, "dayUsd": 5.0, "gainUsd": None}


async def test_the_reference_tells_of_envelopes_and_errors_and_never_of_422(door):
    reference = (await door.get("/api/openapi.json")).json()

    schemas = reference["components"]["schemas"]
    assert schemas["ErrorEnvelope"]["properties"].keys() == {"success", "message", "error"}
    assert "HTTPValidationError" not in schemas
    for path, operations in reference["paths"].items():
        for operation in operations.values():
            assert "422" not in operation["responses"]
            assert operation["summary"]
            refused = operation["responses"]["400"]["content"]["application/json"]["schema"]["$ref"]
            assert refused == "#/components/schemas/ErrorEnvelope"
            if path not in ("/api/inngest/stream/{sessionId}", "/api/sessions/{sessionId}/export"):
                answered = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
                assert answered.split("/")[-1].startswith("Envelope_")
    stream = reference["paths"]["/api/inngest/stream/{sessionId}"]["get"]["responses"]
    assert stream["200"]["content"].keys() == {"text/event-stream"}
    assert "204" in stream
    export = reference["paths"]["/api/sessions/{sessionId}/export"]["get"]["responses"]
    assert export["200"]["content"].keys() == {
        "application/zip",
        "text/x-patch",
        "application/sarif+json",
        "application/xml",
        "text/markdown",
        "text/plain",
        "application/json",
    }
    named = reference["paths"]["/api/inngest/stream/{sessionId}"]["get"]["parameters"]
    assert {(parameter["name"], parameter["in"]) for parameter in named} == {
        ("sessionId", "path"),
        ("Last-Event-ID", "header"),
        ("lastEventId", "query"),
        ("live", "query"),
        ("ticket", "query"),
    }


async def test_every_reference_in_the_reference_leads_somewhere(door):
    reference = (await door.get("/api/openapi.json")).json()

    def references(part: object) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
            return own.union(*(references(value) for value in part.values()))
        return set().union(*(references(value) for value in part)) if isinstance(part, list) else set()

    known = {f"#/components/schemas/{name}" for name in reference["components"]["schemas"]}
    assert references(reference) <= known


async def test_the_reference_shows_the_briefs_examples_and_the_limits(door):
    reference = (await door.get("/api/openapi.json")).json()

    trigger = reference["paths"]["/api/inngest/trigger"]["post"]
    example = trigger["requestBody"]["content"]["application/json"]["example"]
    assert example["files"][0]["path"] == "src/components/Button.tsx"
    assert trigger["responses"]["200"]["content"]["application/json"]["example"]["data"]["estimatedTime"] == "30s"
    options = reference["components"]["schemas"]["OptionsRequest"]["properties"]
    assert options["maxRepairs"]["maximum"] == 5
    assert options["instructions"]["anyOf"][0]["maxLength"] == 4000
    parameters = {parameter["name"] for parameter in trigger["parameters"]}
    assert parameters == {"Idempotency-Key"}


async def test_the_briefs_example_is_accepted_as_it_stands(door):
    reference = (await door.get("/api/openapi.json")).json()
    example = reference["paths"]["/api/inngest/trigger"]["post"]["requestBody"]["content"]["application/json"][
        "example"
    ]

    assert (await door.post("/api/inngest/trigger", example)).status_code == 200


async def test_the_written_reference_is_served_by_us(door):
    page = await door.get("/docs")
    script = await door.get("/docs/reference.js")
    style = await door.get("/docs/reference.css")

    assert page.headers["content-type"].startswith("text/html")
    assert script.headers["content-type"].startswith("text/javascript")
    assert style.headers["content-type"].startswith("text/css")
    assert "http://" not in page.text + script.text + style.text
    assert "https://" not in page.text + script.text + style.text
    assert "innerHTML" not in script.text
    assert (await door.get("/docs/other.js")).status_code == 404


async def test_without_a_build_the_page_says_how_to_get_one(door):
    for path in ("/", "/sessions/sess_1234"):
        answer = await door.get(path)
        assert answer.status_code == 503
        assert "make install" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/api/sessions", "/api/frameworks", "/api/openapi.json", "/docs", "/api/repositories", "/api/inngest/health"],
)
async def test_head_is_answered_wherever_get_is_and_without_a_body(door, path):
    asked = await door.client.head(path)

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == (await door.get(path)).headers["content-length"]


async def test_head_of_a_stream_ends_at_once(door):
    session_id = await door.start()
    asked = await door.client.head(f"/api/inngest/stream/{session_id}")

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"].startswith("text/event-stream")


async def test_head_of_an_address_that_only_takes_post_is_405(door):
    asked = await door.client.head("/api/inngest/trigger")

    assert (asked.status_code, asked.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("query", "path", "problem"),
    [
        ("foo=1", "foo", "is not a parameter of this address"),
        ("Limit=3", "Limit", "is not a parameter of this address; did you mean limit?"),
        ("limit=3&limit=4", "limit", "came 2 times; send it once"),
    ],
)
async def test_a_query_is_as_strict_as_a_body(door, query, path, problem):
    answer = await door.get(f"/api/sessions?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"] == [{"path": path, "problem": problem}]


async def test_a_probe_may_add_what_it_likes(door):
    assert (await door.get("/healthz?from=probe")).status_code == 200


async def test_a_probe_that_asks_by_head_hears_the_truth(door):
    ready = await door.client.head("/readyz")
    door.engine.down = True
    unready = await door.client.head("/readyz")
    alive = await door.client.head("/healthz")

    assert (ready.status_code, unready.status_code, alive.status_code) == (200, 503, 200)
    assert alive.headers["content-type"] == "application/json"
