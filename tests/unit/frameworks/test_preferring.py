import json

import pytest

from testwright.frameworks import preferred_because, preferred_framework


class View:
    def __init__(self, texts):
        self._texts = texts

    def paths(self):
        return sorted(self._texts)

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


BY_UNITTEST = "import unittest\n\n\nclass TestA(unittest.TestCase):\n    def test_a(self):\n        pass\n"
BY_PYTEST = "def test_a():\n    assert True\n"


@pytest.mark.parametrize(
    ("texts", "framework"),
    [
        ({}, "pytest"),
        ({"tests/test_a.py": BY_UNITTEST}, "unittest"),
        ({"tests/test_a.py": BY_UNITTEST, "tox.ini": "deps = pytest"}, "unittest"),
        ({"tests/test_a.py": "import pytest\n" + BY_UNITTEST}, "pytest"),
        ({"tests/test_a.py": BY_UNITTEST, "tests/test_b.py": BY_PYTEST, "tests/test_c.py": BY_PYTEST}, "pytest"),
        ({"shop/tests.py": "from unittest import TestCase\n"}, "unittest"),
        ({"tox.ini": "commands = python -m unittest discover"}, "unittest"),
        ({"tox.ini": "commands = python -m unittest", "pyproject.toml": "[tool.pytest.ini_options]"}, "pytest"),
        ({"shop.py": "import unittest\n"}, "pytest"),
    ],
)
def test_a_python_project_means_what_its_tests_are_written_for(texts, framework):
    assert preferred_framework("python", View(texts)) == framework


def package(**manifest):
    return {"package.json": json.dumps(manifest)}


@pytest.mark.parametrize(
    ("texts", "framework"),
    [
        ({}, "vitest"),
        ({"package.json": "[" * 9999}, "vitest"),
        ({"package.json": '["jest"]'}, "vitest"),
        (package(devDependencies={"jest": "^30"}), "jest"),
        (package(devDependencies={"jest": "^30", "vitest": "^4"}), "vitest"),
        ({"jest.config.cjs": "", **package(devDependencies={"vitest": "^4"})}, "jest"),
        (package(scripts={"test": "jest"}, devDependencies={"vitest": "^4"}), "jest"),
        (package(jest={}), "jest"),
        ({".mocharc.yml": ""}, "mocha"),
        (package(scripts={"test": "nyc mocha 'test/**/*.js'"}), "mocha"),
        (package(devDependencies={"mocha": "^11", "chai": "^4"}), "mocha"),
        (package(scripts={"test": "node --import tsx --test"}), "node:test"),
        (package(scripts={"test": "node build.js && jest --test"}), "jest"),
        ({"test/a.test.mjs": "import { it } from 'node:test'\n"}, "node:test"),
        ({"test/a.js": "const test = require('node:test')\n"}, "node:test"),
        ({".mocharc.json": "{}", **package(scripts={"test": "vitest run"}, devDependencies={"vitest": "^4"})}, "mocha"),
    ],
)
def test_a_javascript_project_means_what_it_configures_runs_or_declares(texts, framework):
    assert preferred_framework("javascript", View(texts)) == framework


@pytest.mark.parametrize("runner", ["tap", "tape", "ava", "uvu"])
def test_where_a_runner_is_not_supported_nodes_own_stands_in_unless_there_is_typescript(runner):
    plain = package(devDependencies={runner: "1"}, scripts={"test": runner}) | {"index.js": ""}

    assert preferred_because("javascript", View(plain)) == (
        "node:test",
        f"{runner} is not supported, and this comes with Node",
    )
    assert preferred_because("javascript", View(plain | {"src/a.ts": ""})) == ("vitest", f"{runner} is not supported")


@pytest.mark.parametrize(
    ("language", "texts", "because"),
    [
        ("python", {"tests/test_a.py": BY_PYTEST}, "1 of 1 test files"),
        ("python", {"tox.ini": "deps = pytest"}, "tox.ini"),
        ("python", {}, "nothing says otherwise"),
        ("javascript", package(devDependencies={"jest": "1"}), "dependencies in package.json"),
        ("javascript", package(scripts={"test": "vitest run"}), "the test script in package.json"),
        ("javascript", {"jest.config.js": ""}, "its configuration"),
        ("javascript", {"test/a.js": "import test from 'node:test'"}, "what its test files import"),
    ],
)
def test_what_says_so_is_told(language, texts, because):
    assert preferred_because(language, View(texts))[1] == because
