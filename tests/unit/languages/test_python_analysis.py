import pytest

from testwright.domain.analysis import SymbolKind
from testwright.domain.errors import PermanentError
from testwright.domain.sessions import SourceFile
from testwright.languages.python import Python


def analyse(text, path="shop/price.py"):
    return Python().analyse(SourceFile(path=path, text=text, framework="pytest"))


def test_public_functions_classes_and_methods_are_symbols_and_private_ones_are_not():
    found = analyse(
        "def price(): ...\ndef _hidden(): ...\nclass Cart:\n    def add(self): ...\n    def _note(self): ...\n"
    )

    assert [(symbol.name, symbol.kind) for symbol in found.symbols] == [
        ("price", SymbolKind.FUNCTION),
        ("Cart", SymbolKind.CLASS),
        ("Cart.add", SymbolKind.METHOD),
    ]


def test_dunder_all_decides_what_is_exported():
    found = analyse(
        "__all__ = ['_listed']\n__all__ += ('late',)\ndef _listed(): ...\ndef late(): ...\ndef other(): ...\n"
    )

    assert [symbol.name for symbol in found.symbols] == ["_listed", "late"]


def test_parameters_keep_their_annotation_default_and_kind():
    (symbol,) = analyse('def f(a: int, /, b=1, *args: str, c: "float" = 2.0, **rest) -> bool: ...\n').symbols

    assert [(p.name, p.annotation, p.default, p.kind, p.optional) for p in symbol.parameters] == [
        ("a", "int", None, "positional", False),
        ("b", None, "1", "positional", True),
        ("args", "str", None, "rest", True),
        ("c", '"float"', "2.0", "keyword", True),
        ("rest", None, None, "keywords", True),
    ]
    assert symbol.returns == "bool"


def test_async_generators_statics_and_docstrings_are_seen():
    found = analyse(
        '@decorated\nasync def fetch():\n    """Get it."""\n'
        "def numbers():\n    def inner():\n        yield 1\n    return inner\n"
        "def letters():\n    yield 'a'\n"
        "class C:\n    @staticmethod\n    def make(x): ...\n    @classmethod\n    def of(cls, y): ...\n"
    )
    by_name = {symbol.name: symbol for symbol in found.symbols}

    assert by_name["fetch"].is_async
    assert by_name["fetch"].doc == "Get it."
    assert (by_name["fetch"].line, by_name["fetch"].end_line) == (1, 3)
    assert not by_name["numbers"].is_generator
    assert by_name["letters"].is_generator
    assert by_name["C.make"].is_static
    assert [p.name for p in by_name["C.make"].parameters] == ["x"]
    assert [p.name for p in by_name["C.of"].parameters] == ["y"]


def test_the_fields_of_a_dataclass_are_its_constructors_parameters():
    (symbol,) = analyse(
        "@dataclass\nclass Item:\n    name: str\n    price: float = 0.0\n    kinds: ClassVar[int] = 1\n"
    ).symbols

    assert [(p.name, p.optional) for p in symbol.parameters] == [("name", False), ("price", True)]


def test_compared_literals_come_first_and_docstrings_are_no_literals():
    found = analyse('"""About."""\nlimit = 3\ndef f(x):\n    """Doc."""\n    return x == "gold"\n')

    assert found.literals == ('"gold"', "3")


def test_definitions_inside_top_level_branches_are_found():
    found = analyse("try:\n    import x\nexcept ImportError:\n    def fallback(): ...\nelse:\n    def other(): ...\n")

    assert {symbol.name for symbol in found.symbols} == {"fallback", "other"}
    assert found.imports == ("x",)


def test_newer_syntax_than_ours_is_read():
    found = analyse("type Pair[T] = tuple[T, T]\ndef first[T](pair: Pair[T]) -> T:\n    return pair[0]\n")

    assert [symbol.name for symbol in found.symbols] == ["first"]


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "RATE = 3\n"])
def test_a_file_without_public_code_has_nothing_to_test(text):
    with pytest.raises(PermanentError, match=r"price\.py has nothing to test") as caught:
        analyse(text)

    assert caught.value.code == "nothing_to_test"


def test_where_everything_is_private_that_is_what_to_test():
    assert [symbol.name for symbol in analyse("def _private(): ...\n").symbols] == ["_private"]
    assert [symbol.name for symbol in analyse("def _private(): ...\ndef f(): ...\n").symbols] == ["f"]


def test_a_syntax_error_is_named_with_its_line():
    with pytest.raises(PermanentError, match=r"price\.py does not parse: line 3") as caught:
        analyse("def fine():\n    return 1\ndef broken(:\n    return 2\n")

    assert caught.value.code == "unparseable"


def test_nesting_of_any_depth_is_survived():
    found = analyse("def f():\n    return " + "(" * 20_000 + "1" + ")" * 20_000 + "\n")

    assert found.symbols[0].name == "f"
