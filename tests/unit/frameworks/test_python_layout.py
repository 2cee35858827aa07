import pytest

from testwright.frameworks.pytest_runner import Pytest


class Project:
    """A ProjectView over texts."""

    root = "nowhere"

    def __init__(self, *paths, **texts):
        self._texts = dict.fromkeys(paths, "") | {key.replace("__", "/") + ".py": text for key, text in texts.items()}

    def paths(self):
        return sorted(self._texts)

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


def place(source, *paths):
    return Pytest().suite_path(source, Project(source, *paths))


@pytest.mark.parametrize(
    ("source", "others", "expected"),
    [
        ("price.py", (), "tests/test_price.py"),
        ("shop/price.py", ("shop/__init__.py",), "tests/test_price.py"),
        ("shop/__init__.py", (), "tests/test_shop.py"),
        ("my-script.py", (), "tests/test_my_script.py"),
        ("shop/price.py", ("shop/cart.py", "tests/test_cart.py"), "tests/test_price.py"),
        ("shop/price.py", ("shop/cart.py", "tests/unit/test_cart.py"), "tests/unit/test_price.py"),
        ("shop/price.py", ("shop/cart.py", "shop/cart_test.py"), "shop/price_test.py"),
        ("shop/price.py", ("shop/cart.py", "shop/tests/test_cart.py"), "shop/tests/test_price.py"),
        (
            "src/shop/tax/vat.py",
            (
                "src/shop/cart/items.py",
                "src/shop/cart/total.py",
                "tests/cart/test_items.py",
                "tests/cart/test_total.py",
            ),
            "tests/tax/test_vat.py",
        ),
        ("shop/price.py", ("tests/unit/test_other.py", "tests/integration/test_all.py"), "tests/unit/test_price.py"),
        ("shop/price.py", ("test/__init__.py",), "test/test_price.py"),
        ("services/api/app/price.py", ("services/api/pyproject.toml",), "services/api/tests/test_price.py"),
        (".hidden/price.py", (".hidden/cart.py", ".hidden/test_cart.py"), "tests/test_price.py"),
    ],
)
def test_a_suite_belongs_where_the_project_keeps_its_tests(source, others, expected):
    assert place(source, *others) == expected


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (("tests/test_price.py",), "tests/test_shop_price.py"),
        (("tests/test_price.py", "tests/test_shop_price.py"), "tests/test_price_testwright.py"),
        (
            ("tests/test_price.py", "tests/test_shop_price.py", "tests/test_price_testwright.py"),
            "tests/test_price_testwright_2.py",
        ),
        (("tests/Test_Price.py",), "tests/test_shop_price.py"),
    ],
)
def test_an_existing_file_is_never_named(taken, expected):
    assert place("shop/price.py", *taken) == expected


def test_base_names_are_unique_where_test_folders_are_no_packages():
    others = ("a/one.py", "b/price.py", "a/tests/test_one.py", "b/tests/test_price.py")

    assert place("a/price.py", *others) == "a/tests/test_a_price.py"
    assert place("a/price.py", *others, "a/tests/__init__.py") == "a/tests/test_price.py"


def test_existing_suites_are_found_by_name():
    view = Project("shop/price.py", "tests/test_price.py", "tests/price_test.py", "tests/test_prices.py")

    assert Pytest().existing_suites("shop/price.py", view) == ("tests/price_test.py", "tests/test_price.py")


def test_namesakes_are_told_apart_by_what_the_tests_import():
    view = Project(
        "a/__init__.py", "b/__init__.py", a__price="", b__price="", tests__test_price="from b.price import total"
    )

    assert Pytest().existing_suites("a/price.py", view) == ()
    assert Pytest().existing_suites("b/price.py", view) == ("tests/test_price.py",)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (
            ("lib/util.py", "src/util.py", "util.py"),
            ("tests/test_lib_util.py", "tests/test_src_util.py", "tests/test_util.py"),
        ),
        (("a/src/util.py", "b/src/util.py"), ("tests/test_src_util.py", "tests/test_b_src_util.py")),
        (
            ("src/util.py", "src_util.py", "util.py"),
            ("tests/test_util_testwright.py", "tests/test_src_util.py", "tests/test_util.py"),
        ),
        (("a/Util.py", "a/util.py"), ("tests/test_a_Util.py", "tests/test_util_testwright.py")),
        (("my-mod.py", "my_mod.py"), ("tests/test_my_mod.py", "tests/test_my_mod_testwright.py")),
        (("util.py", "util/__init__.py"), ("tests/test_util.py", "tests/test_util_testwright.py")),
    ],
)
def test_no_two_sources_are_given_one_place_whichever_is_asked_first(sources, expected):
    assert tuple(place(source, *sources) for source in sources) == expected


def test_namesakes_whose_test_folders_are_packages_of_their_own_keep_their_names():
    others = ("a/one.py", "a/tests/test_one.py", "a/tests/__init__.py", "b/price.py")

    assert place("a/price.py", *others) == "a/tests/test_price.py"


def test_a_suite_that_was_named_after_folders_is_found_again():
    view = Project("a/src/util.py", "tests/test_a_src_util.py")

    assert Pytest().existing_suites("a/src/util.py", view) == ("tests/test_a_src_util.py",)
