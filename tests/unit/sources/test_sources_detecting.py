"""What is found out of a project's files, with what says so."""

import json
from pathlib import Path

import pytest

from testwright.sources.detecting import findings
from testwright.sources.folder import FolderView

TSCONFIG = '{ // why\n "compilerOptions": {"strict": true, "paths": {"@/*": ["src/**/*"]},},}'
LANGUAGES = {".py": "python", ".ts": "typescript", ".js": "javascript"}


def found(root: Path, **files: object) -> dict[str, tuple[str, str]]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
    told = findings(FolderView(root), lambda path: LANGUAGES.get(Path(path).suffix))
    return {one.what: (one.value, one.because) for one in told}


@pytest.mark.parametrize(
    ("files", "what", "value"),
    [
        ({"a.js": "", "pnpm-lock.yaml": ""}, "package manager", "pnpm"),
        (
            {"a.js": "", "yarn.lock": "", "package.json": {"packageManager": "pnpm@9.1.0+sha"}},
            "package manager",
            "pnpm@9.1.0",
        ),
        ({"a.py": "", "uv.lock": ""}, "package manager", "uv"),
        ({"a.py": "", "pyproject.toml": "[tool.poetry]\nname = 'a'"}, "package manager", "poetry"),
        ({"a.js": "", "package.json": {"type": "module"}}, "modules", "ES modules"),
        ({"a.js": "", "package.json": {}}, "modules", "CommonJS"),
        ({"src/shop/__init__.py": ""}, "layout", "src"),
        ({"shop/__init__.py": "", "tests/__init__.py": ""}, "layout", "flat"),
        ({"a/src/x/__init__.py": "", "b/src/y/__init__.py": ""}, "layout", "several roots"),
        (
            {
                "a.ts": "",
                "tsconfig.json": TSCONFIG,
            },
            "TypeScript",
            "strict, path aliases",
        ),
        (
            {"package.json": {"workspaces": ["p/*"]}, "p/a/package.json": {}, "p/a/i.js": ""},
            "workspace",
            "1 package: p/a",
        ),
        (
            {"pyproject.toml": "[tool.uv.workspace]\nmembers = ['p/*']", "p/a/pyproject.toml": "", "p/a/x.py": ""},
            "workspace",
            "1 package: p/a",
        ),
    ],
)
def test_each_thing_is_found_with_what_says_so(tmp_path, files, what, value):
    told = found(tmp_path, **files)

    assert told[what][0] == value
    assert told[what][1]


def test_broken_and_missing_files_say_nothing(tmp_path):
    told = found(tmp_path, **{"a.js": "", "b.py": "", "package.json": "{", "pyproject.toml": "[", "tsconfig.json": "["})

    assert set(told) <= {"language", "TypeScript", "modules"}


def test_where_there_is_nothing_nothing_is_found(tmp_path):
    assert found(tmp_path, **{"README.md": ""}) == {}
