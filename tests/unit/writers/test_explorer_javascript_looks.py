"""What tests of components say of attributes, and of events beside clicks."""

from explorer_samples import View, reporting, saw, task

from testwright.domain.analysis import Parameter, Symbol, SymbolKind
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.pages import events_heard

ROOT = {"by": "root"}
SAVE = {"by": "role", "role": "button", "name": "Save"}
BUTTON = {"role": "button", "name": "Save", "alone": True, "disabled": False, "checked": False, "value": None}


def state(*looks):
    return {"roles": [BUTTON], "texts": [], "repeated": [], "isEmpty": False, "looks": list(looks)}


def look(at, **attributes):
    return {"at": at, "attributes": [[name.replace("_", "-"), value] for name, value in attributes.items()]}


async def drawn(*states, steps=()):
    work = task(
        "export function Panel() {}",
        Symbol(name="Panel", kind=SymbolKind.COMPONENT, line=1, end_line=1, parameters=(Parameter(name="props"),)),
        probe=reporting(saw(states=list(states), steps=list(steps))),
    )
    (case,) = (await JavaScriptExplorer().explore(work, 2.0)).draft.cases
    return case


async def test_the_first_look_says_what_is_of_one_element_before_classes_and_styles():
    case = await drawn(state(look(ROOT, **{"class": "panel"}), look(SAVE, aria_expanded="false")))

    first, second = [line.strip() for line in case.code.splitlines() if "getAttribute" in line]
    assert first == "expect(screen.getByRole('button', { name: 'Save' }).getAttribute('aria-expanded')).toBe('false')"
    assert second == "expect(container.firstElementChild?.getAttribute('class')).toBe('panel')"
    assert "const { container } = render(createElement(Panel))" in case.code


async def test_an_attribute_that_an_event_changes_or_takes_away_is_what_the_test_is_about():
    before = state(look(ROOT, style="opacity: 0.5;"), look(SAVE, title="Save it"))
    after = state(look(ROOT, style="opacity: 1;"), look(SAVE))
    enter = {"act": "fire", "event": "mouseEnter", "at": ROOT, "init": {"$": "object", "v": []}}

    case = await drawn(before, after, steps=[enter])

    assert case.name == "style becomes 'opacity: 1;' and title goes away after mouseEnter"
    assert "fireEvent.mouseEnter(container.firstElementChild as Element)" in case.code
    assert "expect(container.firstElementChild?.getAttribute('style')).toBe('opacity: 1;')" in case.code
    assert "getAttribute('title')).toBeNull()" in case.code


async def test_a_key_is_named_with_the_element_it_was_pressed_on():
    press = {"act": "fire", "event": "keyDown", "at": SAVE, "init": {"$": "object", "v": [["key", "Enter"]]}}

    case = await drawn(state(look(SAVE, aria_expanded="false")), state(look(SAVE, aria_expanded="true")), steps=[press])

    assert case.name == "aria-expanded becomes 'true' after keyDown Enter on Save"
    assert "fireEvent.keyDown(screen.getByRole('button', { name: 'Save' }), { key: 'Enter' })" in case.code


def test_events_are_those_that_the_code_handles():
    text = "<div onMouseEnter={open} onKeyDown={(e) => e}>{list.onSubmit}</div>; useIt({ onBlur: close })"

    assert events_heard(Module("a.tsx", text, View())) == ["mouseEnter", "keyDown", "blur"]


async def test_what_an_event_brings_is_told_with_its_attributes():
    before = state(look(ROOT, style="opacity: 1;"))
    after = state(look(ROOT, style="opacity: 1;"), look(SAVE, title="Save it"))
    enter = {"act": "fire", "event": "mouseEnter", "at": ROOT, "init": {"$": "object", "v": []}}

    case = await drawn(before, after, steps=[enter])

    assert "expect(screen.getByRole('button', { name: 'Save' }).getAttribute('title')).toBe('Save it')" in case.code
    assert "opacity" not in case.code
