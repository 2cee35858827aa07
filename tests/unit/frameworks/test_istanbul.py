"""What istanbul left is taken as it is, or not at all."""

import pytest

from testwright.domain.projects import Completed, Runner
from testwright.frameworks.instrumenting import Istanbul

MADE = b'{"source": "a", "instrumented": "a++"}'


def left(report):
    reports = {} if report is None else {"testwright.json": report}
    return Completed(exit_status=0, reason="exit", log="", reports=reports)


def test_a_whole_report_is_laid_beside_the_source():
    assert Istanbul().read(left(MADE)) == MADE.decode()


@pytest.mark.parametrize("report", [None, b"", b"null", b'{"source": "a"}', MADE[:-4], b"\xff\xfe"])
def test_what_is_no_whole_report_is_none(report):
    assert Istanbul().read(left(report)) is None


def test_a_package_of_a_monorepo_is_asked_for_its_own_istanbul():
    runner = Runner(
        framework="mocha", version="11.0.0", origin="project", found="", program=("node", "mocha.js"), home="packages/a"
    )

    command = Istanbul().command("packages/a/lib/shop.js", runner, "/copy")

    assert command.argv[0] == "node"
    assert command.argv[2:] == ("/ws/packages/a", "/ws/packages/a/lib/shop.js", "/out/testwright.json")
