"""With a key the model writes: over the provider's real protocol, through the whole service."""

import json
from pathlib import Path

import pytest

from tests.fakes.gemini_server import GeminiServer, answer, overloaded, refusal
from tests.fakes.running_service import running_service

EXAMPLES = Path(__file__).parents[2] / "examples"
SOURCE = """\
def double(number: int) -> int:
    return 2 * number


def half(number: int) -> int:
    return number // 2
"""
KEY = "a-key-that-must-stay-secret"


def suite(*tests):
    return json.dumps({"preamble": "from pkg.numbers import double, half", "tests": [dict(test) for test in tests]})


def case(name, code, target):
    return {"name": name, "code": f"def {name}():\n    {code}\n", "targets": [target], "scenario": "happy"}


GOOD = case("test_double_doubles", "assert double(21) == 42", "double")
WRONG = case("test_half_halves", "assert half(10) == 4", "half")
MENDED = case("test_half_halves", "assert half(10) == 5", "half")
EMPTY_TALK = case("test_nothing", "assert True", "double")


def walk(tmp_path, gemini, source=SOURCE, writer="model"):
    environment = {
        "GOOGLE_API_KEY": KEY,
        "TESTWRIGHT_GOOGLE_BASE_URL": gemini.url,
        "TESTWRIGHT_WRITER": writer,
        "TESTWRIGHT_EXPLORE_SECONDS": "3",
    }
    with running_service(tmp_path, EXAMPLES, environment) as service:
        if {check["name"]: check["status"] for check in service.get("/api/doctor")["checks"]}["sandbox"] != "ok":
            pytest.skip("no sandbox could be proved here, so nothing can be run")
        files = [
            {"path": "pkg/__init__.py", "content": '"""Numbers."""\n'},
            {"path": "pkg/numbers.py", "content": source},
        ]
        body = {"repositoryId": "r", "framework": "pytest", "files": files}
        session_id = service.post("/api/inngest/trigger", body)["sessionId"]
        return [event for _, event in service.stream(session_id) if event.get("filePath") != "pkg/__init__.py"]


def test_a_wrong_test_is_repaired_an_empty_one_dropped_and_an_overload_waited_out(tmp_path):
    script = (overloaded(retry_after="1"), answer(suite(GOOD, WRONG, EMPTY_TALK)), answer(suite(MENDED)))
    with GeminiServer(*script) as gemini:
        events = walk(tmp_path, gemini)

    by_type = {event["type"]: event for event in events}
    generated = by_type["test_generated"]["generatedTest"]
    assert by_type["retry_scheduled"]["retryInSeconds"] == 1
    assert (generated["evidence"]["writer"], generated["evidence"]["verified"]) == ("model", True)
    assert generated["evidence"]["testCount"] == 2
    assert generated["evidence"]["coverage"]["after"]["lines"] == 100
    assert generated["evidence"]["tokens"] > 0
    assert "half(10) == 5" in generated["testCode"]
    assert "assert True" not in generated["testCode"]
    assert "half(10) == 4" in gemini.calls[2].prompt
    assert KEY not in json.dumps(events)
    assert all(KEY not in call.raw and call.key == KEY for call in gemini.calls)


def test_each_failing_test_gets_its_own_verdict_and_the_model_is_asked_about_none_of_them(tmp_path):
    source = (
        'import urllib.request\n\n\ndef double(number: float) -> float:\n    """double(0.5) -> 1.5"""\n'
        "    return 2 * number\n"
        "\n\ndef half(number: float) -> float:\n    return number - 0.1\n"
        '\n\ndef rate() -> bytes:\n    return urllib.request.urlopen("http://rates.example/").read()\n'
    )
    tests = (
        case("test_double_doubles", "assert double(21) == 42", "double"),
        case("test_half_of_little", "assert half(0.4) == 0.3", "half"),
        case("test_double_of_a_half", "assert double(0.5) == 1.5", "double"),
        case("test_rate", "from pkg.numbers import rate\n    assert rate() == b'1'", "double"),
    )
    with GeminiServer(answer(suite(*tests))) as gemini:
        events = walk(tmp_path, gemini, source)

    by_type = {event["type"]: event for event in events}
    evidence = by_type["test_generated"]["generatedTest"]["evidence"]
    code = by_type["test_generated"]["generatedTest"]["testCode"]
    assert by_type["test_repairing"]["mended"] == [
        {"name": "test_half_of_little", "what": "compares floats approximately"}
    ]
    assert "assert half(0.4) == pytest.approx(0.3)" in code
    assert "double(0.5)" not in code
    assert evidence["suspects"] == 1
    assert [(one["kind"], one["tests"]) for one in evidence["environment"]] == [("network", ["test_rate"])]
    assert not any("test_rate" in call.prompt or "test_double_of_a_half" in call.prompt for call in gemini.calls[1:])


def test_the_explorer_tells_the_model_what_it_saw_and_goes_on_from_what_the_model_knows(tmp_path):
    source = (
        "import zlib\n\n\ndef size(number: int) -> str:\n    return 'big' if number > 4711 else 'small'\n"
        "\n\ndef unlock(word: str) -> str:\n    return 'open' if zlib.crc32(word.encode()) == 2964457641 else 'shut'\n"
    )
    known = case("test_unlock", "assert unlock('sesame') == 'open'", "unlock")
    wrong = case("test_size", "assert size(4712) == 'huge'", "size")
    drafted = suite(known, wrong).replace("import double, half", "import size, unlock")
    with GeminiServer(answer(drafted), answer(suite())) as gemini:
        events = walk(tmp_path, gemini, source, writer="both")

    generated = next(event["generatedTest"] for event in events if event["type"] == "test_generated")
    writers = [test["writer"] for test in generated["evidence"]["tests"]]
    assert generated["evidence"]["writer"] == "both"
    assert "explorer" in writers
    assert set(writers) <= {"model", "explorer"}
    assert "'sesame'" in generated["testCode"]  # no search finds this word
    assert "4712" in generated["testCode"]
    assert "'huge'" not in generated["testCode"]
    assert "what was observed" in gemini.calls[0].prompt


def test_a_refused_key_fails_the_file_with_what_to_do_and_is_not_tried_again(tmp_path):
    with GeminiServer(refusal(403, message="API key not valid")) as gemini:
        events = walk(tmp_path, gemini)

    failed = next(event for event in events if event["type"] == "file_failed")
    assert failed["error"]["code"] == "model_refused"
    assert "GOOGLE_API_KEY" in failed["error"]["hint"]
    assert len(gemini.calls) == 1
    assert events[-1]["type"] == "generation_failed"
