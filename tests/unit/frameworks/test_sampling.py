"""The test to follow is the nearest that has tests."""

import pytest

from testwright.frameworks import FRAMEWORKS

PYTHON = "def test_it():\n    assert True\n"
SCRIPT = "it('works', () => {})\n"


class Project:
    root = "nowhere"

    def __init__(self, texts):
        self._texts = texts

    def paths(self):
        return sorted(self._texts)

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


@pytest.mark.parametrize("framework", ["pytest", "unittest"])
def test_python(framework):
    near, far = "tests/unit/test_near.py", "tests/test_far.py"
    project = Project({near: PYTHON, far: PYTHON, "tests/unit/test_empty.py": "", "shop.py": PYTHON})

    assert FRAMEWORKS[framework].sample("tests/unit/test_new.py", project) == near
    assert FRAMEWORKS[framework].sample("tests/test_new.py", project) == far
    assert FRAMEWORKS[framework].sample("test_new.py", Project({"shop.py": PYTHON})) is None


@pytest.mark.parametrize("framework", ["vitest", "jest", "mocha", "node:test"])
def test_javascript(framework):
    beside, typed, plain = "src/a/cart.test.js", "src/a/items.test.ts", "test/other.js"
    project = Project({beside: SCRIPT, typed: SCRIPT, plain: SCRIPT, "src/a/cart.js": SCRIPT})

    assert FRAMEWORKS[framework].sample("src/a/price.test.js", project) == beside
    assert FRAMEWORKS[framework].sample("src/a/price.test.ts", project) == typed
    assert FRAMEWORKS[framework].sample("test/price.js", project) == plain
