"""mocha and node:test: where suites go, what may be imported, and which reports are believed."""

import json

import pytest

from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate
from testwright.domain.projects import Completed, Limits, Runner, RunOrder
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks import FRAMEWORKS
from testwright.frameworks import javascript_suites as suites

ORDER = RunOrder(source_path="lib/price.js", suite_paths=("test/price.test.js",))
CHALLENGE = ChallengeOrder(
    source_path="lib/price.js", suite_path="test/price.test.js", numbers=(1,), seconds=20.0, limits=Limits()
)
NAMES = [name for name in ("mocha", "node:test") if name in FRAMEWORKS]


class View:
    def __init__(self, *paths, **texts):
        self._texts = {**dict.fromkeys(paths, ""), **{name.replace("__", "."): text for name, text in texts.items()}}

    def paths(self):
        return sorted(self._texts)

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


def runner(name, **more):
    program = ("/usr/bin/node", "/node_modules/mocha/bin/mocha.js") if name == "mocha" else ("/usr/bin/node",)
    return Runner(framework=name, version="1", origin="managed", found="", program=program, **more)


def completed(*tests, status=0, reason="exit", errors=(), finished=True):
    report = {"tests": list(tests), "errors": list(errors), "coverage": [], "finished": finished}
    return Completed(
        exit_status=status, reason=reason, log="", reports={suites.REPORT: json.dumps(report).encode()}, seconds=1
    )


def told(*titles, state="passed", **more):
    return {"titles": list(titles), "state": state, "message": "", "ms": 1, **more}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("source", "others", "path"),
    [
        ("lib/price.js", (), "test/price.test.js"),
        ("lib/deep/price.js", ("test/cart.js",), "test/price.js"),
        ("src/price.ts", ("src/cart.spec.ts",), "src/price.spec.ts"),
        ("index.mjs", ("test/setup.js", "test/cart.spec.mjs"), "test/index.spec.mjs"),
        ("lib/a/price.js", ("test/price.test.js",), "test/a-price.test.js"),
        ("index.js", ("test/index.test.js",), "test/index.more.test.js"),
    ],
)
def test_a_suite_goes_where_the_projects_others_are_and_never_onto_one(name, source, others, path):
    assert FRAMEWORKS[name].suite_path(source, View(source, *others)) == path


@pytest.mark.parametrize(
    ("texts", "path"),
    [
        ({"__mocharc__json": '{"spec": "src/**/*.spec.ts"}'}, "src/price.spec.ts"),
        ({"__mocharc__yml": "spec:\n  - 'spec/**/*.test.ts'\n"}, "spec/price.test.ts"),
        ({"__mocharc__cjs": "module.exports = { spec: ['tests/*.ts'] }"}, "tests/price.test.ts"),
        ({"package__json": '{"mocha": {"spec": ["./specs/*.spec.ts"]}}'}, "specs/price.spec.ts"),
        ({"package__json": '{"scripts": {"test": "mocha -r tsx \'src/**/*.test.ts\'"}}'}, "src/price.test.ts"),
        ({"__mocharc__json": "[" * 5000}, "test/price.test.ts"),
    ],
)
def test_without_suites_mochas_configuration_says_where_they_go(texts, path):
    assert FRAMEWORKS["mocha"].suite_path("src/price.ts", View("src/price.ts", **texts)) == path


@pytest.mark.parametrize("name", NAMES)
def test_plain_names_in_a_test_folder_are_suites_too(name):
    view = View("lib/price.js", "test/price.js", "test/cart.js", "other/price.js")

    assert FRAMEWORKS[name].existing_suites("lib/price.js", view) == ("test/price.js",)


