"""What is read out of lock files, and what is not, whatever they say."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.toolchains.locked.finding import find_lock
from testwright.toolchains.locked.locks import Lock, NoLock
from testwright.toolchains.locked.package_lock import read_package_lock
from testwright.toolchains.locked.pnpm_lock import read_pnpm_lock
from testwright.toolchains.locked.python_locks import (
    read_pipfile_lock,
    read_poetry_lock,
    read_requirements,
    read_uv_lock,
)
from testwright.toolchains.locked.yarn_lock import read_yarn_lock

HASH = "ab" * 32
SHA512 = "sha512-" + base64.b64encode(bytes(64)).decode()


def package_lock(packages: dict[str, object]) -> Lock:
    return read_package_lock("package-lock.json", json.dumps({"lockfileVersion": 3, "packages": packages}))


def entry(**fields: object) -> dict[str, object]:
    return {"version": "1.0.0", "integrity": SHA512, **fields}


def named(lock: Lock) -> list[str]:
    return sorted(f"{archive.name}@{archive.version}" for archive in lock.archives)


def test_npms_lock_says_where_each_package_goes():
    lock = package_lock(
        {
            "": {"name": "shop"},
            "node_modules/a": entry(),
            "node_modules/b/node_modules/a": entry(version="2.0.0"),
            "node_modules/@s/mine": {"link": True, "resolved": "packages/mine"},
            "packages/mine": {"version": "1.0.0"},
            "packages/mine/node_modules/alias": entry(name="theirs"),
        }
    )

    assert [(archive.name, archive.places) for archive in lock.archives] == [
        ("a", ("node_modules/a",)),
        ("a", ("node_modules/b/node_modules/a",)),
        ("theirs", ("packages/mine/node_modules/alias",)),
    ]
    assert lock.links == (("node_modules/@s/mine", "../../packages/mine"),)
    assert lock.archives[0].digests == ("sha512:" + "00" * 64,)


def test_packages_for_other_machines_and_those_inside_of_others_are_not_wanted():
    lock = package_lock(
        {
            "node_modules/a": entry(os=["aix"]),
            "node_modules/b": entry(cpu=["!x64", "!arm64"]),
            "node_modules/c": entry(inBundle=True),
        }
    )

    assert lock.archives == ()
    assert lock.left_out == ()


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        ("node_modules/../../etc/x", {}),
        ("/node_modules/x", {}),
        ("../node_modules/x", {}),
        ("node_modules/x", {"version": "latest"}),
        ("node_modules/x", {"version": "1.0.0 --registry=http://evil"}),
        ("node_modules/--globalconfig", {}),
        ("node_modules/x", {"name": "-g"}),
        ("node_modules/x", {"name": "../x"}),
        ("node_modules/x", {"resolved": "git+ssh://git@github.com/o/n.git#abc"}),
        ("node_modules/x", {"resolved": "file:../../secrets"}),
        ("node_modules/x", {"integrity": ""}),
        ("node_modules/x", {"integrity": "md5-xx"}),
        ("node_modules/x", {"link": True, "resolved": "../../home"}),
        ("node_modules/x", {"link": True, "resolved": "/etc"}),
    ],
)
def test_what_is_no_package_of_a_registry_with_a_hash_is_left_out_and_said_so(place: str, fields: dict[str, object]):
    lock = package_lock({place: entry(**fields)})

    assert (lock.archives, lock.links) == ((), ())
    assert len(lock.left_out) == 1


PNPM = f"""lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(peer@2.0.0)
      sibling:
        specifier: workspace:*
        version: link:packages/sibling
  packages/sibling:
    devDependencies:
      other:
        specifier: npm:peer@^2
        version: peer@2.0.0

