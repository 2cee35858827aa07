"""What is in Testwright, as CycloneDX: `make sbom` writes sbom/python.cdx.json and npm.cdx.json from the lock files.

The same lock files make the same bytes: no time of day, no random number. What only development needs is `excluded`.
"""

import base64
import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\$")
_HASH = re.compile(r"--hash=sha256:(?P<hash>[0-9a-f]{64})")
_VIA = re.compile(r"^    #\s+(?:via\s+)?(?P<name>[A-Za-z0-9._-]+)(?: \(.*\))?$")
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


def of_python(lock: str, project: dict[str, Any]) -> dict[str, Any]:
    packages: dict[str, dict[str, Any]] = {}
    users: dict[str, set[str]] = {}
    name = ""
    for line in lock.splitlines():
        if found := _PINNED.match(line):
            name = found["name"]
            packages[name] = {"version": found["version"], "hashes": []}
            users[name] = set()
        elif found := _HASH.search(line):
            packages[name]["hashes"].append({"alg": "SHA-256", "content": found["hash"]})
        elif (found := _VIA.match(line)) and found["name"] != "via":
            users[name].add(found["name"])
    shipped = _closure(map(_plain, project["dependencies"]), users)
    components = [
        _component(f"pkg:pypi/{name}@{one['version']}", name, one["version"], one["hashes"], shipped=name in shipped)
        for name, one in packages.items()
    ]
    refs = {name: f"pkg:pypi/{name}@{one['version']}" for name, one in packages.items()}
    needs = {refs[name]: sorted(refs[other] for other in refs if name in users[other]) for name in refs}
    return _document(project["name"], project["version"], components, needs)


def of_npm(lock: dict[str, Any]) -> dict[str, Any]:
    packages = {path: one for path, one in lock["packages"].items() if "node_modules/" in path and not one.get("link")}
    refs = {path: _npm_ref(path, one) for path, one in packages.items()}
    components, needs = {}, {}
    for path, one in packages.items():
        algorithm, _, digest = one.get("integrity", "").partition("-")
        hashes = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}] if algorithm == "sha512" else []
        component = _component(refs[path], _npm_name(path), one["version"], hashes, shipped=not one.get("dev"))
        if one.get("license"):
            component["licenses"] = [{"expression": one["license"]}]
        components.setdefault(refs[path], component)
        wanted = [*one.get("dependencies", ()), *one.get("optionalDependencies", ())]
        needs[refs[path]] = sorted({refs[at] for at in (_resolved(path, each, packages) for each in wanted) if at})
    return _document(lock["name"], lock.get("version", "0.0.0"), list(components.values()), needs)


def _component(ref: str, name: str, version: str, hashes: list[dict[str, str]], *, shipped: bool) -> dict[str, Any]:
    """Hashes are of the files that may be installed, one or several for a version."""
    place = {"type": "distribution", "url": ref, "hashes": hashes}
    return {
        "type": "library",
        "bom-ref": ref,
        "name": name,
        "version": version,
        "scope": "required" if shipped else "excluded",
        "purl": ref,
        **({"externalReferences": [place]} if hashes else {}),
    }


def _document(name: str, version: str, components: list[dict[str, Any]], needs: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": name, "version": version, "bom-ref": name}},
        "components": sorted(components, key=lambda each: each["bom-ref"]),
        "dependencies": [{"ref": ref, "dependsOn": below} for ref, below in sorted(needs.items())],
    }


def _closure(start: Iterable[str], users: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name in users and name not in found:
            found.add(name)
            waiting += [other for other in users if name in users[other]]
    return found


def _plain(requirement: str) -> str:
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[0] if found else "").lower()


def _npm_name(path: str) -> str:
    return path.rpartition("node_modules/")[2]


def _npm_ref(path: str, package: dict[str, Any]) -> str:
    return f"pkg:npm/{quote(_npm_name(path), safe='/')}@{package['version']}"


def _resolved(path: str, name: str, packages: dict[str, Any]) -> str | None:
    """Where Node would find it from there: beside, then further up."""
    while True:
        place = f"{path}/node_modules/{name}" if path else f"node_modules/{name}"
        if place in packages:
            return place
        if not path:
            return None
        path = path.rpartition("/node_modules/")[0] if "/node_modules/" in path else ""


def main() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    folder = Path("sbom")
    folder.mkdir(exist_ok=True)
    for name, document in {
        "python": of_python(Path("requirements.lock").read_text(), project),
        "npm": of_npm(json.loads(Path("package-lock.json").read_text())),
    }.items():
        target = folder / f"{name}.cdx.json"
        target.write_text(json.dumps(document, indent=1) + "\n")
        scopes = [component["scope"] for component in document["components"]]
        print(f"{target}: {len(scopes)} components, {scopes.count('required')} of them shipped")


if __name__ == "__main__":
    main()
