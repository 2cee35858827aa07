"""A small module's tests before the static gates for Python."""

from testwright.domain.analysis import Analysis, Symbol, SymbolKind
from testwright.languages.python import Python

ANALYSIS = Analysis(
    language="python",
    symbols=(
        Symbol(name="parse_price", kind=SymbolKind.FUNCTION, line=1, end_line=2),
        Symbol(name="Cart", kind=SymbolKind.CLASS, line=3, end_line=9),
        Symbol(name="Cart.total", kind=SymbolKind.METHOD, line=4, end_line=5),
    ),
)
PREAMBLE = "import pytest\nfrom shop.price import Cart, parse_price"


def fault(body, preamble=PREAMBLE, arguments="", before="", analysis=ANALYSIS):
    code = f"{before}def test_it({arguments}):\n" + "\n".join(f"    {line}" for line in body.split("\n"))
    python = Python()
    draft = python.split(f"{preamble}\n\n\n{code}\n")
    return python.fault_of(draft.cases[0], draft, analysis, frozenset({"pytest", "shop"}))


def faults(text, known=frozenset()):
    draft = Python().split(text)
    packages = frozenset({"pytest", "shop", *known})
    found = [Python().fault_of(case, draft, ANALYSIS, packages) for case in draft.cases]
    return [fault.message if fault is not None else None for fault in found]
