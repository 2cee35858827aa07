"""The development set: small published packages, fetched to a cache folder outside git and checked by their sha256."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CACHE = Path(os.environ.get("TESTWRIGHT_BENCH_CACHE", Path.home() / ".cache" / "testwright-bench"))
_TEST_NAME = re.compile(r"^test_|\.(?:test|spec)\.|^tests?\.js$")
_TEST_FOLDERS = frozenset({"test", "tests", "__tests__"})
_REACT = ("react@18", "react-dom@18", "@testing-library/react@16", "@testing-library/dom@10")
_NEEDS: dict[str, tuple[str, ...]] = {
    "dataclasses-json": ("marshmallow<4", "marshmallow-enum", "typing-inspect", "stringcase"),
    "quill-delta": (
        *("jest@29", "ts-jest@29", "typescript@4.9", "@types/jest@29", "@types/node@17"),
        *("@types/lodash.clonedeep@4", "@types/lodash.isequal@4"),
    ),
    "react-swipeable": (*_REACT, "jsdom@26"),
    "react-hot-toast": (*_REACT, "jsdom@26", "goober@2", "csstype@3"),
}
"""What a package needs beside itself. Installed into its folder in the cache, without scripts."""
_ADDS = {"quill-delta": {"jest.config.js": "module.exports = { preset: 'ts-jest', testEnvironment: 'node' }\n"}}
"""Files that a package lacks in its published form, so that its runner would not know how to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One file of the set. `rough_mutants` is the number of mutants that the set's own rough count found."""

    package: str
    version: str
    language: str
    framework: str
    path: str
    module: str
    rough_mutants: int
    folder: Path

    @property
    def name(self) -> str:
        return self.module or f"{self.package}/{self.path}"


def targets(wanted: Sequence[str], languages: Sequence[str]) -> Iterator[Target]:
    """Files whose name contains one of the words (all, when there are none), their packages ready to be run."""
    packages = json.loads((Path(__file__).parent / "devset.json").read_text(encoding="utf-8"))
    for language, key in (("python", "py"), ("javascript", "js")):
        for package in packages[key] if language in languages else ():
            files = package.get("modules") or package["files"]
            names = [file.get("module") or f"{package['name']}/{file['path']}" for file in files]
            chosen = [
                file
                for file, name in zip(files, names, strict=True)
                if not wanted or any(word in name or word == package["name"] for word in wanted)
            ]
            if chosen:
                folder = ready(package, language)
                yield from (_target(package, file, language, folder) for file in chosen)


def named(name: str, version: str | None = None) -> Path:
    """The folder of a package of the set, or of those that only other benches need (`others.json`); any version."""
    here = Path(__file__).parent
    known = json.loads((here / "devset.json").read_text(encoding="utf-8"))
    others = json.loads((here / "others.json").read_text(encoding="utf-8"))
    for language, packages in (("python", known["py"]), ("javascript", [*known["js"], *others])):
        for package in packages:
            if package["name"] == name and version in (None, package["version"]):
                return ready(package, language)
    raise SystemExit(f"{name} {version or ''} is in neither list of packages")


def _target(package: dict[str, Any], file: dict[str, Any], language: str, folder: Path) -> Target:
    module = file.get("module", "")
    return Target(
        package=package["name"],
        version=package["version"],
        language=language,
        # The environment of a vitest suite is chosen by the line itself.
        framework=package["framework"].partition("+")[0],
        path=_module_path(folder, module) if module else file["path"],
        module=module,
        rough_mutants=file.get("approx_mutants") or file["stryker_mutants"],
        folder=folder,
    )


def _module_path(folder: Path, module: str) -> str:
    plain = module.replace(".", "/")
    return f"{plain}.py" if (folder / f"{plain}.py").is_file() else f"{plain}/__init__.py"


def ready(package: dict[str, Any], language: str) -> Path:
    """The package's folder: fetched, checked, unpacked, without the tests that came with it, with what it needs."""
    folder = CACHE / "packages" / f"{package['name'].replace('/', '+')}-{package['version']}"
    if folder.is_dir():
        return folder
    archive = _fetched(package)
    unpacked = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unpacked, ignore_errors=True)
    _unpack(archive, unpacked)
    _remove_tests(unpacked)
    needs = _NEEDS.get(package["name"], ())
    if needs and language == "python":
        _install_python(unpacked, needs)
    elif needs or (language == "javascript" and _has_dependencies(unpacked)):
        _install_node(unpacked, needs)
    for name, text in _ADDS.get(package["name"], {}).items():
        (unpacked / name).write_text(text, encoding="utf-8")
    unpacked.rename(folder)
    return folder


def _fetched(package: dict[str, Any]) -> Path:
    """Raises SystemExit when what was fetched is not the archive that the set means."""
    archives = CACHE / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    archive = archives / package["file"]
    exact = f"{package['name']}@{package['version']}", f"{package['name']}=={package['version']}"
    if not archive.exists():
        npm = ["npm", "pack", "--silent", exact[0]]
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":none:", exact[1]]
        subprocess.run(npm if package["registry"] == "npm" else pip, cwd=archives, check=True, capture_output=True)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != package["sha256"]:
        raise SystemExit(f"{archive} has the sha256 {found}, not {package['sha256']}")
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    """A wheel holds its packages; a tar archive holds one folder with the project."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
        return
    outer = folder.with_name(f"{folder.name}.tar")
    shutil.rmtree(outer, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(outer, filter="data")
    (inner,) = outer.iterdir()
    inner.rename(folder)
    outer.rmdir()


def _remove_tests(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and path.name in _TEST_FOLDERS:
            shutil.rmtree(path)
        elif path.is_file() and _TEST_NAME.search(path.name):
            path.unlink()


def _has_dependencies(folder: Path) -> bool:
    return bool(json.loads((folder / "package.json").read_text(encoding="utf-8")).get("dependencies"))


def _install_python(folder: Path, needs: Sequence[str]) -> None:
    """A virtual environment with these packages alone: the runner is brought by the line."""
    environment = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (packages,) = environment.glob("lib/python3*/site-packages")
    # stringcase is published as source only
    command = [sys.executable, "-m", "pip", "install", "-q", "--prefer-binary", "--target", str(packages)]
    subprocess.run([*command, *needs], check=True, capture_output=True)


def _install_node(folder: Path, needs: Sequence[str]) -> None:
    """Of what the package is developed with only what it needs here."""
    manifest = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    # A peer that is also asked for by name would be left out with what the package is developed with.
    manifest |= {"devDependencies": {}, "peerDependencies": {}}
    (folder / "package.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    command = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"]
    subprocess.run([*command, "--legacy-peer-deps", *needs], cwd=folder, check=True, capture_output=True)
