"""A module that breaks its word in three places and is odd without harm in others, walked as a person does it."""

import json
import os

import pytest

from tests.fakes import programs

PYTHON = '''
import re


def slugify(text: str) -> str:
    """The text as it stands in an address.

    >>> slugify("Hello World")
    'hello-world'
    """
    return "-".join(text.split())


def spread(values: list[float]) -> float:
    """How far apart the values lie, as a share of their mean."""
    mean = sum(values) / (len(values) or 1)
    return (max(values, default=0) - min(values, default=0)) * 1e999 / 1e999 if not mean else 1.0


def is_weekend(day: str):
    return 2 if day in ("saturday", "sunday") else 0


def first(values: list[int]) -> int:
    return values[0]


def starts_with_digit(text):
    return re.match(r"\\d", text)


def has_any(items):
    return items and any(items)


def third(number: float) -> float:
    """third(1) -> 0.333"""
    return number / 3


def find(names: list[str], wanted: str) -> str | None:
    return next((name for name in names if name == wanted), None)


def sorted_by_length(names: list[str]) -> list[str]:
    return sorted(names, key=len)
'''

JAVASCRIPT = """
/**
 * The text as it stands in an address.
 * @example
 * slugify('Hello World') // 'hello-world'
 * @param {string} text
 * @returns {string}
 */
export function slugify(text) {
  return text.trim().split(/\\s+/).join('-')
}

export function average(values) {
  let total = 0
  for (const value of values) total += value * 1
  return total / values.length
}

export const isWeekend = (day) => (day === 'saturday' || day === 'sunday' ? 'yes' : false)

export const first = (values) => values[0]

export const isObject = (value) => value && typeof value === 'object'

export const root = (number) => Math.sqrt(number)

export const parsePrice = (text) => Number(text.replace(',', '.'))

/** third(1) // 0.333 */
export const third = (number) => number / 3

export const sortedByLength = (names) => [...names].sort((a, b) => a.length - b.length)
"""


@pytest.mark.parametrize(
    ("path", "text", "broken"),
    [
        ("words.py", PYTHON, {("slugify", "example"), ("spread", "value"), ("is_weekend", "name")}),
        ("words.js", JAVASCRIPT, {("slugify", "example"), ("average", "value"), ("isWeekend", "name")}),
    ],
)
def test_broken_promises_are_told_and_nothing_else(tmp_path, path, text, broken):
    project = tmp_path / "project"
    project.mkdir()
    project.joinpath("package.json" if path.endswith("js") else "pyproject.toml").write_text(
        '{"name": "words", "private": true, "type": "module"}' if path.endswith("js") else '[project]\nname = "words"\n'
    )
    project.joinpath(path).write_text(text)

    ended = programs.run(
        [*programs.TESTWRIGHT, "generate", str(project / path), "--json"],
        env={**os.environ, "TESTWRIGHT_HOME": str(tmp_path / "home")},
    )
    if "sandbox" in ended.stderr and ended.returncode:
        pytest.skip("no sandbox here")
    (file,) = json.loads(ended.stdout)["sessions"][0]["files"]
    test = file["test"]

    told = {(suspect["symbol"], suspect["because"]["kind"]) for suspect in test["suspects"]}
    assert told == broken
    assert test["evidence"]["suspects"] == len(test["suspects"])
    assert test["evidence"]["verified"] is True
    for suspect in test["suspects"]:
        assert suspect["input"] not in test["testCode"]
