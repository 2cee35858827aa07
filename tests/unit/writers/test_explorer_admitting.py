"""Calls of TypeScript tests have to type-check, as far as declared types tell."""

import pytest

from testwright.writers.explorer.javascript.admitting import arguments_fit

CART = {
    "k": "object",
    "props": [["items", {"k": "array", "of": {"k": "string"}}, False], ["note", {"k": "string"}, True]],
}
UNDEFINED = {"$": "undefined"}


def object_of(**members):
    return {"$": "object", "v": [[name, value] for name, value in members.items()]}


def parameter(shape, **changes):
    return {"name": "a", "shape": shape, "optional": False, "rest": False, **changes}


@pytest.mark.parametrize(
    ("tree", "shape"),
    [
        ("a", {"k": "string"}),
        (1.5, {"k": "number"}),
        (True, {"k": "boolean"}),
        ("card", {"k": "union", "of": [{"k": "literal", "v": "card"}, {"k": "literal", "v": "cash"}]}),
        (object_of(items=["a"]), CART),
        (object_of(items=[], note="x"), CART),
        (object_of(a=1), {"k": "record", "of": {"k": "number"}}),
        ({"$": "spy"}, {"k": "function"}),
        ({"$": "fn", "v": "sum"}, {"k": "function", "takes": None, "returns": {"k": "any"}}),
        ({"$": "spy"}, {"k": "function", "returns": {"k": "void"}}),
        ({"$": "spy", "returns": 3}, {"k": "function", "returns": {"k": "number"}}),
        ("whatever", {"k": "any"}),
    ],
)
def test_an_argument_of_its_parameters_type_is_admitted(tree, shape):
    assert arguments_fit([tree], [parameter(shape)])


@pytest.mark.parametrize(
    ("tree", "shape"),
    [
        (1, {"k": "string"}),
        (None, {"k": "string"}),
        (UNDEFINED, {"k": "number"}),
        (True, {"k": "number"}),
        (1, {"k": "boolean"}),
        (1, {"k": "literal", "v": True}),
        ("cheque", {"k": "union", "of": [{"k": "literal", "v": "card"}, {"k": "literal", "v": "cash"}]}),
        (object_of(), CART),
        (object_of(items=[1]), CART),
        (object_of(items=[], colour="red"), CART),
        ({"$": "spy"}, {"k": "function", "returns": {"k": "number"}}),
        (object_of(a="x"), {"k": "record", "of": {"k": "number"}}),
    ],
)
def test_an_argument_of_another_type_is_not(tree, shape):
    assert not arguments_fit([tree], [parameter(shape)])


def test_only_optional_arguments_may_be_left_out_and_none_may_be_too_many():
    needed = {"name": "a", "shape": {"k": "string"}, "optional": False, "rest": False}
    optional = {"name": "b", "shape": {"k": "number"}, "optional": True, "rest": False}

    assert arguments_fit(["x"], [needed, optional])
    assert arguments_fit(["x", UNDEFINED], [needed, optional])
    assert not arguments_fit([], [needed, optional])
    assert not arguments_fit(["x", 1, 2], [needed, optional])
    assert arguments_fit(["x", 1, 2], [needed, {**optional, "rest": True}])


def test_a_callback_takes_no_more_than_it_is_given_and_counts_with_numbers_alone():
    of_lines = [{"name": "f", "shape": {"k": "function", "takes": ["object"]}, "optional": False, "rest": False}]
    of_nothing = [{"name": "f", "shape": {"k": "function", "takes": []}, "optional": False, "rest": False}]

    assert not arguments_fit([{"$": "fn", "v": "positive"}], of_lines)
    assert arguments_fit([{"$": "fn", "v": "identity"}], of_lines)
    assert not arguments_fit([{"$": "fn", "v": "identity"}], of_nothing)
    assert arguments_fit([{"$": "fn", "v": "yes"}], of_nothing)
