import pytest

from testwright.domain.specifiers import package_name, unit_specifier


class Project:
    root = "nowhere"

    def __init__(self, *paths):
        self._paths = paths

    def paths(self):
        return sorted(self._paths)

    def text(self, path):
        return "" if path in self._paths else None

    def exists(self, path):
        return path in self._paths


@pytest.mark.parametrize(
    ("source", "neighbours", "specifier"),
    [
        ("src/a.ts", (), "./a"),
        ("src/a.ts", ("src/a.js",), "./a.ts"),
        ("src/a.js", ("src/a.tsx",), "./a.js"),
        ("src/a.tsx", ("src/a.test.tsx", "lib/a.ts"), "./a"),
    ],
)
def test_the_ending_is_named_where_a_neighbour_could_be_meant(source, neighbours, specifier):
    assert unit_specifier(source, "src/x.test.ts", "vitest", Project(source, *neighbours)) == specifier


@pytest.mark.parametrize(
    ("manifest", "name"),
    [('{"name": "@shop/core"}', "@shop/core"), ('{"name": 3}', ""), ("[]", ""), ("{", ""), (None, "")],
)
def test_a_package_goes_by_the_name_in_its_manifest(manifest, name):
    class Package(Project):
        def text(self, path):
            return manifest if path == "packages/core/package.json" else '{"name": "the root"}'

    assert package_name("packages/core", Package()) == name
