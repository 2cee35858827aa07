"""Enumerations: their members are what they are made of, looked up by, and asked about."""

import importlib.util
import random
import sys

import pytest

from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.observing import Observer
from testwright.writers.explorer.python.probe.stubs import Stubs
from testwright.writers.explorer.python.probe.ways import Ways

TEXT = """\
import enum


class Colour(enum.Enum):
    RED = 1
    BLUE = 2

    @property
    def is_warm(self) -> bool:
        return self is Colour.RED

    @classmethod
    def parse(cls, text: str) -> "Colour":
        return cls[text.upper()]
"""


@pytest.fixture
def colour(tmp_path):
    path = tmp_path / "colours.py"
    path.write_text(TEXT)
    spec = importlib.util.spec_from_file_location("colours", path)
    sys.modules["colours"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module.Colour
    del sys.modules["colours"]


def ways(colour):
    facts = Facts(sys.modules["colours"])
    found = Ways(Inputs(facts, {"Colour": colour}, random.Random(1)), [], Stubs(facts, False)).of_class(
        "Colour", colour
    )
    return {way.symbol: way for way in found}


def test_one_is_made_of_the_values_of_its_members(colour):
    (row,) = ways(colour)["Colour"].rows

    assert [choice.text for choice in row.choices] == ["1", "2"]


def test_what_is_looked_up_by_a_text_is_a_members_name_first(colour):
    (row,) = ways(colour)["Colour.parse"].rows

    assert [choice.text for choice in row.choices][:2] == ['"RED"', '"BLUE"']


def test_a_property_is_read_of_each_member(colour):
    assert ways(colour)["Colour.is_warm"].setups == [("colour = Colour.RED",), ("colour = Colour.BLUE",)]


def test_a_member_has_no_length_though_its_class_has_one(colour, tmp_path):
    state = Observer(str(tmp_path), {"Colour": colour}).state(colour.RED, "colour")

    assert not [text for text in state if "len(" in text]
