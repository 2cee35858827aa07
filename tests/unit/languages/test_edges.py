"""Boundary cases by name, for both languages, and the text that tells which of them are met."""

import json
import subprocess

import pytest

from testwright.domain.edges import MOST_EDGES
from testwright.domain.sessions import SourceFile
from testwright.languages.javascript import JavaScript
from testwright.languages.python import Python

PYTHON = """
from enum import Enum

class Goods(Enum):
    FOOD = "food"
    BOOKS = "books"

def fee(days: int, note: str | None = None, goods: Goods = Goods.FOOD, *, most: int = 60) -> int:
    if days < 0:
        raise ValueError("days must not be negative")
    if days == 7 and note: raise KeyError("on one line, so it cannot be seen to run")
    if len(note or "") > 10 or len(note) > 20:
        return most
    return days

class Box:
    def __init__(self, room: int = 1): ...
    def put(self, config: dict, unit="kg"):
        if unit in ("kg", "g"):
            return config["size"] + config.get("depth", 0)
"""
TYPESCRIPT = """
export type Unit = 'kg' | 'g'
export function fee(days: number, unit: Unit, note?: string, most = 60): number {
  'use strict'
  if (days < 0) throw new RangeError('days must not be negative')
  if (note && note.length > 10) return most
  return days
}
export const double = (value: number) => value * 2
export class Shelf {
  constructor(room: number) { if (room === 3) throw new Error('no') }
  put(items: string[], options: { deep?: boolean }) { return options.deep ?? items.length }
}
export function hidden({ a, b }: { a: string, b: number }) { return a + b }
"""


def edges_of(text: str, path: str):
    source = SourceFile(path=path, text=text, framework="any")
    language = Python() if path.endswith(".py") else JavaScript("typescript")
    return language.edge_cases(source, language.analyse(source))


def named(edges, symbol: str) -> list[str]:
    return [edge.name for edge in edges if edge.symbol == symbol]


def test_a_python_function_invites_what_its_signature_and_its_comparisons_say():
    assert named(edges_of(PYTHON, "fee.py"), "fee") == [
        'refuses: ValueError("days must not be negative")',
        "days is 0",
        "note is None",
        'goods is "Goods.FOOD"',
        "most is 0",
        "days is -1, one below 0",
        "note has length 20",
        'goods is "Goods.BOOKS"',
        "most is negative",
        "days is 1, one above 0",
        "note has length 19, one below 20",
        "most is left at 60",
        "days is 7",
        "note has length 21, one above 20",
    ]


def test_methods_and_what_makes_a_class_have_their_own():
    edges = edges_of(PYTHON, "fee.py")

    assert named(edges, "Box") == ["room is 0", "room is negative", "room is left at 1"]
    assert named(edges, "Box.put") == [
        'config lacks "size"',
        'unit is "kg"',
        'config lacks "depth"',
        'unit is "g"',
        "config is empty",
        "unit is empty",
    ]


def test_typescript_is_read_by_its_types_and_its_comparisons():
    edges = edges_of(TYPESCRIPT, "fee.ts")

    assert named(edges, "fee") == [
        "refuses: RangeError('days must not be negative')",
        "days is 0",
        'unit is "kg"',
        "note is undefined",
        "most is 0",
        "days is -1, one below 0",
        'unit is "g"',
        "note has length 10",
        "most is negative",
        "days is 1, one above 0",
        "note has length 9, one below 10",
        "most is left at 60",
        "note has length 11, one above 10",
        "note is empty",
    ]
    assert named(edges, "Shelf.put") == ["items is empty", 'options lacks "deep"']
    assert named(edges, "hidden") == []


def test_documented_types_count_where_no_others_are():
    text = (
        "/** @param {string} name\n * @param {number} [age] */\nexport function greet(name, age) { return name + age }"
    )

    assert named(edges_of(text, "greet.js"), "greet") == [
        "name is empty",
        "age is undefined",
        "name has letters beyond ASCII",
        "age is 0",
        "name is longer than 100 letters",
        "age is negative",
    ]


