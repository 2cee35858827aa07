import pytest

from testwright.domain.paths import steers_tools


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
