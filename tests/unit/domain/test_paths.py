import pytest

from testwright.domain.paths import steers_tools, without_folders


@pytest.mark.parametrize(
    ("path", "steers"),
    [
        ("conftest.py", True),
        ("src/conftest.py", True),
        ("setup.py", True),
        ("jest.config.ts", True),
        ("web/vitest.workspace.mjs", True),
        (".babelrc.js", True),
        ("src/config.ts", False),
        ("src/price.py", False),
    ],
)
def test_files_that_tools_obey_are_known_by_their_names(path, steers):
    assert steers_tools(path) is steers


def test_words_of_a_runner_name_no_place_of_the_server():
    said = "boom in '/home/me/work/x/conftest.py', see /ws/src/a.py and https://jestjs.io/docs/x or src/b.py"

    assert without_folders(said) == "boom in 'conftest.py', see src/a.py and https://jestjs.io/docs/x or src/b.py"