def test_a_text_that_names_a_way_to_do_something_gets_no_letters_of_other_alphabets():
    text = 'def read(text: str, errors: str = "strict"):\n    return text.encode(errors=errors)\n'

    assert [each for each in named(edges_of(text, "a.py"), "read") if "ASCII" in each or "longer" in each] == [
        "text has letters beyond ASCII",
        "text is longer than 100 letters",
    ]


@pytest.mark.parametrize(("path", "text"), [("a.py", PYTHON), ("a.ts", TYPESCRIPT)])
def test_numbers_are_places_in_the_list_and_the_same_every_time(path, text):
    edges = edges_of(text, path)

    assert [edge.number for edge in edges] == list(range(1, len(edges) + 1))
    assert edges == edges_of(text, path)


def test_a_long_file_invites_no_more_than_can_be_shown():
    text = "\n".join(f"def f{number}(value: str, count: int): ..." for number in range(60))

    assert len(edges_of(text, "many.py")) == MOST_EDGES


CALLS = """
require('node:module')
const told = []
globalThis.__testwright_mutant__ = (number) => { if (number < 0) told.push(-number); return false }
const { fee, double, Shelf } = require('./unit.js')
const met = (act) => { told.length = 0; try { act() } catch {} ; return [...told] }
console.log(JSON.stringify([
  met(() => fee(0, 'kg')), met(() => fee(-1, 'g', 'x'.repeat(11), 60)), met(() => double(-3)), met(() => new Shelf(3)),
  met(() => new Shelf(2).put([], {})), fee(5, 'kg'), double(4),
]))
"""


def test_switched_javascript_tells_which_cases_are_met_and_does_what_it_did(tmp_path):
    plain = (
        "exports.fee = function fee(days, unit, note, most = 60) {\n"
        "  if (days < 0) throw new RangeError('days must not be negative')\n"
        "  if (note && note.length > 10) return most\n  return days\n}\n"
        "exports.double = (value) => value === 0 ? 0 : value * 2\n"
        "class Shelf {\n  constructor(room) {\n    'use strict'\n    if (room === 3) throw new Error('no') }\n"
        "  put(items, options) { return options.deep ?? items.map(String) }\n}\nexports.Shelf = Shelf\n"
    )
    source = SourceFile(path="unit.js", text=plain, framework="any")
    language = JavaScript()
    edges = language.edge_cases(source, language.analyse(source))
    (tmp_path / "unit.js").write_text(language.switched(source, language.mutants(source), edges))
    (tmp_path / "calls.js").write_text(CALLS)

    done = subprocess.run(["node", "calls.js"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)

    names = {edge.number: f"{edge.symbol}: {edge.name}" for edge in edges}
    *met, five, eight = json.loads(done.stdout)
    assert (five, eight) == (5, 8)
    assert [sorted({names[number] for number in numbers}) for numbers in met] == [
        ["fee: days is 0", "fee: most is left at 60"],
        [
            "fee: days is -1, one below 0",
            "fee: most is left at 60",
            "fee: note has length 11, one above 10",
            "fee: refuses: RangeError('days must not be negative')",
        ],
        [],
        ["Shelf: refuses: Error('no')", "Shelf: room is 3"],
        ["Shelf.put: items is empty", 'Shelf.put: options lacks "deep"'],
    ]


def test_a_static_method_of_the_same_name_is_watched_by_its_own_parameters(tmp_path):
    plain = (
        "class Point {\n  static move(point, by) { return by === 3 ? point : by }\n"
        "  move(by) { return Point.move(this, by) }\n}\nexports.Point = Point\n"
    )
    source = SourceFile(path="unit.js", text=plain, framework="any")
    language = JavaScript()
    edges = language.edge_cases(source, language.analyse(source))
    calls = "global.__testwright_mutant__ = () => false\nconst { Point } = require('./unit.js')\n"
    (tmp_path / "unit.js").write_text(language.switched(source, (), edges))
    (tmp_path / "calls.js").write_text(f"{calls}console.log(new Point().move(5), Point.move(2, 7))")

    done = subprocess.run(["node", "calls.js"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)

    assert edges
    assert done.stdout == "5 7\n"
