import pytest

from testwright.domain.python_modules import (
    hides_standard_module,
    import_root,
    is_importable,
    module_name,
    top_level_names,
)


class Project:
    root = "nowhere"

    def __init__(self, *paths, **texts):
        self._texts = dict.fromkeys(paths, "") | {f"{name}.py": text for name, text in texts.items()}

    def paths(self):
        return sorted(self._texts)

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


@pytest.mark.parametrize(
    ("path", "others", "root", "name"),
    [
        ("price.py", (), "", "price"),
        ("shop/price.py", ("shop/__init__.py",), "", "shop.price"),
        ("src/shop/price.py", ("src/shop/__init__.py",), "src", "shop.price"),
        ("src/shop/tax/vat.py", ("src/shop/__init__.py", "src/shop/tax/__init__.py"), "src", "shop.tax.vat"),
        ("shop/__init__.py", (), "", "shop"),
        ("scripts/run.py", (), "scripts", "run"),
        ("src/shop/price.py", (), "src", "shop.price"),
        ("src/price.py", (), "src", "price"),
    ],
)
def test_packages_and_conventions_say_how_a_file_is_imported(path, others, root, name):
    view = Project(path, *others)

    assert (import_root(path, view), module_name(path, view)) == (root, name)


@pytest.mark.parametrize(
    "use", ["from shop.price import total", "import shop.price as price", "from shop import cart, price"]
)
def test_a_folder_without_init_is_a_package_when_the_project_imports_it_as_one(use):
    view = Project("backend/shop/price.py", main=f"import os\n{use}\n")

    assert (import_root("backend/shop/price.py", view), module_name("backend/shop/price.py", view)) == (
        "backend",
        "shop.price",
    )


def test_names_that_are_no_identifiers_cannot_be_imported():
    assert not is_importable("my-script")
    assert is_importable("shop.price")


def test_top_level_names_are_what_the_projects_files_can_be_imported_as():
    view = Project("src/shop/__init__.py", "src/shop/price.py", "tool.py", "a/b/__init__.py", "a/b/c.py")

    assert {"shop", "tool", "b"} <= top_level_names(view)


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("json.py", "json"),
        ("src/types.py", "types"),
        ("json/__init__.py", "json"),
        ("shop/json.py", None),
        ("price.py", None),
        ("json.ts", None),
    ],
)
def test_only_a_file_that_is_found_first_hides_a_module_of_python(path, module):
    assert hides_standard_module(path) == module


def test_a_keyword_is_no_name_for_a_module():
    assert not is_importable("shop.class")
