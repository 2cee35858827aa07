"""Which formatter a project has, and how it is asked; and what every checker and formatter promises."""

import pytest
from conventions_view import Texts

from testwright.conventions import FORMATTERS, TYPE_CHECKERS

SUITES = {"javascript": "src/cart.test.ts", "typescript": "src/cart.test.ts", "python": "tests/test_cart.py"}


def formatter_of(language, texts):
    view = Texts(texts)
    return next(
        (
            name
            for name, words in FORMATTERS.items()
            if language in words.languages and words.applies(SUITES[language], view)
        ),
        None,
    )


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ({}, None),
        ({"package.json": '{"devDependencies": {"eslint": "9"}}', ".eslintrc.json": "{}"}, None),
        ({".prettierrc": ""}, "prettier"),
        ({"src/.prettierrc.yaml": ""}, "prettier"),
        ({"prettier.config.mjs": ""}, "prettier"),
        ({"package.json": '{"prettier": {"semi": false}}'}, "prettier"),
        ({"package.json": '{"devDependencies": {"prettier": "3"}}'}, "prettier"),
        ({"package.json": "[]"}, None),
        ({"biome.json": "{}"}, "biome"),
        ({"biome.jsonc": '{"formatter": {"indentStyle": "tab"}, // ours\n}'}, "biome"),
        ({"biome.json": '{"formatter": {"enabled": false}}'}, None),
        ({"biome.json": '{"formatter": {"enabled": false}}', ".prettierrc": ""}, "prettier"),
    ],
)
def test_the_formatter_of_a_javascript_project(texts, name):
    assert formatter_of("typescript", texts) == name


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ({}, None),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 100"}, None),
        ({"pyproject.toml": "[tool.ruff.format]\nquote-style = 'single'"}, "ruff"),
        ({"ruff.toml": "[format]\n"}, "ruff"),
        ({"pyproject.toml": "[tool.ruff]", "Makefile": "format:\n\truff format .\n"}, "ruff"),
        ({".pre-commit-config.yaml": "  - id: ruff-format\n"}, "ruff"),
        ({".github/workflows/ci.yml": "run: ruff format --check\n"}, "ruff"),
        ({"pyproject.toml": "[tool.black]\n"}, "black"),
        ({"pyproject.toml": "[tool.black]\n[tool.ruff.format]\n"}, "black"),
        ({".pre-commit-config.yaml": "- repo: https://github.com/psf/black\n"}, "black"),
        ({".style.yapf": "[style]\n"}, "yapf"),
        ({"setup.cfg": "[yapf]\nbased_on_style = pep8\n"}, "yapf"),
    ],
)
def test_the_formatter_of_a_python_project(texts, name):
    assert formatter_of("python", texts) == name


@pytest.mark.parametrize("name", FORMATTERS)
def test_every_formatter_is_told_which_file_the_text_is_of_or_needs_not_know(name):
    words = FORMATTERS[name]
    language = min(words.languages)

    arguments = words.arguments(SUITES[language], Texts({}))

    assert any(SUITES[language] in argument for argument in arguments) or name == "yapf"


@pytest.mark.parametrize("name", [*TYPE_CHECKERS, *FORMATTERS])
def test_nobody_applies_to_a_project_that_is_not_configured_for_it(name):
    words = (TYPE_CHECKERS | FORMATTERS)[name]

    assert words.name == name
    assert all(registry in ("npm", "pypi") for registry, _ in words.packages)
    assert not any(words.applies(SUITES[language], Texts({})) for language in words.languages)
