"""Secrets with a name of their own, put wherever a secret may be, and looked for wherever one may end up."""

import json
import tempfile
import threading

import pytest

from tests.fakes.gemini_server import GeminiServer, answer
from tests.fakes.running_service import running_service

IN_ENVIRONMENT = "canary-environment-9d41f0c7ab"
IN_DOTENV = "canary-dotenv-51c7e20b9f"
PROVIDER_KEY = "canary-provider-0b7f3d55e1"
IN_SOURCE = "AIzaSyCanary4711-" + "0123456789_abcdef-ABCD"
IN_OUTPUT = "ghp_Canary" + "0123456789abcdefABCDEF01234"
SOURCE = f'''"""Rates, from a partner."""

import os

API_KEY = "{IN_SOURCE}"


def double(number: int) -> int:
    return 2 * number


def fetch(name: str) -> str:
    token = "".join(("ghp_Cana", "ry0123456789abcdefABCDEF01234"))
    print("asking with", token)
    raise RuntimeError(f"the partner refused {{API_KEY}} and {{token}} {{os.environ.get('MY_SECRET_TOKEN')}}")
'''
ASKED = [
    ("test_double", "assert double(21) == 42"),
    ("test_fetch", "assert fetch('a') == 'b'"),
    ("test_shows_the_key", "from pkg.rates import API_KEY\n    assert API_KEY == ''"),
    ("test_shows_the_environment", "import os\n    assert dict(os.environ) == {}"),
]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Everything that was told or written anywhere, by the place."""
    home, root = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("code")
    (root / "shop" / "pkg").mkdir(parents=True)
    (root / "shop" / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    (root / "shop" / "pkg" / "__init__.py").write_text("")
    (root / "shop" / "pkg" / "rates.py").write_text(SOURCE)
    (root / "shop" / ".env").write_text(f"TOKEN={IN_DOTENV}\n")
    tests = [
        {"name": name, "code": f"def {name}():\n    {body}\n", "targets": ["fetch"], "scenario": "happy"}
        for name, body in ASKED
    ]
    draft = json.dumps({"preamble": "from pkg.rates import double, fetch", "tests": tests})
    with GeminiServer(*[answer(draft)] * 8) as gemini, tempfile.TemporaryFile() as log:
        environment = {
            "GOOGLE_API_KEY": PROVIDER_KEY,
            "TESTWRIGHT_GOOGLE_BASE_URL": gemini.url,
            "TESTWRIGHT_EXPLORE_SECONDS": "3",
            "TESTWRIGHT_LOG_LEVEL": "debug",
            "TESTWRIGHT_LOG": "json",
            "MY_SECRET_TOKEN": IN_ENVIRONMENT,
        }
        with running_service(home, root, environment) as service:
            said = service.process.stderr
            assert said is not None
            reader = threading.Thread(target=lambda: log.writelines(line.encode() for line in said), daemon=True)
            reader.start()
            repository = service.post("/api/repositories", {"path": "shop"})["repositoryId"]
            body = {"repositoryId": repository, "framework": "pytest", "files": [{"path": "pkg/rates.py"}]}
            session = service.post("/api/inngest/trigger", body)["sessionId"]
            events = [event for _, event in service.stream(session)]
            status = service.client.get(f"/api/inngest/status/{session}").content
            whole = service.client.get(f"/api/sessions/{session}").content
            metrics = service.client.get("/metrics").content
            service.stop()
            reader.join(10)
        log.seek(0)
        told = {
            "stream": json.dumps(events).encode(),
            "status": status + whole + metrics,
            "log": log.read(),
            "prompts": b"\n".join(call.raw.encode() for call in gemini.calls),
        }
    written = {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert len(gemini.calls) >= 1
    assert any(event["type"] == "test_generated" for event in events)
    return told | written


@pytest.mark.parametrize("canary", [IN_ENVIRONMENT, IN_DOTENV, PROVIDER_KEY])
def test_what_was_never_ours_to_read_is_nowhere(walked: dict[str, bytes], canary: str) -> None:
    assert [place for place, data in walked.items() if canary.encode() in data] == []


@pytest.mark.parametrize("canary", [IN_SOURCE, IN_OUTPUT])
def test_what_the_source_holds_or_says_is_told_to_nobody(walked: dict[str, bytes], canary: str) -> None:
    assert [place for place in ("stream", "status", "log", "prompts") if canary.encode() in walked[place]] == []


def test_what_a_run_said_is_not_kept_either(walked: dict[str, bytes]) -> None:
    """The source itself is: tests are for it. What the code says while it runs is put together there only."""
    assert [place for place, data in walked.items() if IN_OUTPUT.encode() in data] == []
