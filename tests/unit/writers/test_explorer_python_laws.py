"""Laws that hold whatever a function is given, as tests of Hypothesis."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from explorer_samples import View

import testwright
from testwright.domain.sessions import Options
from testwright.writers.explorer.python.laws import uses_hypothesis
from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.properties import laws
from testwright.writers.explorer.python.records import Record
from testwright.writers.explorer.python.writing import draft_of

TEXTS = """
def slugify(text: str) -> str:
    return "-".join(text.lower().split())

def escape(text: str) -> str:
    return text.replace("!", "!!")

def unescape(text: str) -> str:
    return text.replace("!!", "!")

def mirrored(text: str) -> str:
    return text[::-1]

def shortened(text: str) -> str:
    return text[:-1] if len(text) > 11 else text.upper()

def same(text: str) -> str:
    return text
"""


@pytest.fixture
def texts(tmp_path, monkeypatch):
    (tmp_path / "lawful_texts.py").write_text(TEXTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("lawful_texts")
    del sys.modules["lawful_texts"]


def seen(symbol, *texts):
    plain = {"lines": [], "checks": [], "error": None, "patches": []}
    return [
        {**plain, "symbol": symbol, "call": f"{symbol}({text!r})", "arguments": [["text", "", repr(text)]]}
        for text in texts
    ]


def test_a_law_holds_on_all_that_was_seen_and_on_what_hypothesis_thinks_of(texts):
    names = ["slugify", "escape", "unescape", "mirrored", "shortened", "same"]
    bench = Bench(texts, Facts(texts), os.getcwd(), names)
    records = [record for name in names for record in seen(name, "Hello World", "a!", "b", "aaaa")]

    found = laws(records, bench)

    bench.close()
    assert [law["call"] for law in found] == [
        "slugify(slugify(text)) == slugify(text)",
        "unescape(escape(text)) == text",
        "mirrored(mirrored(text)) == text",
    ]


@pytest.mark.parametrize(("name", "is_loaded"), [("same", False), ("mirrored", True)])
def test_hypothesis_and_what_it_takes_of_the_memory_are_there_only_where_a_law_is_to_be_asked(texts, name, is_loaded):
    script = f"""
import os, sys
import lawful_texts as unit
from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.properties import laws
bench = Bench(unit, Facts(unit), os.getcwd(), [{name!r}])
laws({seen(name, "Hello World", "a!", "b")!r}, bench)
bench.close()
print("hypothesis" in sys.modules)
"""
    home = Path(texts.__file__).parent
    roots = os.pathsep.join([str(home), str(Path(testwright.__file__).parents[1])])
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=home,
        env={**os.environ, "PYTHONPATH": roots},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert run.stdout == f"{is_loaded}\n"


def test_a_law_is_one_test_for_all_inputs_with_the_same_examples_in_each_run():
    law = Record(
        symbol="slugify",
        lines=(),
        call="slugify(slugify(text)) == slugify(text)",
        checks=(),
        error=None,
        patches=(),
        arguments=(("text", "strategies.text()"),),
        documented=False,
        foreign=False,
        subject="",
        says="leaves_its_own_result_alone",
    )

    draft = draft_of((law,), "texts.core", Options(), "pytest")

    (case,) = draft.cases
    assert draft.preamble == ("from hypothesis import given, settings, strategies\n\nfrom texts.core import slugify")
    assert case.code == (
        "@settings(max_examples=60, derandomize=True, database=None, deadline=None)\n"
        "@given(text=strategies.text())\n"
        "def test_slugify_leaves_its_own_result_alone(text):\n"
        "    assert slugify(slugify(text)) == slugify(text)"
    )


def test_a_project_uses_hypothesis_where_it_declares_it():
    assert uses_hypothesis(View(**{"requirements-dev.txt": "pytest\nhypothesis>=6\n"}))
    assert not uses_hypothesis(View(**{"requirements.txt": "pytest\n", "notes.txt": "hypothesis"}))