packages:

  'a@1.0.0':
    resolution: {{integrity: {SHA512}}}
    peerDependencies:
      peer: '*'

  peer@2.0.0:
    resolution: {{integrity: {SHA512}}}
    engines: {{node: '>=18'}}

  far@1.0.0:
    resolution: {{integrity: {SHA512}}}
    cpu: [s390x]
    os: [aix]

  tarred@1.0.0:
    resolution: {{tarball: https://codeload.github.com/x/y}}
    version: 1.0.0

snapshots:

  a@1.0.0(peer@2.0.0):
    dependencies:
      peer: 2.0.0
    optionalDependencies:
      far: 1.0.0

  peer@2.0.0: {{}}

  far@1.0.0:
    optional: true

  tarred@1.0.0: {{}}
"""


def test_pnpms_lock_says_who_gets_what():
    lock = read_pnpm_lock("pnpm-lock.yaml", PNPM)
    places = {archive.name: archive.places[0] for archive in lock.archives}
    links = dict(lock.links)

    assert named(lock) == ["a@1.0.0", "peer@2.0.0"]
    assert links["node_modules/a"] == places["a"].removeprefix("node_modules/")
    assert (
        links[places["a"].removesuffix("a") + "peer"] == f"../../{places['peer'].removeprefix('node_modules/.store/')}"
    )
    assert links["node_modules/sibling"] == "../packages/sibling"
    assert links["packages/sibling/node_modules/other"] == f"../../../{places['peer']}"
    assert lock.left_out == ("tarred@1.0.0, which does not come from a registry",)


YARN = """# yarn lockfile v1


"@s/a@^1.0.0", "@s/a@~1.0.0":
  version "1.0.1"
  resolved "https://registry.yarnpkg.com/@s/a/-/a-1.0.1.tgz#0123456789012345678901234567890123456789"
  dependencies:
    b "^2.0.0"

b@^2.0.0:
  version "2.1.0"
  resolved "https://registry.yarnpkg.com/b/-/b-2.1.0.tgz"
  integrity INTEGRITY

"native-aix-ppc64@1.0.0":
  version "1.0.0"
  resolved "https://registry.yarnpkg.com/x/-/x-1.0.0.tgz"
  integrity INTEGRITY

"c@git+https://github.com/x/c":
  version "1.0.0"
  resolved "git+https://github.com/x/c#0123456789012345678901234567890123456789"
""".replace("INTEGRITY", SHA512)


def test_yarns_first_lock_says_who_gets_what():
    lock = read_yarn_lock("yarn.lock", YARN, '{"dependencies": {"@s/a": "^1.0.0"}}')
    places = {archive.name: archive.places[0] for archive in lock.archives}

    assert named(lock) == ["@s/a@1.0.1", "b@2.1.0"]
    assert dict(lock.links)["node_modules/@s/a"] == "../" + places["@s/a"].removeprefix("node_modules/")
    assert lock.archives[0].digests == ("sha1:0123456789012345678901234567890123456789",)
    assert len(lock.left_out) == 1


LATER_YARN = """# This file is generated by running "yarn install" inside your project.

__metadata:
  version: 8
  cacheKey: 10c0

"@s/a@npm:^1.0.0, @s/a@npm:^1.0.1":
  version: 1.0.1
  resolution: "@s/a@npm:1.0.1"
  dependencies:
    b: "npm:2.x"
  checksum: 10c0/HASH
  languageName: node
  linkType: hard

"b@npm:2.x":
  version: 2.1.0
  resolution: "b@npm:2.1.0"
  checksum: 10/HASH
  linkType: hard

"b@patch:b@npm%3A2.x#~/.yarn/patches/b.patch":
  version: 2.1.0
  resolution: "b@patch:b@npm%3A2.1.0#~/.yarn/patches/b.patch::version=2.1.0&hash=1"
  checksum: 10c0/HASH
  linkType: hard

"elsewhere@npm:1.0.0":
  version: 1.0.0
  resolution: "elsewhere@npm:1.0.0"
  conditions: os=win32 & cpu=x64
  linkType: hard

"git@https://github.com/o/git.git":
  version: 1.0.0
  resolution: "git@https://github.com/o/git.git#commit=abc"
  linkType: hard

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    "@s/a": "npm:^1.0.0"
    b: "patch:b@npm%3A2.x#~/.yarn/patches/b.patch"
    side: "workspace:*"
  linkType: soft

"side@workspace:*, side@workspace:packages/side":
  version: 0.0.0-use.local
  resolution: "side@workspace:packages/side"
  dependencies:
    b: "npm:2.x"
  linkType: soft
""".replace("HASH", "ab" * 64)


def test_a_later_yarns_lock_says_who_gets_what_workspaces_included():
    lock = read_yarn_lock("yarn.lock", LATER_YARN, "{}")
    links = dict(lock.links)

    assert [(one.name, one.version, one.digests) for one in lock.archives] == [
        ("@s/a", "1.0.1", ()),
        ("b", "2.1.0", ()),
    ]
    assert [one.zipped for one in lock.archives] == ["ab" * 64, ""]
    assert "@s/a@1.0.1" in links["node_modules/@s/a"].replace("+", "/")
    assert links["packages/side/node_modules/b"].endswith(links["node_modules/b"])
    assert links["node_modules/side"] == "../packages/side"
    assert [said.partition(",")[0] for said in lock.left_out] == [
        "the project's patch of b",
        "git@https://github.com/o/git.git",
    ]


@pytest.mark.parametrize("folder", ["../side", "/side", "a/../../side"])
def test_a_later_yarns_workspace_outside_of_the_project_is_left_out(folder):
    lock = read_yarn_lock("yarn.lock", LATER_YARN.replace("packages/side", folder), "{}")

    assert "what a package outside of the project asks for" in lock.left_out
    assert not any("side" in place or "side" in target for place, target in lock.links)


UV = f"""
version = 1

[[package]]
name = "shop"
version = "0.1.0"
source = {{ editable = "." }}
dependencies = [{{ name = "a", extra = ["fast"] }}, {{ name = "old", marker = "python_full_version < '3.11'" }}]

[package.optional-dependencies]
more = [{{ name = "extra-one" }}]

[package.dev-dependencies]
tests = [{{ name = "tester" }}]
docs = [{{ name = "writer" }}]

[[package]]
name = "a"
version = "1.0"
source = {{ registry = "https://registry.example/simple" }}
sdist = {{ url = "https://x/a.tar.gz", hash = "sha256:{HASH}" }}

[package.optional-dependencies]
fast = [{{ name = "quick" }}]
""" + "".join(
    f"""
[[package]]
name = "{name}"
version = "2.0"
source = {{ registry = "https://registry.example/simple" }}
wheels = [{{ url = "https://x/{name}.whl", hash = "sha256:{HASH}" }}]
"""
    for name in ("old", "extra-one", "tester", "writer", "quick", "unrelated")
)


def test_uvs_lock_gives_what_the_project_its_extras_and_its_tests_ask_for():
    lock = read_uv_lock("uv.lock", UV)

    assert named(lock) == ["a@1.0", "extra-one@2.0", "old@2.0", "quick@2.0", "tester@2.0"]
    assert {archive.name: archive.marker for archive in lock.archives}["old"] == "(python_full_version < '3.11')"


def test_what_comes_from_git_is_left_out_of_a_python_project():
    text = UV.replace(
        'name = "tester"\nversion = "2.0"\nsource = { registry = "https://registry.example/simple" }',
        'name = "tester"\nversion = "2.0"\nsource = { git = "https://github.com/x/y" }',
    )
    lock = read_uv_lock("uv.lock", text)

    assert "tester@2.0" not in named(lock)
    assert lock.left_out == ("tester, which does not come from a registry",)


def test_poetrys_lock_leaves_out_groups_that_are_not_for_tests():
    package = (
        '[[package]]\nname = "{}"\nversion = "1.0"\ngroups = ["{}"]\nfiles = [{{file = "x.whl", hash = "sha256:'
        + HASH
        + '"}}]\n'
    )
    lock = read_poetry_lock(
        "poetry.lock", package.format("a", "main") + package.format("b", "dev") + package.format("c", "docs")
    )

    assert named(lock) == ["a@1.0", "b@1.0"]


def test_pipenvs_lock_gives_both_its_parts():
    part = {"version": "==1.0", "hashes": [f"sha256:{HASH}"]}
    lock = read_pipfile_lock("Pipfile.lock", json.dumps({"default": {"a": part}, "develop": {"b": part}}))

    assert named(lock) == ["a@1.0", "b@1.0"]


def test_requirements_are_a_lock_when_every_line_is_pinned_and_hashed():
    lock = read_requirements(
        "requirements.txt",
        f"# made by pip-compile\n--index-url https://evil.example/simple\na==1.0 \\\n    --hash=sha256:{HASH} \\\n"
        f"    --hash=sha256:{'cd' * 32}\n    # via b\nb[x]==2.0 ; python_version < '4' --hash=sha256:{HASH}\n",
    )

    assert named(lock) == ["a@1.0", "b@2.0"]
    assert lock.archives[1].marker == "python_version < '4'"


@pytest.mark.parametrize(
    "line",
    [
        "a==1.0",
        "a>=1.0 --hash=sha256:" + HASH,
        "-e .",
        "-r /etc/passwd",
        "git+https://x/y",
        "./a.whl",
        "a @ https://x/a.whl",
    ],
)
def test_requirements_that_leave_anything_open_are_no_lock(line: str):
    with pytest.raises(NoLock, match="not locked by hashes"):
        read_requirements("requirements.txt", f"b==1 --hash=sha256:{HASH}\n{line}\n")


def test_a_marker_cannot_carry_an_option_into_what_pip_reads():
    text = UV.replace("python_full_version < '3.11'", "python_version < '3' --index-url=http://evil")
    lock = read_uv_lock("uv.lock", text)

    assert "old@2.0" not in named(lock)
    assert len(lock.left_out) == 1


def test_a_link_in_the_place_of_a_lock_is_passed_over(tmp_path: Path):
    (tmp_path / "elsewhere").write_text(UV)
    (tmp_path / "uv.lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(NoLock, match="has no lock file"):
        find_lock("pypi", tmp_path)


def test_the_reason_is_told_when_the_only_lock_cannot_be_used(tmp_path: Path):
    (tmp_path / "requirements.txt").write_text("requests\n")

    with pytest.raises(NoLock, match=r"requirements\.txt is not locked by hashes"):
        find_lock("pypi", tmp_path)


@given(st.text(max_size=300), st.sampled_from(range(6)))
def test_no_text_makes_a_reader_do_anything_but_read_it_or_refuse_it(text: str, number: int):
    readers = (
        read_package_lock,
        read_pnpm_lock,
        lambda file, text: read_yarn_lock(file, text, "{}"),
        read_uv_lock,
        read_poetry_lock,
        read_requirements,
    )
    try:
        lock = readers[number]("lock", text)
    except NoLock:
        return

    assert all(archive.digests for archive in lock.archives)
