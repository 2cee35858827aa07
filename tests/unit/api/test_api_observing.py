"""The timeline of a session, and the figures of the process."""

import pytest

from testwright.api.metrics import Metrics
from testwright.domain.drafts import Usage


async def test_a_timeline_tells_what_each_step_came_to(door, store):
    session_id = await door.start(files=[{"path": "src/a.ts", "content": "a"}, {"path": "src/b.ts", "content": "b"}])
    one, other = store.journal(session_id, 1, 1), store.journal(session_id, 1, 2)
    one.began("prepare", 1)  # killed in the middle of it
    one.began("prepare", 1).ended(None)
    one.began("draft/1", 1).ended({"code": "rate_limited", "message": "slow down"})
    other.began("prepare", 1)

    steps = (await door.get(f"/api/sessions/{session_id}/timeline")).json()["data"]["steps"]

    assert [(step["path"], step["step"], step["state"]) for step in steps] == [
        ("src/a.ts", "prepare", "interrupted"),
        ("src/a.ts", "prepare", "done"),
        ("src/a.ts", "draft/1", "failed"),
        ("src/b.ts", "prepare", "running"),
    ]
    assert steps[2]["error"] == {"code": "rate_limited", "message": "slow down"}
    assert steps[1]["durationMs"] >= 0
    assert steps[3]["endedAt"] is None
    assert "error" not in steps[1]


async def test_the_timeline_of_an_unknown_session_is_not_found(door):
    assert (await door.get("/api/sessions/sess_unknown/timeline")).status_code == 404


async def test_the_figures_are_there_for_prometheus(door):
    await door.start(files=[{"path": "src/a.ts", "content": "a"}])
    answer = await door.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'testwright_rounds{status="pending"} 1.0' in answer.text
    assert "testwright_streams_open 0.0" in answer.text


async def test_the_figures_are_there_without_the_engine(door):
    door.engine.down = True

    assert (await door.get("/metrics")).status_code == 200


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        ({"type": "session_created"}, "testwright_rounds_started_total 1.0"),
        ({"type": "generation_cancelled"}, 'testwright_rounds_ended_total{outcome="cancelled"} 1.0'),
        ({"type": "test_generated"}, 'testwright_files_ended_total{code="",outcome="completed"} 1.0'),
        (
            {"type": "file_failed", "error": {"code": "not_utf8"}},
            'testwright_files_ended_total{code="not_utf8",outcome="failed"} 1.0',
        ),
        (
            {"type": "test_verified", "dropped": [{"gate": "passes"}]},
            'testwright_tests_dropped_total{gate="passes"} 1.0',
        ),
        ({"type": "mutants_checked", "killed": 3, "survived": 1}, 'testwright_mutants_total{fate="killed"} 3.0'),
        ({"type": "retry_scheduled"}, "testwright_retries_total 1.0"),
    ],
)
def test_each_event_is_counted(payload, line):
    metrics = Metrics()
    metrics.told(payload)

    assert line in metrics.page({}, None).decode()


def test_steps_runs_calls_and_streams_are_counted():
    metrics = Metrics()
    metrics.step("run/3", 2.0, None)
    metrics.step("draft/1", 0.2, "rate_limited")
    metrics.ran(1.0)
    metrics.bought("gemini", "flash", 3.0, Usage(tokens=100, cost_usd=None))
    with metrics.stream():
        page = metrics.page({"pending": 2}, 7).decode()

    assert 'testwright_step_seconds_count{outcome="done",step="run"} 1.0' in page
    assert 'testwright_step_seconds_sum{outcome="rate_limited",step="draft"} 0.2' in page
    assert "testwright_run_seconds_count 1.0" in page
    assert 'testwright_model_tokens_total{model="flash",provider="gemini"} 100.0' in page
    assert "testwright_streams_open 1.0" in page
    assert "testwright_queue_depth 7.0" in page
