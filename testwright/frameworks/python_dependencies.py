"""Which packages a Python project declares or uses, so that a test may import them too. Nothing is looked up."""

import configparser
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from testwright.domain.paths import base_name
from testwright.domain.ports import ProjectView
from testwright.domain.python_modules import top_level_names

_MOST_FILES_READ = 300
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)|import[ \t]+([A-Za-z_]\w*))", re.MULTILINE)
_IMPORTED_AS = {
    "attrs": ("attr", "attrs"),
    "beautifulsoup4": ("bs4",),
    "django-rest-framework": ("rest_framework",),
    "djangorestframework": ("rest_framework",),
    "gitpython": ("git",),
    "google-genai": ("google",),
    "mysqlclient": ("MySQLdb",),
    "opencv-python": ("cv2",),
    "opencv-python-headless": ("cv2",),
    "pillow": ("PIL",),
    "protobuf": ("google",),
    "psycopg2-binary": ("psycopg2",),
    "pycryptodome": ("Crypto",),
    "pyjwt": ("jwt",),
    "pyserial": ("serial",),
    "python-dateutil": ("dateutil",),
    "python-dotenv": ("dotenv",),
    "python-jose": ("jose",),
    "python-multipart": ("multipart", "python_multipart"),
    "python-slugify": ("slugify",),
    "pyyaml": ("yaml",),
    "pyzmq": ("zmq",),
    "ruamel-yaml": ("ruamel",),
    "scikit-image": ("skimage",),
    "scikit-learn": ("sklearn",),
    "setuptools": ("setuptools", "pkg_resources"),
    "websocket-client": ("websocket",),
}


def known_modules(view: ProjectView) -> frozenset[str]:
    """Import names: the project's own, those of its declared packages, and what its code imports already."""
    declared = {module for requirement in _requirements(view) for module in _modules_of(requirement)}
    return frozenset(declared) | top_level_names(view) | _imported(view)


def _modules_of(requirement: str) -> Iterator[str]:
    match = _NAME.match(requirement)
    if match is None:
        return
    name = match.group(1)
    normal = re.sub(r"[-_.]+", "-", name).lower()
    yield from _IMPORTED_AS.get(normal, ())
    plain = normal.replace("-", "_")
    yield plain
    yield name.replace("-", "_").split(".")[0]
    if plain.startswith("python_"):
        yield plain.removeprefix("python_")


def _imported(view: ProjectView) -> frozenset[str]:
    sources = [path for path in view.paths() if path.endswith(".py")][:_MOST_FILES_READ]
    found = (match for path in sources for match in _IMPORT.finditer(view.text(path) or ""))
    return frozenset(match.group(1) or match.group(2) for match in found)


def _requirements(view: ProjectView) -> Iterator[str]:
    for path in view.paths():
        name = base_name(path)
        if name == "pyproject.toml" or name == "Pipfile":
            yield from _from_toml(view.text(path) or "")
        elif name == "setup.cfg":
            yield from _from_setup_cfg(view.text(path) or "")
        elif name == "setup.py":
            yield from _from_setup_py(view.text(path) or "")
        elif name.endswith((".txt", ".in")) and "requirements" in path:
            yield from _from_lines(view.text(path) or "")


def _from_toml(text: str) -> Iterator[str]:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    project, tool = _table(document, "project"), _table(document, "tool")
    yield from _strings(project.get("dependencies"))
    for group in (*_table(project, "optional-dependencies").values(), *_table(document, "dependency-groups").values()):
        yield from _strings(group)
    yield from _strings(_table(tool, "uv").get("dev-dependencies"))
    for group in _table(_table(tool, "pdm"), "dev-dependencies").values():
        yield from _strings(group)
    poetry = _table(tool, "poetry")
    tables = [poetry, *(table for table in _table(poetry, "group").values() if isinstance(table, dict))]
    for table in tables:
        yield from _table(table, "dependencies")
    yield from _table(poetry, "dev-dependencies")
    yield from _table(document, "packages")
    yield from _table(document, "dev-packages")


def _from_setup_cfg(text: str) -> Iterator[str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    for section in ("options", "options.extras_require"):
        if parser.has_section(section):
            for key, value in parser.items(section):
                if section != "options" or key in ("install_requires", "tests_require"):
                    yield from _from_lines(value.replace(";", "\n;"))


def _from_setup_py(text: str) -> Iterator[str]:
    for match in re.finditer(r"\w*_requires?\s*=\s*[\[{(]([^\])}]*)", text):
        yield from re.findall(r"[\"']([A-Za-z0-9][A-Za-z0-9._-]*)[^\"']*[\"']", match.group(1))


def _from_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if _NAME.match(line):
            yield line.strip()


def _table(parent: dict[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))
