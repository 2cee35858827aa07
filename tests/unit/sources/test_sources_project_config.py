"""What a project says of its own tests: in which file, what of it counts, and how it hears of a mistake."""

import json
import re
from pathlib import Path

import pytest

from tests.fakes.scripted_model import Files
from testwright.domain.errors import InputError
from testwright.domain.sessions import CoverageGoal, Options, TestType
from testwright.sources.project_config import left_in, read_config, schema

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(
    ("path", "text", "origin"),
    [
        ("testwright.toml", 'coverage = "basic"', "testwright.toml"),
        ("pyproject.toml", '[tool.testwright]\ncoverage = "basic"', "pyproject.toml [tool.testwright]"),
        ("package.json", '{"testwright": {"coverage": "basic"}}', "package.json testwright"),
    ],
)
def test_any_of_three_files_may_say_it(path, text, origin):
    config = read_config(Files({path: text}))

    assert config.options == {"coverage": CoverageGoal.BASIC}
    assert config.origins == {"coverage": origin}


@pytest.mark.parametrize("texts", [{}, {"package.json": "{}"}, {"pyproject.toml": "[project]\nname = 'x'"}])
def test_a_project_need_not_say_anything(texts):
    config = read_config(Files(texts))

    assert config.applied(Options(), frozenset()) == Options()
    assert config.origins == {}


def test_the_request_goes_before_the_project_and_the_project_before_what_is_usual():
    config = read_config(Files({"testwright.toml": 'testTypes = ["integration"]\nmockExternal = false'}))

    options = config.applied(Options(), frozenset({"mock_external"}))

    assert options == Options(test_types=(TestType.INTEGRATION,), mock_external=True)


def test_a_framework_is_for_all_languages_or_for_each():
    assert read_config(Files({"testwright.toml": 'framework = "jest"'})).frameworks == {"": "jest"}
    each = '[framework]\npython = "unittest"\ntypescript = "mocha"'
    assert read_config(Files({"testwright.toml": each})).frameworks == {"python": "unittest", "typescript": "mocha"}


def test_files_that_a_pattern_names_are_left_out_as_git_would():
    config = read_config(Files({"testwright.toml": 'exclude = ["generated/", "*_pb2.py", "!keep_pb2.py"]'}))

    assert left_in(config, ["a.py", "generated/b.py", "x_pb2.py", "keep_pb2.py"]) == ["a.py", "keep_pb2.py"]


def test_two_files_may_each_say_a_part_and_the_same():
    both = {
        "testwright.toml": "maxRepairs = 1",
        "package.json": '{"testwright": {"maxRepairs": 1, "coverage": "basic"}}',
    }

    assert read_config(Files(both)).options == {"max_repairs": 1, "coverage": CoverageGoal.BASIC}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"testwright.toml": "coverag = 1"}, "testwright.toml: coverag is not known (did you mean coverage?)."),
        ({"testwright.toml": "model = 'x'"}, "testwright.toml: model is not known."),
        ({"testwright.toml": "test-types = []"}, "test-types is not known (did you mean testTypes?)."),
        (
            {"package.json": '{"testwright": {"coverage": "high"}}'},
            "coverage: input should be 'basic' or 'comprehensive'",
        ),
        ({"package.json": '{"testwright": []}'}, "package.json testwright: the whole: input should be"),
        ({"testwright.toml": "coverage = ["}, "testwright.toml cannot be read: "),
        ({"testwright.toml": "exclude = ['**a/[']", "package.json": "{"}, None),
        (
            {"testwright.toml": "maxRepairs = 1", "pyproject.toml": "[tool.testwright]\nmaxRepairs = 2"},
            "pyproject.toml [tool.testwright]: maxRepairs is something else in testwright.toml.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file_and_its_key(texts, said):
    if said is None:
        read_config(Files(texts))
        return
    with pytest.raises(InputError) as caught:
        read_config(Files(texts))

    assert said in caught.value.message
    assert caught.value.code == "bad_config"
    assert caught.value.hint


@pytest.mark.parametrize("path", ["pyproject.toml", "package.json"])
def test_a_broken_manifest_is_not_ours_to_complain_of(path):
    assert read_config(Files({path: "{["})).origins == {}


def test_the_published_schema_is_the_one_that_is_checked_by():
    assert json.loads((DOCS / "testwright.schema.json").read_text()) == schema()


COMMAND = '[commands.rust]\nrun = ["cargo"]\nreport = "-"\nsuite = "tests/{name}.rs"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (COMMAND.replace("{name}", "all"), "commands.rust.suite"),
        (COMMAND.replace("tests/", "../"), "commands.rust.suite"),
        (COMMAND.replace("rust", "cobol"), "commands.cobol"),
        (COMMAND + 'shell = "yes"\n', "commands.rust.shell"),
        (COMMAND.replace('["cargo"]', '"cargo test"'), "commands.rust.run"),
    ],
)
def test_a_command_that_cannot_be_used_is_refused_by_name(text, said):
    with pytest.raises(InputError, match=re.escape(said)):
        read_config(Files({"testwright.toml": text}))
    assert read_config(Files({"testwright.toml": COMMAND})) is not None


def test_a_command_is_named_in_one_place():
    text = "".join(f"{line}\n" for line in COMMAND.replace("[commands", "[tool.testwright.commands").splitlines())

    with pytest.raises(InputError, match=r"belongs into testwright\.toml"):
        read_config(Files({"pyproject.toml": text}))
