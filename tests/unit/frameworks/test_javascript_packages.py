"""Packages of a monorepo with runners of their own."""

import json

import pytest

from tests.fakes.scripted_model import Files
from testwright.frameworks import preferred_framework
from testwright.frameworks.javascript_packages import find_in_home, home_of, place_in_home
from testwright.frameworks.node_test import NodeTest
from testwright.frameworks.vitest import Vitest

ROOT = {"package.json": '{"workspaces": ["packages/*"], "devDependencies": {"vitest": "3"}}'}


def view(**shop):
    own = {f"packages/shop/{name}": text for name, text in {"package.json": "{}", "src/cart.ts": "", **shop}.items()}
    return Files({**ROOT, **own})


@pytest.mark.parametrize(
    "shop",
    [
        {"package.json": '{"scripts": {"test": "node --import tsx --test"}}'},
        {"package.json": '{"jest": {}}'},
        {"vitest.config.mts": ""},
        {".mocharc.yml": ""},
    ],
)
def test_a_package_that_sets_up_a_runner_is_where_it_is_started(shop):
    assert home_of("packages/shop/src/cart.ts", view(**shop)) == "packages/shop"


def test_a_package_that_sets_up_none_is_tested_from_the_root():
    assert home_of("packages/shop/src/cart.ts", view()) == ""
    assert home_of("packages/shop/src/cart.ts", view(**{"package.json": '{"scripts": {"test": "lerna run"}}'})) == ""
    assert home_of("index.ts", Files({"package.json": '{"jest": {}}'})) == ""


def test_a_package_is_tested_by_its_own_framework_in_its_own_folder():
    project = view(**{"package.json": json.dumps({"scripts": {"test": "node --test"}})})

    assert preferred_framework("typescript", project) == "vitest"
    assert preferred_framework("typescript", project, "packages/shop/src/cart.ts") == "node:test"
    assert NodeTest().suite_path("packages/shop/src/cart.ts", project) == "packages/shop/test/cart.test.ts"
    assert NodeTest().home("packages/shop/src/cart.ts", project) == "packages/shop"


def test_what_is_found_in_a_package_is_named_from_the_root():
    project = view(**{"vitest.config.ts": "", "src/cart.test.ts": "it('x', () => {})"})

    assert Vitest().existing_suites("packages/shop/src/cart.ts", project) == ("packages/shop/src/cart.test.ts",)
    assert place_in_home(lambda path, _: path, "packages/shop/src/cart.ts", project) == "packages/shop/src/cart.ts"
    assert find_in_home(lambda path, _: (path,), "index.ts", project) == ("index.ts",)


def test_a_person_gives_node_what_the_projects_own_script_gives_it():
    project = Files({"package.json": '{"scripts": {"test": "node --import tsx --test test/*.test.ts"}}'})

    assert NodeTest().by_hand(("test/cart.test.ts",), project) == "node --import tsx --test test/cart.test.ts"
    assert NodeTest().by_hand(("test/cart.test.js",), Files({})) == "node --test test/cart.test.js"
