"""Languages without a framework of their own here: the project's command, in the sandbox, with a model that is told
what to say.
"""

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.gemini_server import GeminiServer, answer
from tests.fakes.running_service import running_service
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.verdicts import RunReport
from testwright.frameworks import FRAMEWORKS
from testwright.sandboxes.choose import Wish, choose
from testwright.sources.folder import FolderView
from testwright.toolchains.commanded import commanded_runner

EXAMPLES = Path(__file__).parents[2] / "examples"
MAVEN = Path("/usr/share/maven-repo/org/apache/maven/plugins/maven-surefire-plugin")
JUNIT = Path("/usr/share/maven-repo/org/junit/jupiter")
needs_cargo = pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not installed")
needs_maven = pytest.mark.skipif(
    not (shutil.which("mvn") and MAVEN.exists() and JUNIT.exists()),
    reason="maven, junit5 and libsurefire-java of Debian are not installed",
)


def case(name, code, target):
    body = f"#[test]\nfn {name}() {{\n    {code}\n}}"
    return {"name": name, "code": body, "targets": [target], "scenario": "happy"}


WRITTEN = {
    "preamble": "use fares::{fare, shares};",
    "tests": [
        case("children_ride_for_free", "assert_eq!((fare(9000, 5), fare(9000, 6)), (0, 1330));", "fare"),
        case("a_begun_kilometre_counts", "assert_eq!((fare(1001, 30), fare(1000, 30)), (490, 370));", "fare"),
        case("odd_cents_go_first", "assert_eq!(shares(11, 3), Ok(vec![4, 4, 3]));", "shares"),
        case("nobody_rides", "assert!(shares(10, 0).is_err());", "shares"),
        case("wrong", "assert_eq!(fare(1000, 30), 1);", "fare"),
        case("does_not_compile", "assert_eq!(fare(), 1);", "fare"),
        case("proves_nothing", "assert!(true);", "fare"),
    ],
}


@needs_cargo
def test_tests_in_rust_that_a_model_wrote_are_proved_by_the_projects_own_command(tmp_path):
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / "rust", project, ignore=shutil.ignore_patterns("target", "Cargo.lock"))
    with GeminiServer(answer(json.dumps(WRITTEN))) as gemini:
        environment = {
            "GOOGLE_API_KEY": "a-key",
            "TESTWRIGHT_GOOGLE_BASE_URL": gemini.url,
            "TESTWRIGHT_CHALLENGE_SECONDS": "10",
        }
        with running_service(tmp_path / "home", tmp_path, environment) as service:
            if {check["name"]: check["status"] for check in service.get("/api/doctor")["checks"]}["sandbox"] != "ok":
                pytest.skip("no sandbox could be proved here, so nothing can be run")
            repository = service.post("/api/repositories", {"path": str(project)})["repositoryId"]
            tree = service.get(f"/api/repositories/{repository}/tree")
            body = {
                "repositoryId": repository,
                "framework": tree["frameworks"]["rust"],
                "files": [{"path": "src/lib.rs"}],
                "options": {"maxRepairs": 0},
            }
            session_id = service.post("/api/inngest/trigger", body)["sessionId"]
            by_type = {event["type"]: event for _, event in service.stream(session_id)}
            generated = by_type["test_generated"]["generatedTest"]
            test_id = service.get(f"/api/sessions/{session_id}/tests")["tests"][0]["testId"]
            detail = service.get(f"/api/sessions/{session_id}/tests/{test_id}")

    evidence = generated["evidence"]
    dropped = {drop["name"]: drop["gate"] for drop in detail["dropped"]}
    assert generated["testFilePath"] == "tests/lib_test.rs"
    assert evidence["verified"] is True
    assert evidence["passedRuns"] == evidence["runs"] == 5
    assert evidence["mutants"]["killed"] > 0
    assert dropped["wrong"] == dropped["does_not_compile"] == "passes"
    assert dropped["proves_nothing"] == "asserts"
    assert "use fares::{fare, shares};" in generated["testCode"]
    assert "fares" in gemini.calls[0].prompt
    assert "#[test]" in gemini.calls[0].prompt


FEE_TEST = """\
package parking;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FeeTest {
    @Test
    void theFirstQuarterIsFree() {
        assertEquals(0, Fee.of(15));
    }
}
"""


def run_once(project, name, source, suite):
    framework, limit = FRAMEWORKS[name], timedelta(seconds=120)
    order = RunOrder(source_path=source, suite_paths=(suite,), limits=Limits(wall=limit, cpu=limit))

    async def run():
        sandbox = await choose(at_once=1, wish=Wish())
        if sandbox.tier not in ("isolated", "confined"):
            pytest.skip("no sandbox could be proved here, so nothing can be run")
        runner = commanded_runner(name, FolderView(str(project)))
        return await sandbox.run(framework.command(order, runner, str(project)))

    return framework.read(asyncio.run(run()), order)


@pytest.mark.parametrize(
    ("language", "program", "source", "proposed", "suite"),
    [
        ("go", "go", "fares/fares.go", "fares_test.go", "fares/fares_written_test.go"),
        ("ruby", "ruby", "lib/fares.rb", "fares_test.rb", "test/fares_written_test.rb"),
    ],
)
def test_a_suite_is_run_by_the_projects_own_command(tmp_path, language, program, source, proposed, suite):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / language, project)
    tmp_path.chmod(0o755)
    (project / suite).parent.mkdir(exist_ok=True)
    (project / "proposed" / proposed).rename(project / suite)

    report = run_once(project, f"command:{language}", source, suite)

    assert isinstance(report, RunReport), report
    assert [outcome.outcome.value for outcome in report.outcomes] == ["passed"] * 4
    assert report.coverage is not None
    assert report.coverage.lines_missed == frozenset()


@needs_maven
def test_a_suite_in_java_is_run_by_maven_without_a_network_in_the_sandbox(tmp_path):
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / "java", project, ignore=shutil.ignore_patterns("target"))
    tmp_path.chmod(0o755)
    suite = "src/test/java/parking/FeeTest.java"
    (project / suite).parent.mkdir(parents=True)
    (project / suite).write_text(FEE_TEST)
    report = run_once(project, "command:java", "src/main/java/parking/Fee.java", suite)

    assert isinstance(report, RunReport), report
    assert [outcome.name for outcome in report.outcomes] == ["theFirstQuarterIsFree"]
    assert report.coverage is None or 16 in report.coverage.lines_covered
