"""What reads bytes that somebody else made. Each target takes any bytes at all: it gives an answer, or an error that it
promises, and nothing else; what it promises beyond that it asserts.
"""

import ntpath
import posixpath
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from testwright.domain.errors import InputError
from testwright.domain.paths import BadPath, accept_path, same_file_key
from testwright.domain.projects import Completed, RunOrder
from testwright.domain.redaction import redacted
from testwright.frameworks import FRAMEWORKS
from testwright.languages.javascript import suites as javascript
from testwright.languages.python import suites as python
from testwright.sources.export import ExportedFile, as_patch, as_zip
from testwright.sources.git_index import changed_files
from testwright.sources.project_config import FILES, read_config
from testwright.sources.zip_import import ZipLimits, import_zip
from testwright.writers.model.reading import Unreadable, read_answer
from testwright.writers.model.relaxed import relaxed

_ORDER = RunOrder(source_path="a.py", suite_paths=("tests/test_a.py", "a.test.js"), only=("test_a",))
_REPORTS = ("testwright-report.json", "testwright.json", "testwright-unending.json", "coverage-final.json")


def answer(data: bytes) -> None:
    """What a model said, as Python and as JavaScript."""
    text = data.decode("utf-8", "replace")
    for split in (python.split, javascript.split):
        try:
            assert read_answer(text, split).cases
        except Unreadable:
            continue


def loose_json(data: bytes) -> None:
    try:
        relaxed(data.decode("utf-8", "replace"))
    except ValueError:
        return


def report(data: bytes) -> None:
    """What a run left behind, read by every runner's rules: a verdict, never an exception."""
    for status in (0, 1):
        completed = Completed(
            exit_status=status,
            reason="exit",
            log=data[:2000].decode("utf-8", "replace"),
            reports=dict.fromkeys(_REPORTS, data),
            seconds=1.0,
        )
        for framework in FRAMEWORKS.values():
            framework.read(completed, _ORDER)


def archive(data: bytes) -> None:
    """A zip that somebody uploads: a folder below ours, of plain files, or InputError and nothing left."""
    place = Path(tempfile.mkdtemp())
    try:
        import_zip(data, "name.zip", place / "imports", ZipLimits(most_bytes=1 << 20, most_files=200))
    except InputError:
        left = [*(place / "imports").iterdir()] if (place / "imports").exists() else []
        assert left == [], left
    else:
        entries = [*place.rglob("*")]
        assert not [entry for entry in entries if entry.is_symlink()]
    finally:
        shutil.rmtree(place)


def patch(data: bytes) -> None:
    """Suites that are taken away: every text comes out of the zip as it was, and every line of it is in the patch."""
    before, _, text = data.decode("utf-8", "replace").replace("\r", "").partition("\x1f")
    file = ExportedFile(path="tests/test a.py", text=text, before=before or None)
    with zipfile.ZipFile(BytesIO(as_zip([file]))) as packed:
        assert packed.read(file.path).decode() == text
    lines = as_patch([file]).split("\n")
    if before == "" and text:
        added = [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++ b/")]
        assert added == (text[:-1] if text.endswith("\n") else text).split("\n")


def path(data: bytes) -> None:
    """What is accepted as a path stays below wherever it is put, on every system, and is accepted as it is again."""
    try:
        accepted = accept_path(data.decode("utf-8", "surrogateescape"))
    except BadPath:
        return
    assert accept_path(accepted) == accepted
    assert posixpath.normpath(posixpath.join("/root", accepted)) == f"/root/{accepted}"
    assert not ntpath.isabs(accepted)
    assert ntpath.splitdrive(accepted)[0] == ""
    assert ntpath.normpath(ntpath.join("c:\\root", accepted)).startswith("c:\\root\\")
    assert not {".git", ".."} & set(same_file_key(accepted).split("/"))


def git_index(data: bytes) -> None:
    place = Path(tempfile.mkdtemp())
    try:
        (place / ".git").mkdir()
        (place / ".git" / "index").write_bytes(b"DIRC" + data + bytes(20))
        changed_files(place, ["a.py"])
    finally:
        shutil.rmtree(place)


def project_config(data: bytes) -> None:
    for name in FILES:
        try:
            read_config(_OneFile(name, data))
        except InputError:
            continue


def secrets(data: bytes) -> None:
    """A key is cut out whatever stands around it."""
    key = "AIza" + "Sy4711_-" * 4 + "abc"
    text = data.decode("utf-8", "replace")
    assert key not in redacted(f"{text}\n{key}\n{text}")


class _OneFile:
    """A project of one file."""

    root = "/nowhere"

    def __init__(self, path: str, data: bytes) -> None:
        self._path = path
        self._data = data

    def paths(self) -> list[str]:
        return [self._path]

    def text(self, path: str) -> str | None:
        try:
            return self._data.decode() if path == self._path else None
        except UnicodeDecodeError:
            return None

    def exists(self, path: str) -> bool:
        return path == self._path


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "answer": answer,
    "loose_json": loose_json,
    "report": report,
    "archive": archive,
    "patch": patch,
    "path": path,
    "git_index": git_index,
    "project_config": project_config,
    "secrets": secrets,
}


def a_zip(*names: str) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x = 1\n")
    return packed.getvalue()


SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "answer": (
        b'{"preamble": "import math", "tests": [{"name": "test_a", "code": "def test_a():\\n    assert 1 == 1"}]}',
        b"Here:\n```python\nimport math\n\ndef test_a():\n    assert math.pi > 3\n```\n",
        b"```js\ntest('a', () => {\n  expect(1).toBe(1)\n})\n```\n",
    ),
    "loose_json": (b"{'a': [True, None,], // x\n \"b\": `c`}",),
    "report": (
        b'{"version": 1, "status": 0, "collected": ["tests/test_a.py::test_a"], "tests": [{"id": "tests/test_a.py'
        b'::test_a", "outcome": "passed", "seconds": 0.1}], "coverage": {"lines": [1, 2], "missing": [3]}}',
        b'{"success": true, "testResults": [{"name": "/ws/a.test.js", "status": "passed", "assertionResults": '
        b'[{"fullName": "test_a", "title": "test_a", "ancestorTitles": [], "status": "passed"}]}]}',
        b'{"tests": [{"fullName": "test_a", "path": ["test_a"], "status": "passed", "messages": []}], "turns": []}',
    ),
    "archive": (a_zip("a/b.py", "a/c.py"), a_zip("../x", "/y", "a\\b", "A", "a")),
    "patch": (b"a\nb\n\x1fa\nc\n", b"\x1fdef test():\n    pass"),
    "path": (b"src/a.py", b"../x", b".git/config", b"a\\b", "ä/ﬀ．py".encode()),
    "git_index": (b"\0\0\0\2\0\0\0\1" + bytes(62) + b"\0\4a.py\0\0\0\0",),
    "project_config": (b'[tool.testwright]\nframework = "pytest"\n', b'{"testwright": {"framework": "jest"}}'),
    "secrets": (b"password = 'hunter2hunter2'", b"-----BEGIN RSA PRIVATE KEY-----\nx", b"https://a:b@c"),
}
