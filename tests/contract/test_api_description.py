"""The service is what its description says: thousands of requests made from it, by its rules and against them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.running_service import running_service

CASES = 2000
# What the description cannot tell: rules between fields, what models are there, what a cursor is made of.
LEFT_OUT = "positive_data_acceptance"


def test_thousands_of_requests_are_answered_as_the_description_says(tmp_path: Path) -> None:
    project = tmp_path / "code" / "shop"
    project.mkdir(parents=True)
    (project / "sums.py").write_text("def double(x: int) -> int:\n    return 2 * x\n")
    hooks = Path(__file__).with_name("api_hooks.py")
    with running_service(tmp_path / "home", tmp_path / "code") as service:
        repository = service.post("/api/repositories", {"path": "shop"})["repositoryId"]
        begun = {"repositoryId": repository, "files": [{"path": "sums.py"}], "framework": "pytest"}
        session = service.post("/api/inngest/trigger", begun)["sessionId"]
        for _ in service.stream(session):
            pass
        tested = service.get(f"/api/inngest/status/{session}")["files"][0]["testId"]
        existing = {"sessionId": session, "repositoryId": repository, "path": "sums.py", "testId": tested}
        asked = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.api}/api/openapi.json"),
                *("--max-examples", "60", "--phases", "examples,coverage,fuzzing", "--workers", "2"),
                *("--exclude-checks", LEFT_OUT, "--request-timeout", "20", "--continue-on-failure", "--no-color"),
                *("--generation-database", "none", "--suppress-health-check", "all"),
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(hooks.parent),
                "SCHEMATHESIS_HOOKS": hooks.stem,
                "TESTWRIGHT_EXISTING": json.dumps(existing),
            },
            capture_output=True,
            text=True,
            timeout=380,
        )

    found = re.search(r"(\d+) generated", asked.stdout)
    assert asked.returncode == 0, asked.stdout[-8000:] + asked.stderr[-2000:]
    assert found is not None
    assert int(found[1]) >= CASES
    print(asked.stdout[-1500:])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
