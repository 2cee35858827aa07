import io
import json
import logging
from collections.abc import Iterator

import pytest

from testwright.cli.logs import log_to
from testwright.domain.subjects import about

KEY = "AIza" + "b" * 35


@pytest.fixture
def kept_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before


@pytest.mark.usefixtures("kept_as_it_was")
def test_a_json_line_says_what_it_is_about_and_no_secret() -> None:
    stream = io.StringIO()
    log_to(stream, level="info", as_json=True)
    with about(request="r1", session="s1"), about(file="src/a.py", step="run/1", attempt=2):
        logging.getLogger("testwright.jobs").info("asked with %s", KEY)
    logging.getLogger("testwright.jobs").debug("not this one")
    (line,) = [json.loads(line) for line in stream.getvalue().splitlines()]

    assert line | {"time": ""} == {
        "time": "",
        "level": "info",
        "logger": "testwright.jobs",
        "message": "asked with [redacted]",
        "request": "r1",
        "session": "s1",
        "file": "src/a.py",
        "step": "run/1",
        "attempt": 2,
    }


@pytest.mark.usefixtures("kept_as_it_was")
def test_an_error_is_one_json_line_with_its_trace() -> None:
    stream = io.StringIO()
    log_to(stream, level="warning", as_json=True)
    try:
        raise ValueError(f"broke on {KEY}")
    except ValueError:
        logging.getLogger("testwright").exception("it broke")
    (line,) = stream.getvalue().splitlines()

    assert "ValueError: broke on [redacted]" in json.loads(line)["trace"]


@pytest.mark.usefixtures("kept_as_it_was")
def test_lines_for_people_name_what_they_are_about() -> None:
    stream = io.StringIO()
    log_to(stream, level="warning", as_json=False)
    with about(session="s1", file="a.py"):
        logging.getLogger("testwright").warning("late")

    assert stream.getvalue().endswith("WARNING testwright: late [session=s1 file=a.py]\n")
