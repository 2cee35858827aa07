"""Whatever bytes come in, the readers answer as they promise: random ones, and all that ever broke one."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import SEEDS, TARGETS

CRASHES = Path(__file__).parents[1] / "fixtures" / "crashes"
HOSTILE_PATHS = 10_000
PARTS = (
    "..",
    ".",
    ".git",
    "GIT~1",
    ".GIT ",
    "a",
    "con",
    "NUL.txt",
    "~",
    "-x",
    "a:b",
    "c:",
    "\u202e",
    "．．",
    "／",
    "ﬀ",
)
NASTY = st.sampled_from([*PARTS, "/", "\\", "//", "\0", "\n", " ", "a" * 300, "\udc80", "İ", "é", "e\u0301"])
PIECES = {
    "answer": ["```", "python\n", "{", "}", '"tests"', ":", "[", "]", "def test_a():\n", "    assert 1\n", "</think>"],
    "loose_json": ["{", "}", "[", "]", ",", ":", "'", '"', "“", "\\", "\\u", "//", "/*", "None", "1e9", "\n"],
    "report": ["{", "}", '"tests"', '"turns"', '"coverage"', ":", "[", "]", "null", "1e999", '"a"', ",", "-1", "true"],
    "project_config": ["[tool.testwright]\n", "framework", "=", '"pytest"', "\n", "{", "}", '"testwright":', "1", "[["],
    "secrets": ["password", "=", "'", "AIza", "-----BEGIN PRIVATE KEY-----", "://", "@", "eyJ", ".", "a" * 40, "\n"],
}


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_seeds_and_all_that_ever_broke_a_reader_are_read(name: str) -> None:
    kept = sorted((CRASHES / name).glob("*")) if (CRASHES / name).is_dir() else []

    for data in (b"", *SEEDS[name], *(path.read_bytes() for path in kept)):
        TARGETS[name](data)


@pytest.mark.parametrize("name", ["answer", "loose_json", "project_config", "report"])
@pytest.mark.parametrize("many", ["[", '{"a":', "`", "\n", '"', "1", "(", "<", "\\"])
def test_what_is_deep_or_long_takes_no_time(name: str, many: str) -> None:
    started = time.process_time()
    TARGETS[name]((many * 100_000).encode())

    assert time.process_time() - started < 5


@given(st.lists(NASTY, min_size=1, max_size=12).map("".join) | st.text(max_size=60))
@settings(max_examples=HOSTILE_PATHS)
def test_no_hostile_path_leaves_its_folder(text: str) -> None:
    TARGETS["path"](text.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"path"}))
def test_random_bytes_are_read_or_refused(name: str) -> None:
    pieces = (
        st.lists(st.sampled_from(PIECES[name]), max_size=30).map("".join).map(str.encode) if name in PIECES else None
    )

    @given(st.binary(max_size=400) if pieces is None else pieces | st.binary(max_size=400))
    @settings(max_examples=150)
    def read(data: bytes) -> None:
        TARGETS[name](data)

    read()
