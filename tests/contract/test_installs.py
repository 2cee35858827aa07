"""Installs from lock files as they are: the user's own npm and pip, a registry on loopback, and the real sandbox."""

import asyncio
import base64
import hashlib
import io
import json
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from testwright.domain.errors import PermanentError
from testwright.domain.ports import Sandbox
from testwright.domain.projects import WORKSPACE, Command, Mount
from testwright.sandboxes.choose import Wish, choose
from testwright.toolchains.locked.finding import find_lock
from testwright.toolchains.locked.installing import LockedPackages, Tree
from testwright.toolchains.tools import ToolResult, run_tool

TOKEN = "npm-token-5f1c0a9e"


@dataclass
class Registry:
    """As much of npm's registry as it takes. It wants a token, and remembers what it was asked for."""

    packages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def add(self, name: str, files: dict[str, bytes]) -> str:
        """Returns the package's integrity."""
        manifest = {"name": name, "version": "1.0.0", "main": "index.js", "scripts": {"postinstall": "touch $HOME/ran"}}
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for path, data in {"package.json": json.dumps(manifest).encode(), **files}.items():
                info = tarfile.TarInfo(f"package/{path}")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        self.packages[name] = packed.getvalue()
        return "sha512-" + base64.b64encode(hashlib.sha512(self.packages[name]).digest()).decode()

    def answer(self, path: str, authorization: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if authorization != f"Bearer {TOKEN}":
            return 401, b"{}"
        name, _, file = path.strip("/").partition("/-/")
        if name not in self.packages:
            return 404, b"{}"
        if file:
            return 200, self.packages[name]
        address = f"http://127.0.0.1:{self.port}/{name}/-/{name}-1.0.0.tgz"
        sha1 = hashlib.sha1(self.packages[name], usedforsecurity=False).hexdigest()
        version = {"name": name, "version": "1.0.0", "dist": {"tarball": address, "shasum": sha1}}
        listing = {"name": name, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
        return 200, json.dumps(listing).encode()


@pytest.fixture
def registry() -> Iterator[Registry]:
    kept = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = kept.answer(self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["isolated", "confined"])
async def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Sandbox:
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)
    chosen = await choose(at_once=1, wish=Wish(tier=request.param))
    if chosen.tier == "unavailable":
        pytest.skip(f"the {request.param} tier cannot be had here")
    return chosen


@dataclass
class User:
    """Whoever installs: a home folder with a configuration of npm, and environment variables."""

    home: Path
    registry: Registry
    sandbox: Sandbox
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home.mkdir()
        address = f"127.0.0.1:{self.registry.port}/"
        (self.home / ".npmrc").write_text(f"registry=http://{address}\n//{address}:_authToken={TOKEN}\n")

    async def install(self, registry: str, project: Path, **variables: str) -> Tree:
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.home), **variables}
        packages = LockedPackages(
            self.home / "cache", self.sandbox, tool=partial(run_tool, environ=environ), seconds=60
        )

        async def hear(sentence: str) -> None:
            self.said.append(sentence)

        return await packages.install(find_lock(registry, project), hear)


@pytest.fixture
def user(tmp_path: Path, registry: Registry, sandbox: Sandbox) -> User:
    return User(tmp_path / "user", registry, sandbox)


def npm_project(folder: Path, **integrities: str) -> Path:
    folder.mkdir()
    packages = {f"node_modules/{name}": {"version": "1.0.0", "integrity": one} for name, one in integrities.items()}
    (folder / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "packages": packages}))
    (folder / ".npmrc").write_text("registry=http://127.0.0.1:1/\n")
    return folder


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


