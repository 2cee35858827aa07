"""From which folder the files of a monorepo's package are worked on."""

import json

import pytest

from testwright.cli.monorepo import root_for


@pytest.fixture
def monorepo(tmp_path):
    for name in ("app", "core"):
        (tmp_path / "packages" / name).mkdir(parents=True)
        (tmp_path / "packages" / name / "package.json").write_text(json.dumps({"name": f"@ws/{name}"}))
    (tmp_path / "package.json").write_text(json.dumps({"workspaces": ["packages/*"]}))
    (tmp_path / "node_modules/@ws").mkdir(parents=True)
    (tmp_path / "node_modules/@ws/core").symlink_to("../../packages/core")
    (tmp_path / ".git").mkdir()
    return tmp_path


def depends_on(package, *names):
    (package / "package.json").write_text(json.dumps({"dependencies": dict.fromkeys(names, "*")}))
    return package


def test_a_package_that_uses_a_sibling_is_worked_on_from_the_root(monorepo):
    assert root_for(depends_on(monorepo / "packages/app", "react", "@ws/core")) == monorepo


def test_a_workspace_of_pnpm_is_known_by_its_file(monorepo):
    (monorepo / "package.json").write_text("{}")
    (monorepo / "pnpm-workspace.yaml").write_text("packages: ['packages/*']\n")
    app = depends_on(monorepo / "packages/app", "@ws/core")
    (app / "node_modules").mkdir()
    (monorepo / "node_modules/@ws").rename(app / "node_modules/@ws")
    (app / "node_modules/@ws/core").unlink()
    (app / "node_modules/@ws/core").symlink_to("../../../core")

    assert root_for(app) == monorepo


def test_a_package_that_stands_alone_stays_where_it_is(monorepo):
    assert root_for(monorepo / "packages/core") == monorepo / "packages/core"
    assert root_for(depends_on(monorepo / "packages/app", "react")) == monorepo / "packages/app"


def test_a_package_that_uses_a_sibling_is_so_with_a_runner_of_its_own_too(monorepo):
    package = depends_on(monorepo / "packages/app", "@ws/core")
    (package / "vitest.config.ts").write_text("export default {}\n")

    assert root_for(package) == monorepo


@pytest.mark.parametrize("extends", ['"../../tsconfig.base.json"', '["@tsconfig/strictest", "../../tsconfig.json"]'])
def test_a_package_whose_settings_build_on_those_above_is_worked_on_from_the_root(monorepo, extends):
    package = depends_on(monorepo / "packages/app", "react")
    (package / "tsconfig.json").write_text(f'{{\n  // strict\n  "extends": {extends}\n}}')

    assert root_for(package) == monorepo


def test_settings_of_its_own_keep_a_package_where_it_is(monorepo):
    package = depends_on(monorepo / "packages/app", "react")
    (package / "tsconfig.json").write_text('{"extends": "./tsconfig.base.json", "include": ["../types"]}')

    assert root_for(package) == package


def test_a_link_out_of_the_repository_is_no_sibling(monorepo, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (monorepo / "node_modules/linked").symlink_to(elsewhere)

    assert root_for(depends_on(monorepo / "packages/app", "linked")) == monorepo / "packages/app"


@pytest.mark.parametrize("lock", ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"])
def test_a_package_whose_lock_lies_at_the_root_is_worked_on_from_there(monorepo, lock):
    (monorepo / lock).write_text("{}")

    assert root_for(depends_on(monorepo / "packages/app", "react")) == monorepo


def test_a_package_with_a_lock_of_its_own_stays_where_it_is(monorepo):
    (monorepo / "yarn.lock").write_text("{}")
    package = depends_on(monorepo / "packages/app", "react")
    (package / "package-lock.json").write_text("{}")

    assert root_for(package) == package
