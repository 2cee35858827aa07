"""Which of many files have tests: the same as each by itself, and the project is looked through once."""

from collections import Counter

import pytest

from testwright.frameworks import FRAMEWORKS, preferred_framework
from testwright.frameworks.tested import those_tested

PROJECTS = {
    "Python": {
        "pyproject.toml": "",
        "shop/cart.py": "",
        "shop/__init__.py": "",
        "shop/tax.py": "",
        "bank/tax.py": "",
        "tests/test_cart.py": "from shop.cart import total",
        "tests/test_tax.py": "from shop.tax import rate",
    },
    "vitest": {
        "package.json": '{"devDependencies": {"vitest": "^4"}}',
        "src/cart.ts": "",
        "src/cart.test.ts": "import { total } from './cart'",
        "src/tax.ts": "",
        "src/__tests__/tax.ts": "",
        "src/index.ts": "",
        "test/all.test.ts": "import { it } from 'vitest'\nimport { x } from '../src/index'\nit('is', () => {})",
        "src/alone.ts": "",
    },
    "mocha in a package": {
        "package.json": "{}",
        "packages/cart/package.json": '{"devDependencies": {"mocha": "^11"}, "scripts": {"test": "mocha"}}',
        "packages/cart/lib/total.js": "",
        "packages/cart/test/total.js": "",
        "packages/cart/lib/rest.js": "",
        "packages/tax/rate.js": "",
    },
}
LANGUAGES = {"py": "python", "ts": "typescript", "js": "javascript"}


class View:
    root = "/project"

    def __init__(self, texts):
        self._texts = texts
        self.asked = Counter()

    def paths(self):
        self.asked["paths"] += 1
        return sorted(self._texts)

    def text(self, path):
        self.asked[path] += 1
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


def languages(view):
    endings = {path: path.rpartition(".")[2] for path in view.paths()}
    return {path: LANGUAGES[ending] for path, ending in endings.items() if ending in LANGUAGES}


@pytest.mark.parametrize("name", PROJECTS)
def test_each_file_has_tests_where_it_has_a_suite_by_itself(name):
    view = View(PROJECTS[name])
    asked = languages(view)

    by_itself = {
        path
        for path, language in asked.items()
        if FRAMEWORKS[preferred_framework(language, view, path)].existing_suites(path, view)
    }

    assert by_itself
    assert by_itself < asked.keys()
    assert those_tested(asked, view) == by_itself


def test_a_project_of_many_files_is_looked_through_once():
    texts = {"package.json": '{"devDependencies": {"vitest": "^4"}}', "pyproject.toml": ""}
    for number in range(300):
        texts |= {f"src/a{number}.ts": "", f"src/a{number}.test.ts": "it('is', () => {})"}
        texts |= {f"lib/b{number}.py": "", f"tests/test_b{number}.py": ""}
    view = View(texts)
    asked = languages(view)
    view.asked.clear()

    found = those_tested(asked, view)

    assert len(found) == 600
    assert max(view.asked.values()) == 1