def texts_in(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "\n".join(path.read_text(errors="replace") for path in files)


async def test_packages_come_from_the_users_own_registry_and_nothing_of_theirs_runs(
    user: User, registry: Registry, tmp_path: Path
) -> None:
    project = npm_project(tmp_path / "project", left=registry.add("left", {"index.js": b"module.exports = 42\n"}))
    tree = await user.install("npm", project)
    package = tree.folder / "node_modules" / "left"
    seen = await user.sandbox.run(
        Command(
            argv=("cat", f"{WORKSPACE}/node_modules/left/index.js"),
            workspace=str(_with_mount_point(tmp_path / "ws")),
            mounts=(Mount(host=str(tree.folder / "node_modules"), inside=f"{WORKSPACE}/node_modules"),),
        )
    )

    assert (package / "index.js").read_bytes() == b"module.exports = 42\n"
    assert "module.exports = 42" in seen.log
    assert {path.strip("/").partition("/")[0] for path in registry.asked} == {"left"}
    assert sorted(path.name for path in project.iterdir()) == [".npmrc", "package-lock.json"]
    assert TOKEN not in texts_in(user.home / "cache")
    assert "ran" not in names_in(user.home)
    assert {path.lstat().st_uid for path in tree.folder.rglob("*")} == {os.geteuid()}


async def test_the_second_time_nobody_is_asked(user: User, registry: Registry, tmp_path: Path) -> None:
    project = npm_project(tmp_path / "project", left=registry.add("left", {}))
    first = await user.install("npm", project)
    asked, user.said = len(registry.asked), []

    assert (await user.install("npm", project)).folder == first.folder
    assert len(registry.asked) == asked
    assert user.said == []


async def test_an_archive_that_is_not_what_was_locked_is_not_installed(
    user: User, registry: Registry, tmp_path: Path
) -> None:
    project = npm_project(tmp_path / "project", left=registry.add("left", {"index.js": b"good"}))
    registry.add("left", {"index.js": b"evil"})

    with pytest.raises(PermanentError, match=r"left 1\.0\.0 is not what the lock says"):
        await user.install("npm", project)
    assert [path.name for path in (user.home / "cache" / "installed").iterdir() if not path.name.startswith(".")] == []
    assert "evil" not in texts_in(user.home / "cache")


async def test_an_archive_that_leads_out_of_its_folder_is_refused(
    user: User, registry: Registry, tmp_path: Path
) -> None:
    project = npm_project(tmp_path / "project", left=registry.add("left", {"../../../evil": b"1"}))

    with pytest.raises(PermanentError, match="leads out of it"):
        await user.install("npm", project)


def wheel(folder: Path, name: str) -> str:
    """A package in a folder that serves as an index; returns its hash."""
    place = folder / name
    place.mkdir(parents=True)
    file = place / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as whole:
        whole.writestr(f"{name}/__init__.py", "ANSWER = 42\n")
        whole.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        whole.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        whole.writestr(f"{name}-1.0.dist-info/RECORD", "")
    (place / "index.html").write_text(f'<a href="{file.name}">{file.name}</a>')
    return "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()


async def test_wheels_come_from_an_index_that_is_a_folder_and_stand_in_a_virtual_environment(
    user: User, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    good = wheel(tmp_path / "index", "good")
    sdist = tmp_path / "index" / "built" / "built-1.0.tar.gz"
    sdist.parent.mkdir()
    sdist.write_bytes(b"never opened")
    (sdist.parent / "index.html").write_text(f'<a href="{sdist.name}">{sdist.name}</a>')
    (project / "requirements.txt").write_text(
        f"--index-url http://127.0.0.1:1/simple\ngood==1.0 --hash={good}\nbuilt==1.0 --hash=sha256:{'ab' * 32}\n"
    )
    index = (tmp_path / "index").as_uri()
    tree = await user.install("pypi", project, PIP_INDEX_URL=index, PIP_CONFIG_FILE=os.devnull)
    packages = next(tree.venv.glob("lib/python3.*/site-packages"))

    assert (packages / "good" / "__init__.py").read_text() == "ANSWER = 42\n"
    assert list((packages / "good").glob("__pycache__/*.pyc"))
    assert tree.left_out == ("built 1.0, of which there is no wheel for this Python",)


async def test_an_install_that_takes_too_long_is_ended(user: User, registry: Registry, tmp_path: Path) -> None:
    project = npm_project(tmp_path / "project", left=registry.add("left", {}))

    async def never(*_: object, **__: object) -> ToolResult:
        await asyncio.sleep(30)
        return ToolResult(status=0, output="")

    async def hear(sentence: str) -> None:
        user.said.append(sentence)

    packages = LockedPackages(user.home / "cache", user.sandbox, tool=never, seconds=0.3)

    with pytest.raises(PermanentError, match="not here within"):
        await packages.install(find_lock("npm", project), hear)


def _with_mount_point(folder: Path) -> Path:
    (folder / "node_modules").mkdir(parents=True)
    return folder


async def test_what_yarns_lock_has_no_hash_of_comes_as_the_registry_vouches_for_it(
    user: User, registry: Registry, tmp_path: Path
) -> None:
    registry.add("left", {"index.js": b"module.exports = 42\n"})
    project = tmp_path / "project"
    project.mkdir()
    entry = '"left@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "left@npm:1.0.0"\n'
    (project / "yarn.lock").write_text(f"# made\n\n__metadata:\n  version: 8\n\n{entry}")
    (project / "package.json").write_text("{}")

    tree = await user.install("npm", project)

    assert (tree.folder / "node_modules" / "left" / "index.js").read_bytes() == b"module.exports = 42\n"
