"""What is said about callbacks that are handed over."""

from explorer_samples import TEXT, function, reporting, saw, task

from testwright.domain.analysis import Parameter, Symbol, SymbolKind
from testwright.writers.explorer.javascript import JavaScriptExplorer

CALLBACK = {"$": "spy", "v": "onDone"}


async def calling_back(*told):
    work = task(TEXT, function("price", TEXT, "text", "onDone"), probe=reporting(*told))
    return (await JavaScriptExplorer().explore(work, 2.0)).draft


async def test_a_callback_that_is_called_is_a_spy_with_a_word_said_about_it():
    draft = await calling_back(saw(1, args=["a", CALLBACK], spies=[["onDone", [["a", 1]]]]))

    assert "const onDone = vi.fn()" in draft.cases[0].code
    assert "expect(onDone).toHaveBeenCalledWith('a', 1)" in draft.cases[0].code


async def test_a_call_without_arguments_is_counted():
    draft = await calling_back(saw(1, args=["a", CALLBACK], spies=[["onDone", [[]]]]))

    assert "expect(onDone).toHaveBeenCalledTimes(1)" in draft.cases[0].code


async def test_a_callback_that_is_never_called_is_no_spy():
    draft = await calling_back(saw(1, args=["a", CALLBACK], spies=[["onDone", []]]))

    assert draft.cases[0].code == (
        "it(\"returns 1 for 'a', a callback\", () => {\n  expect(price('a', () => {})).toBe(1)\n})"
    )


async def test_that_a_callback_is_not_called_is_said_where_others_call_it():
    never = saw(1, args=["a", CALLBACK], spies=[["onDone", []]])
    once = saw(2, args=["b", CALLBACK], branches=("s2", "conDone"), spies=[["onDone", [[]]]])

    draft = await calling_back(never, once)

    assert "expect(onDone).not.toHaveBeenCalled()" in draft.cases[0].code


async def test_a_test_of_an_error_has_no_spies():
    thrown = {"kind": "throws", "name": "RangeError", "message": "no price", "own": True, "isAsync": False}
    giving = {**CALLBACK, "returns": {"$": "object", "v": [["a", 1]]}}

    draft = await calling_back(saw(args=["a", giving], kind="throws", thrown=thrown, spies=[["onDone", [[]]]]))

    assert "expect(() => price('a', () => ({ a: 1 }))).toThrow('no price')" in draft.cases[0].code
    assert "vi.fn" not in draft.cases[0].code


async def test_a_click_that_calls_back_is_told():
    button = {"role": "button", "name": "Save", "alone": True, "disabled": False, "checked": False, "value": None}
    state = {"roles": [button], "texts": [], "repeated": [], "isEmpty": False}
    props = {"$": "object", "v": [["onSave", {"$": "spy", "v": "onSave"}]]}
    work = task(
        "export function Save({ onSave }) {}",
        Symbol(name="Save", kind=SymbolKind.COMPONENT, line=1, end_line=1, parameters=(Parameter(name="props"),)),
        probe=reporting(
            saw(
                args=[props],
                states=[state, state],
                spies=[["onSave", [[{"$": "cut"}]]]],
                steps=[{"act": "click", "role": "button", "name": "Save"}],
            )
        ),
    )

    draft = (await JavaScriptExplorer().explore(work, 2.0)).draft

    assert draft.cases[0].name == "calls onSave after clicking Save"
    assert "expect(onSave).toHaveBeenCalledTimes(1)" in draft.cases[0].code