@pytest.mark.parametrize("name", NAMES)
def test_chai_is_known_where_the_project_declares_it(name):
    facts = (("chai", "managed"), ("mocha", "managed"))
    bare, declaring = View("a.js"), View("a.js", package__json='{"devDependencies": {"chai": "^4"}}')

    assert "chai" not in FRAMEWORKS[name].known_modules(bare, runner(name, facts=facts))
    assert "chai" in FRAMEWORKS[name].known_modules(declaring, runner(name, facts=facts))
    assert "react" not in FRAMEWORKS[name].known_modules(bare, runner(name, facts=facts))
    assert "node:assert" in FRAMEWORKS[name].known_modules(bare, runner(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_launcher_gets_the_order(name):
    command = FRAMEWORKS[name].command(ORDER, runner(name), "/host/ws")
    order = json.loads(dict(command.env)["TESTWRIGHT_ORDER"])

    assert (order["source"], order["suites"]) == ("lib/price.js", ["test/price.test.js"])
    assert command.reports == (suites.REPORT, suites.UNENDING)
    assert any(part.endswith(("/run.cjs", "/run.mjs")) for part in command.argv)


@pytest.mark.parametrize("name", NAMES)
def test_a_challenge_is_driven_from_outside_and_prints_nothing(name):
    command = FRAMEWORKS[name].challenge(CHALLENGE, runner(name), "/host/ws")

    asked = json.loads(dict(command.env)["TESTWRIGHT_ORDER"])

    assert any(part.endswith("/drive.cjs") for part in command.argv)
    assert (asked["numbers"], asked["quiet"]) == ([1], True)


@pytest.mark.parametrize("name", NAMES)
def test_titles_and_states_become_outcomes(name):
    answer = completed(told("price", "a"), told("price", "b", state="failed"), told("c", state="skipped"), status=1)

    report = FRAMEWORKS[name].read(answer, ORDER)

    assert isinstance(report, RunReport)
    assert {each.name: each.outcome for each in report.outcomes} == {
        "a": Outcome.PASSED,
        "b": Outcome.FAILED,
        "c": Outcome.SKIPPED,
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (completed(told("a"), finished=False), "no_report"),
        (completed(told("a", state="failed")), "no_report"),
        (completed(told("a"), status=1), "load_error"),
        (completed(), "load_error"),
        (completed(errors=[{"kind": "load", "message": "Cannot find module 'left-pad'"}]), "missing_package"),
        (completed(errors=[{"kind": "load", "message": "Error: boom"}], status=1), "load_error"),
        (Completed(exit_status=0, reason="exit", log="1 passing"), "no_report"),
        (Completed(exit_status=0, reason="exit", log="", reports={suites.REPORT: b"[" * 9999}), "no_report"),
        (Completed(exit_status=None, reason="timeout", log=""), "timeout"),
    ],
)
def test_what_contradicts_itself_or_is_missing_is_no_pass(name, answer, code):
    found = FRAMEWORKS[name].read(answer, ORDER)

    assert isinstance(found, NotRun)
    assert found.code == code


@pytest.mark.parametrize("name", NAMES)
def test_a_challenge_that_lies_is_not_believed(name):
    def read(**changed):
        outcome = {"number": 1, "fate": "killed", "reached": [0], "killers": [0]}
        report = {"finished": True, "tests": [told("a")], "unfit": [], "outcomes": [outcome | changed]}
        raw = {suites.REPORT: json.dumps(report).encode()}
        return FRAMEWORKS[name].read_challenge(Completed(exit_status=0, reason="exit", log="", reports=raw), CHALLENGE)

    good, lie = read(), read(killers=[])

    assert isinstance(good, ChallengeReport)
    assert (good.outcomes[0].fate, good.outcomes[0].killers) == (Fate.KILLED, ("a",))
    assert isinstance(lie, ChallengeReport)
    assert lie.outcomes[0].fate is Fate.UNTRIED


@pytest.mark.parametrize("name", NAMES)
def test_typescript_without_a_loader_is_told_with_what_to_do(name):
    said = (
        "Error: This project has nothing that lets Node load TypeScript. Install tsx (npm i -D tsx), or name a loader"
    )

    found = FRAMEWORKS[name].read(completed(errors=[{"kind": "load", "message": said}], status=1), ORDER)

    assert isinstance(found, NotRun)
    assert found.message == "This project has nothing that lets Node load TypeScript."
    assert "tsx" in (found.hint or "")
