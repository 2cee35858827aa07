"""Tests that draw a component or a hook again, with something else than before."""

from explorer_samples import reporting, saw, task

from testwright.domain.analysis import Parameter, Symbol, SymbolKind
from testwright.writers.explorer.javascript import JavaScriptExplorer


def props(**members):
    return {"$": "object", "v": [[name, value] for name, value in members.items()]}


async def drafted(text, name, kind, told, suite="src/price.test.tsx"):
    symbol = Symbol(name=name, kind=kind, line=1, end_line=1 + text.count("\n"), parameters=(Parameter(name="given"),))
    work = task(text, symbol, path="src/price.tsx", probe=reporting(told))
    return (await JavaScriptExplorer().explore(work, 2.0)).draft


async def test_a_hook_that_is_drawn_again_gets_its_arguments_from_outside():
    text = "export function useTotal({ cents }: { cents: number }) {\n  return cents\n}"
    told = {
        **saw(args=[props(cents=1)]),
        "steps": [{"act": "rerender", "args": [props(cents=3)]}],
        "states": [1, 3],
        "given": {"$": "undefined"},
    }

    (case,) = (await drafted(text, "useTotal", SymbolKind.HOOK, told)).cases

    assert case.name == "gives 3 for { cents: 1 } after drawing it again with cents 3"
    assert (
        "renderHook((given: Parameters<typeof useTotal>[0]) => useTotal(given), { initialProps: { cents: 1 } })"
        in case.code
    )
    assert "rerender({ cents: 3 })" in case.code


async def test_a_component_is_drawn_again_with_what_changed():
    text = "export const Price = ({ cents }: { cents?: number }) => <p>{cents}</p>"
    states = [{"roles": [], "texts": [text], "repeated": [], "isEmpty": False} for text in ("1 cent", "3 cents")]
    told = {
        **saw(args=[props(cents=1)]),
        "steps": [{"act": "rerender", "args": [props()]}],
        "states": states,
    }

    (case,) = (await drafted(text, "Price", SymbolKind.COMPONENT, told)).cases

    assert case.name.endswith(" after drawing it again without cents, at first with cents 1")
    assert "const { rerender } = render(" in case.code
    assert "expect(screen.getByText('3 cents')).toBeTruthy()" in case.code
