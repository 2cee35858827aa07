"""Failures that the place is to blame for, and those that only sound like it."""

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.errors import PermanentError
from testwright.pipeline.environment import own_slip_of, trouble_of

PROGRAM = "FileNotFoundError: [Errno 2] No such file or directory: 'ffmpeg'"
FETCH = "TypeError: fetch failed\n    at node:internal/undici:1:1\n[cause]: Error: getaddrinfo ENOTFOUND x.example"


@pytest.mark.parametrize(
    ("kind", "message", "source"),
    [
        (
            "network",
            "socket.gaierror: [Errno -2] Name or service not known\nurllib.error.URLError: <urlopen error>",
            "",
        ),
        ("network", "ConnectionRefusedError: [Errno 111] Connection refused", ""),
        ("network", "OSError: [Errno 101] Network is unreachable", ""),
        ("network", "TypeError: fetch failed\ncause: getaddrinfo ENOTFOUND nowhere.example\n  at src/unit.js:7:39", ""),
        ("network", FETCH, ""),
        ("database", "Error: connect ECONNREFUSED 127.0.0.1:5432", ""),
        ("database", "sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed", ""),
        ("program", PROGRAM, "import subprocess"),
        ("program", "Error: spawnSync ffmpeg ENOENT\ncode: ENOENT", ""),
        ("package", "ModuleNotFoundError: No module named 'yaml.loader'", "import yaml"),
        ("package", "Error: Cannot find module '@scope/thing/deep'", "require('@scope/thing/deep')"),
        ("variable", "KeyError: 'API_TOKEN'", 'os.environ["API_TOKEN"]'),
        ("read_only", "OSError: [Errno 30] Read-only file system: '/etc/x'", ""),
        ("read_only", "Error: EROFS: read-only file system, open '/etc/x'", ""),
        ("display", "_tkinter.TclError: no display name and no $DISPLAY environment variable", ""),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(kind, message, source):
    trouble = trouble_of(message, source, "def test_a(): ...")

    assert trouble is not None
    assert trouble.kind == kind
    assert trouble.hint.endswith(".")


def test_the_name_of_what_is_missing_is_told():
    package = trouble_of("Error: Cannot find module '@scope/thing/deep'", "", "")

    assert package.message == "The package “@scope/thing” is not installed."
    assert trouble_of(PROGRAM, "subprocess.run", "").message == "The program “ffmpeg” is not installed."


WRITES = "OSError: [Errno 30] Read-only file system: 'out.txt'"
WRITES_IN_NODE = "Error: EROFS: read-only file system, open '/work/src/out.txt'"


@pytest.mark.parametrize("message", [WRITES, WRITES_IN_NODE])
def test_who_writes_where_tests_may_not_is_told_by_who_names_the_file(message):
    by_test = (message, "def save(path): ...", "save('out.txt')")
    by_code = (message, "def save(): open('out.txt', 'w')", "save()")

    assert trouble_of(*by_test) is None
    assert own_slip_of(*by_test).startswith("The test writes “out.txt” where tests may not. Make a temporary folder")
    assert trouble_of(*by_code).message == "The code writes “out.txt” where tests may not."
    assert own_slip_of(*by_code) is None
    assert own_slip_of(f"AssertionError: {message}", *by_test[1:]) is None


@pytest.mark.parametrize(
    "message",
    [
        "OSError: [Errno 64] Machine is not on the network",
        "Error: listen ENONET: machine is not on the network 127.0.0.1",
        "PermissionError: [Errno 1] Operation not permitted: '/tmp/x'",
        "Error: EPERM: operation not permitted, chmod '/tmp/x'",
    ],
)
def test_what_only_the_isolated_tier_gives_is_told_where_the_confined_one_refuses_it(message):
    trouble = trouble_of(message, "", "", tier="confined")

    assert (trouble.kind, "isolated tier" in trouble.message) == ("sandbox", True)
    assert getattr(trouble_of(message, "", ""), "kind", "") != "sandbox"


def test_in_the_confined_tier_too_a_compared_word_is_the_tests_own():
    assert trouble_of("AssertionError: expected 'ENONET' to be 'x'", "", "", tier="confined") is None


@pytest.mark.parametrize(
    ("message", "source", "test"),
    [
        pytest.param("AssertionError: expected 'ECONNREFUSED' to be 'x'", "", "", id="a word that is compared"),
        pytest.param("assert 'Network is unreachable' == ''", "", "", id="the same in python"),
        pytest.param("Error: expect(received).toThrow(expected)\n\nENOTFOUND", "", "", id="the same in jest"),
        pytest.param(PROGRAM.replace("ffmpeg", "config.json"), "subprocess.run", "", id="a data file"),
        pytest.param(PROGRAM.replace("ffmpeg", "data/prices"), "subprocess.run", "", id="a path"),
        pytest.param(PROGRAM, "open(path)", "", id="no program is started"),
        pytest.param("KeyError: 'API_TOKEN'", "prices['API_TOKEN']", "", id="a key of a table"),
        pytest.param("KeyError: 'total'", "os.environ['HOME']", "", id="another key"),
        pytest.param("ModuleNotFoundError: No module named 'yaml'", "", "import yaml", id="the test's own import"),
        pytest.param("TypeError: unsupported operand", "socket", "", id="a plain error"),
        pytest.param("ValueError: bad\n  at connect ECONNREFUSED.js:1", "", "", id="a frame"),
    ],
)
def test_a_test_that_may_be_wrong_is_not_excused(message, source, test):
    assert trouble_of(message, source, test) is None


def failing(name, message):
    return Case(name=f"test_{name}", code=f"raise {message}")


async def test_what_cannot_pass_here_is_dropped_with_a_hint_and_never_sent_back_to_the_writer(world):
    first = Draft(
        preamble="fine", cases=(Case(name="test_a", code="pass"), failing("b", "gaierror"), failing("c", "x"))
    )
    it = world(first, Draft(preamble="", cases=(Case(name="test_c", code="pass"),)))

    delivered = await it.walk()

    assert [[fault.name for fault in faults] for faults in it.writer.faults] == [["test_c"]]
    assert [case.name for case in delivered.draft.cases] == ["test_a", "test_c"]
    (drop,) = delivered.dropped
    assert (drop.name, drop.gate) == ("test_b", "passes")
    assert drop.reason.startswith("The code wants the network, and tests run without one. Let the code take")
    ((name, trouble),) = delivered.evidence.environment
    assert (name, trouble.kind) == ("test_b", "network")
    verified = [event for event in it.desk.events if event.type == "test_verified"]
    assert verified[0].extra["environment"][0]["tests"] == ["test_b"]


async def test_a_file_that_only_lacks_something_is_not_repaired_and_says_what(world):
    it = world(Draft(preamble="fine", cases=(failing("a", "gaierror"),)))

    with pytest.raises(PermanentError) as caught:
        await it.walk()

    assert it.writer.faults == []
    assert caught.value.code == "environment"
    assert "wants the network" in caught.value.message
    assert caught.value.hint.startswith("Let the code take")
