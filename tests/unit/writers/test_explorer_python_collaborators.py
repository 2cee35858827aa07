"""Other modules of the project that the explorer for Python lets work beside the file under test."""

import importlib
import inspect
import random
import sys
import types
from pathlib import Path

import pytest

from testwright.domain.sessions import Options, TestType
from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.children import in_child
from testwright.writers.explorer.python.probe.collaborators import factories, homes
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.scenarios import Choice
from testwright.writers.explorer.python.probe.spelling import STANDARD
from testwright.writers.explorer.python.probe.ways import Row, Way
from testwright.writers.explorer.python.records import Check, Record
from testwright.writers.explorer.python.writing import draft_of

CART = """\
from enum import Enum

class Kind(Enum):
    GIFT = 1

class Cart:
    def __init__(self, lines: list[str]):
        self.lines = lines

def read_cart(text: str) -> Cart:
    return Cart(text.splitlines())

class CartNotFound(Exception):
    pass

def found(name: str):
    raise CartNotFound(f"no cart {name}")

def merged(one: Cart, other: Cart) -> Cart:
    return Cart([*one.lines, *other.lines])
"""
CHECKOUT = """\
from json import dumps
from collaborating_cart import Cart, Kind, found, merged, read_cart

def total(cart: Cart) -> int:
    return len(cart.lines)

def opened(name: str) -> Cart:
    return found(name)
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    (tmp_path / "collaborating_cart.py").write_text(CART)
    (tmp_path / "collaborating_checkout.py").write_text(CHECKOUT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("collaborating_checkout")
    for name in ("collaborating_checkout", "collaborating_cart"):
        sys.modules.pop(name)


def test_a_factory_of_another_module_makes_inputs_and_what_only_changes_one_does_not(checkout):
    assert [name for name, _ in factories(checkout.Cart, checkout)] == ["read_cart"]


def test_an_object_is_also_made_as_the_project_makes_it(checkout):
    inputs = Inputs(Facts(checkout), vars(checkout), random.Random(1))

    found = [choice.text for choice in inputs.of_type(checkout.Cart, checkout.total, "cart", 0)]

    assert 'read_cart("hello")' in found[:3]
    assert found[0].startswith("Cart(")


def test_collaborators_are_code_of_the_projects_other_modules(checkout):
    lines = ["cart = read_cart(dumps([]))", "total(cart, Kind.GIFT)", "Cart([])"]

    assert homes(lines, checkout, {}) == {"read_cart": "collaborating_cart", "Cart": "collaborating_cart"}


def test_a_test_with_a_collaborator_imports_it_from_its_home_and_is_an_integration_where_asked_for():
    record = Record(
        symbol="total",
        lines=(),
        call='total(read_cart("tea"))',
        checks=(Check(of="", how="equals", value="1"),),
        error=None,
        patches=(),
        arguments=(("cart", 'read_cart("tea")'),),
        documented=False,
        foreign=False,
        subject="",
        homes=(("read_cart", "shop.cart"),),
    )
    both = Options(test_types=(TestType.UNIT, TestType.INTEGRATION))

    draft = draft_of([record], "shop.checkout", both, "pytest")

    assert draft.preamble == "from shop.cart import read_cart\nfrom shop.checkout import total"
    assert draft.cases[0].scenario == "integration"
    assert draft_of([record], "shop.checkout", Options(), "pytest").cases[0].scenario == "happy"


def test_classes_of_a_neighbouring_module_are_named_with_their_home(checkout):
    others = {"Coupon": type("Coupon", (), {"__module__": "collaborating_coupons"})}

    assert homes(["total(Coupon)"], checkout, others) == {"Coupon": "collaborating_coupons"}


def test_an_error_that_the_unit_does_not_name_is_imported_from_its_home(checkout, tmp_path):
    def work(pulse):
        bench = Bench(checkout, Facts(checkout), str(tmp_path), ["opened"])
        try:
            way = Way("opened", "opened", checkout.opened, [Row("name", "", [Choice('"a"')])])
            return list(bench.run(way.base()).error)
        finally:
            bench.close()

    assert in_child(work, 20.0)[0] == ["CartNotFound", "collaborating_cart", "no cart a"]


def test_what_a_function_tells_apart_by_its_type_is_given_in_all_these_types(tmp_path):
    unit = types.ModuleType("encoding")
    unit.__file__ = str(tmp_path / "encoding.py")
    Path(unit.__file__).write_text(
        "def default(o):\n    if isinstance(o, (datetime, UUID)):\n        return str(o)\n"
        "    if isinstance(o, Mapping):\n        return dict(o)\n    return None\n"
    )
    exec(compile(Path(unit.__file__).read_text(), unit.__file__, "exec"), vars(unit))
    inputs = Inputs(Facts(unit), {**STANDARD, **vars(unit)}, random.Random(1))
    (parameter,) = inspect.signature(unit.default).parameters.values()

    first = [choice.text for choice in inputs.choices(unit.default, parameter, parameter.empty)][:6]

    assert any(text.startswith("datetime(") for text in first)
    assert any(text.startswith("UUID(") for text in first)
    assert any(text.startswith("{") for text in first)


def test_where_a_dataclass_is_asked_for_one_is_made(tmp_path):
    unit = types.ModuleType("fielding")
    unit.__file__ = str(tmp_path / "fielding.py")
    Path(unit.__file__).write_text(
        "from dataclasses import fields\ndef names(cls):\n    return [f.name for f in fields(cls)]\n"
    )
    exec(compile(Path(unit.__file__).read_text(), unit.__file__, "exec"), vars(unit))
    inputs = Inputs(Facts(unit), {**STANDARD, **vars(unit)}, random.Random(1))
    (parameter,) = inspect.signature(unit.names).parameters.values()

    plain = inputs.choices(unit.names, parameter, parameter.empty)[0].text

    assert unit.names(eval(plain, dict(STANDARD))) == ["name", "count"]
