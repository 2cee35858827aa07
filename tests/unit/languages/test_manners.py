"""How a project writes its tests is read from one of them."""

import pytest

from testwright.domain.styles import Style
from testwright.languages.javascript import JavaScript
from testwright.languages.python import Python

FLAT = """\
# SPDX-License-Identifier: MIT
# Copyright the authors
from __future__ import annotations

import pytest
from shop import price


def test_price_of_nothing() -> None:
    '''It is zero.'''
    assert price('') == 0


def test_price_of_one() -> None:
    '''It is one.'''
    assert price('one') == 1
"""
CLASSES = """\
import unittest


class PriceTest(unittest.TestCase):
\tdef test_nothing(self):
\t\tself.assertEqual(price(""), 0)
"""
GROUPED = """\
import { expect, test } from 'vitest'
import { price } from '../src/price'

describe('price', () => {
    test('is zero', () => {
        expect(price('')).toBe(0)
    })
})
"""
OLD = """\
/*! Licensed under the MIT licence */
var assert = require("assert");
var price = require("../");
it("is zero", function () {
\tassert.equal(price(""), 0);
});
"""


def test_plain_functions_of_pytest():
    assert Python().style_of(FLAT) == Style(
        head="# SPDX-License-Identifier: MIT\n# Copyright the authors\n\nfrom __future__ import annotations",
        indent="    ",
        quote="'",
        in_groups=False,
        asserts_with="assert",
        is_annotated=True,
        has_docstrings=True,
    )


def test_classes_of_unittest():
    style = Python().style_of(CLASSES)

    assert (style.indent, style.quote, style.in_groups, style.asserts_with) == ("\t", '"', True, "unittest")


def test_groups_of_vitest():
    assert JavaScript().style_of(GROUPED) == Style(
        indent="    ",
        quote="'",
        semicolons=False,
        in_groups=True,
        word="test",
        asserts_with="expect",
        runner="vitest",
        loads_by="import",
    )


def test_globals_and_require():
    assert JavaScript().style_of(OLD) == Style(
        head="/*! Licensed under the MIT licence */",
        indent="\t",
        quote='"',
        semicolons=True,
        in_groups=False,
        word="it",
        asserts_with="assert",
        runner="",
        loads_by="require",
        has_functions=True,
    )


@pytest.mark.parametrize("text", ["", "\ufeff", "def f(:", "it('", "\x00", "class Test:", "((((", "`${", "#"])
def test_a_text_that_is_no_test_shows_nothing_and_breaks_nothing(text):
    assert Python().style_of(text).in_groups is None
    assert JavaScript().style_of(text).head == ""


def test_the_first_comment_of_a_file_is_no_licence_of_all():
    assert Python().style_of("# Tests of the prices\nimport shop\n").head == ""
    assert JavaScript().style_of("// Tests of the prices\nimport './shop'\n").head == ""
