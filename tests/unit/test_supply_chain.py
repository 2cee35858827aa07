"""What is told of locked packages: which there are, and whether anybody could be asked about them."""

import importlib.util
import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.model.bom import Bom

ROOT = Path(__file__).parents[2]


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


audit, sbom = tool("audit"), tool("sbom")

CLEAN = json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": []}]})
SKIPPED = json.dumps({"dependencies": [{"name": "a", "skip_reason": "not found"}]})
HOLE = json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}]})
NPM = json.dumps({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 7}}})


@pytest.mark.parametrize(
    ("python", "npm", "status"),
    [
        ((0, CLEAN, ""), (0, NPM, ""), 0),
        ((0, SKIPPED, ""), (0, NPM, ""), 2),
        ((0, json.dumps({"dependencies": []}), ""), (0, NPM, ""), 2),
        ((1, "", "no network"), (0, NPM, ""), 2),
        ((0, CLEAN, ""), (1, '{"message": "405"}', "npm warn audit 405 Method Not Allowed"), 2),
        ((0, CLEAN, ""), (0, "", ""), 2),
        ((1, HOLE, ""), (1, "", ""), 1),
    ],
)
def test_all_is_well_only_where_everything_was_asked(python, npm, status):
    told, lines = audit.verdict({"Python": audit.of_python(*python), "npm": audit.of_npm(*npm)})

    assert told == status
    assert any("NOT AUDITED" in line for line in lines) == (python[1] in (SKIPPED, "") or npm[1] != NPM or status == 2)


def test_the_bill_of_python_has_every_locked_package_and_knows_what_is_shipped():
    lock = (ROOT / "requirements.lock").read_text()
    bill = sbom.of_python(lock, tomllib.loads((ROOT / "pyproject.toml").read_text())["project"])

    scopes = {one["name"]: one["scope"] for one in bill["components"]}
    assert len(scopes) == sum("==" in line and line[0] != " " for line in lock.splitlines())
    assert (scopes["fastapi"], scopes["starlette"], scopes["pytest"]) == ("required", "required", "excluded")
    assert len(Bom.from_json(bill).components) == len(scopes)  # type: ignore[attr-defined]


def test_the_bill_of_npm_has_every_locked_package_and_its_licence():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    bill = sbom.of_npm(lock)

    wanted = {
        (path.rpartition("node_modules/")[2], one["version"])
        for path, one in lock["packages"].items()
        if "node_modules/" in path and not one.get("link")
    }
    assert {(one["name"], one["version"]) for one in bill["components"]} == wanted
    assert all(one["externalReferences"][0]["hashes"] for one in bill["components"])
    assert len(Bom.from_json(bill).components) == len(wanted)  # type: ignore[attr-defined]


def test_nothing_that_is_shipped_has_a_licence_that_binds_its_user():
    bill = sbom.of_npm(json.loads((ROOT / "package-lock.json").read_text()))
    licences = {one["licenses"][0]["expression"] for one in bill["components"] if one["scope"] == "required"}

    assert not [licence for licence in licences if licence.startswith(("GPL", "AGPL", "SSPL"))]
