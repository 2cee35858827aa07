"""The probe as one suite-shaped text: its modules travel inside, since nothing of ours is installed in the sandbox."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "probe"
_OUR_NAME = "testwright.writers.explorer.python.probe"
_TRAVEL_NAME = "testwright_probe"

_SUITE = '''\
"""Explores the code under test; not a test of its own."""

import json
import sys

PLAN = json.loads({plan!r})
MODULES = json.loads({modules!r})


class Luggage:
    """Finds the probe's modules in this file."""

    def find_spec(self, name, path=None, target=None):
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, is_package=name == "{name}") if name in MODULES else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(MODULES[module.__name__], module.__name__, "exec"), vars(module))


sys.meta_path.insert(0, Luggage())

from {name} import switching  # noqa: E402

switching.install(PLAN["module"], PLAN["switched"])

import {module}  # noqa: E402, F401  (what cannot be loaded is told before anything is tried)


def test_explore():
    from {name}.main import explore

    explore(PLAN)
'''


_AS_METHOD = """

import unittest  # noqa: E402


class TestExplore(unittest.TestCase):
    def test_explore(self):
        test_explore()
"""


def packed(plan: dict[str, Any], framework: str) -> str:
    """The text of a suite with one test, which follows the plan and leaves the plan's report below OUT."""
    text = _SUITE.format(module=plan["module"], plan=json.dumps(plan), modules=_modules(), name=_TRAVEL_NAME)
    return text + _AS_METHOD if framework == "unittest" else text


@cache
def _modules() -> str:
    texts = {}
    for file in sorted(_FOLDER.glob("*.py")):
        name = _TRAVEL_NAME if file.stem == "__init__" else f"{_TRAVEL_NAME}.{file.stem}"
        texts[name] = file.read_text(encoding="utf-8").replace(_OUR_NAME, _TRAVEL_NAME)
    return json.dumps(texts)
