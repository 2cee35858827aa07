"""What a parameter is taken for, where nothing says so but the code."""

import importlib.util
import random
import sys

import pytest

from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.pairing import pairs
from testwright.writers.explorer.python.probe.scenarios import Choice
from testwright.writers.explorer.python.probe.signatures import parameters_of
from testwright.writers.explorer.python.probe.spelling import STANDARD
from testwright.writers.explorer.python.probe.ways import Row, Way


@pytest.fixture
def choices(tmp_path):
    """The choices for each parameter of `f` in a text."""
    name = "kinds_unit"

    def look(text):
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(name, path)
        unit = importlib.util.module_from_spec(spec)
        sys.modules[name] = unit
        spec.loader.exec_module(unit)
        facts = Facts(unit)
        inputs = Inputs(facts, {**STANDARD, **vars(unit)}, random.Random(1))
        return {
            each.name: [choice.text for choice in inputs.choices(unit.f, each, each.annotation)]
            for each in parameters_of(unit.f, facts)
        }

    yield look
    sys.modules.pop(name, None)


@pytest.mark.parametrize("condition", ["missing", "not missing", "kind and missing"])
def test_what_is_only_asked_for_being_true_is_a_flag(choices, condition):
    found = choices(f"def f(missing, kind=3):\n    return 1 if {condition} else 2\n")

    assert found["missing"] == ["True", "False"]


def test_a_list_that_is_asked_for_being_empty_is_a_list(choices):
    found = choices("def f(rows):\n    return len(rows) if rows else 0\n")

    assert found["rows"][0] == "[3, 1, 2]"


def test_a_class_is_one_of_those_that_it_is_compared_with(choices):
    found = choices(
        "from decimal import Decimal\n"
        "def is_made_from(one, other):\n    return issubclass(one, other)\n\n"
        "def _issubclass_safe(one, other):\n    return is_made_from(one, other)\n\n"
        "def f(kind):\n    return _issubclass_safe(kind, Decimal) or _issubclass_safe(kind, (int, Decimal))\n"
    )

    assert found["kind"] == ["Decimal", "int", "str"]


def test_what_may_be_one_of_the_units_own_objects_is_one(choices):
    found = choices(
        "class Rule:\n    pass\n\ndef f(rule):\n    return rule.strip() if not isinstance(rule, Rule) else ''\n"
    )

    assert found["rule"][0] == "Rule()"
    assert '"hello"' in found["rule"]


def test_arguments_that_are_handed_on_are_those_that_the_other_needs(choices):
    found = choices(
        "class Cache:\n    def get(self, key, default=None):\n        return key\n\n"
        "def f(cache: Cache, *args, **kwargs):\n    return Cache.get(cache, *args, **kwargs)\n"
    )

    assert list(found) == ["cache", "key", "kwargs", "default"]


def test_the_fewer_pairs_there_are_the_more_of_each_is_tried():
    def tried(*names):
        rows = [Row(name, "", [Choice(f'"{name}{at}"') for at in range(20)]) for name in names]
        return list(pairs(Way("f", "f", None, rows, decisive=frozenset(names))))

    assert len(tried("a", "b")) == 10 * 10
    assert len(tried("a", "b", "c", "d", "e")) == 10 * 5 * 5


def test_values_of_the_wrong_kind_are_given_for_what_may_be_left_out_as_well():
    rows = [Row("text", "", [Choice('"hello"')]), Row("encoding", "encoding", [Choice('"utf-8"')], optional=True)]

    assert 'f("hello", encoding=1)' in [each.call() for each in Way("f", "f", None, rows).foreign()]


def test_code_that_lists_a_folder_gets_one_with_something_in_it(choices):
    found = choices("import os\n\ndef f(root: str):\n    return sorted(os.listdir(root))\n")

    assert found["root"][:2] == ['str(tmp_path / "folder")'] * 2


def test_a_documented_call_of_a_method_is_one_of_its_object():
    way = Way("Cart.add", "cart.add", None, [Row("item", "", [Choice("3")])], setups=[("cart = Cart()",)])
    way.documented, way.subject = [way.base()], "cart"

    first = next(way.seeds())

    assert (first.subject, first.setup) == ("cart", ("cart = Cart()",))
