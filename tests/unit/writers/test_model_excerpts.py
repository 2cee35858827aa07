"""What a question about tests that are there already shows of the unit, and what it leaves out."""

from testwright.domain.analysis import Analysis
from testwright.domain.sessions import SourceFile
from testwright.languages import LANGUAGES
from testwright.writers.model import units
from testwright.writers.model.pieces import pieces_of, used_by, users_of
from testwright.writers.model.preface import legal_cuts, preface_cut

SHOP = """
RATES = {
    "book": 7,
    "other": 19,
}
UNITS = [
    "piece",
    "box",
    "crate",
    "ship",
]


class Basket:
    def __init__(self):
        self._items = []

    def __len__(self):
        count = 0
        for _ in self._items:
            count += 1
        return count

    def add(self, item):
        self._items.append(_checked(item))
        return len(self)

    def clear(self):
        count = len(self)
        while self._items:
            self._items.pop()
        return count

    def _sorted(self):
        found = list(self._items)
        found.sort()
        found.reverse()
        return found


def _checked(item):
    if item not in RATES:
        raise KeyError(item)
    if not item:
        raise ValueError
    return item


def _forgotten(item):
    if item in UNITS:
        return 1
    if not item:
        return 2
    return 3


class Ledger:
    def write(self, line):
        if not line:
            return 0
        if line == "end":
            return 1
        return len(line)
""".lstrip()


def analysis_of(text: str, path: str = "shop.py") -> Analysis:
    language = "python" if path.endswith(".py") else "javascript"
    return LANGUAGES[language].analyse(SourceFile(path=path, text=text, framework="pytest"))


def shown_about(symbol: str, **more) -> str:
    return units.close_excerpt(SHOP, analysis_of(SHOP), frozenset({symbol}), **more)


def test_what_the_focus_comes_to_use_is_shown_whole_and_nothing_else():
    shown = shown_about("Basket.add")

    for used in ("self._items.append", "raise KeyError(item)", '"book": 7', "count += 1", "self._items = []"):
        assert used in shown
    for unused in ("found.reverse()", "return 3", "crate", 'line == "end"', "self._items.pop()"):
        assert unused not in shown


def test_what_lies_together_is_left_out_with_one_remark():
    assert shown_about("Basket.add").count("…") == 4  # the units, two methods, a helper, another class' method


def test_a_helper_that_a_failing_test_speaks_of_is_shown():
    assert "return 3" in shown_about("Basket.add", said="NameError in _forgotten")


def test_a_line_that_no_test_runs_is_shown_wherever_it_stands():
    line = SHOP.split("\n").index("        found.reverse()") + 1

    assert f"found.reverse()  # {line}" in shown_about("Basket.add", numbered=(line,))


def test_without_a_focus_nothing_is_left_out():
    assert units.close_excerpt(SHOP, analysis_of(SHOP), frozenset()) == SHOP


def test_a_line_in_a_helper_concerns_the_symbols_that_come_to_use_it():
    line = SHOP.split("\n").index("        raise KeyError(item)") + 1
    nobodys = SHOP.split("\n").index("    return 3") + 1

    assert units.symbols_with(SHOP, analysis_of(SHOP), (line,), ()) == {"Basket.add"}
    assert units.symbols_with(SHOP, analysis_of(SHOP), (nobodys,), ()) == frozenset()


def test_scripts_are_taken_apart_by_their_layout_too():
    text = (
        "const rate = (item) => {\n  return 7\n}\n\n@sealed\nexport class Basket {\n  items = []\n\n"
        "  async add(item) {\n    if (item) {\n      this.items.push(item)\n    }\n  }\n}\n"
    )

    named = [(piece.outer, piece.name) for piece in pieces_of(text.split("\n")) if piece.name]

    assert named == [("", "rate"), ("", "Basket"), ("Basket", "add")]


def test_a_comment_goes_with_what_it_stands_above_and_uses_nothing():
    text = (
        "/**\n * As `other` does.\n *\n * Twice.\n */\nexport function double(a) {\n  return 2 * a\n}\n\n"
        "/**\n * As `double` does.\n *\n * Thrice.\n */\nexport function other(a) {\n  return 3 * a\n}\n"
    )
    lines = text.split("\n")
    pieces = pieces_of(lines)

    assert [(piece.name, piece.line) for piece in pieces] == [("double", 1), ("other", 10)]
    assert used_by(pieces, lines, pieces[:1]) == set(pieces[:1])
    assert users_of(pieces, lines, pieces[0]) == {pieces[0]}


def test_what_stands_on_a_line_of_its_own_behind_a_sign_is_used():
    text = "def price(a):\n    return (\n        a\n        * rate(a)\n    )\n\n\ndef rate(a):\n    return 7\n"
    lines = text.split("\n")
    pieces = pieces_of(lines)

    assert {piece.name for piece in used_by(pieces, lines, pieces[:1])} == {"price", "rate"}


LICENSED = """
# Copyright 2016 Somebody
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
# documentation files (the "Software"), to deal in the Software without restriction, including without
# limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
# copies of the Software.
'''Parses dates.

>>> parse("1.2.")
(1, 2)
>>> parse("")
>>> parse("x")
'''
import re
""".lstrip()


def test_a_licence_is_left_out_of_a_first_question_and_examples_stay():
    cuts = legal_cuts(LICENSED.split("\n"))

    assert cuts == [(4, 6)]


def test_of_the_preface_a_further_question_shows_the_first_paragraph():
    assert preface_cut(LICENSED.split("\n")) == [(2, 12)]
    assert preface_cut(["import re", "# a", "# b", "# c", "# d", "# e"]) == []
    assert preface_cut([]) == []
