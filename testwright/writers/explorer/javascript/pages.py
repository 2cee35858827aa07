"""What a browser has and jsdom lacks: code that asks for it gets a stand-in, in the probe and in the suite."""

import re

from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.neighbours import closure_of

_OBSERVER = "class {\n    observe() {}\n    unobserve() {}\n    disconnect() {}\n  }"
_STAND_INS = {
    "matchMedia": "() => ({ matches: false, addEventListener() {}, removeEventListener() {} })",
    "ResizeObserver": _OBSERVER,
    "IntersectionObserver": _OBSERVER,
    "scrollTo": "() => {}",
}


def stand_ins_for(module: Module) -> list[list[str]]:
    """Name and code of each that the unit, or a module of the project that it loads, asks for."""
    texts = [each.text for each in closure_of(module)]
    return [
        [name, code]
        for name, code in _STAND_INS.items()
        if any(re.search(rf"(?<![\w.])(?:window\.|globalThis\.)?{name}\b", text) for text in texts)
    ]


_EVENTS = (
    *("mouseEnter", "mouseLeave", "mouseDown", "mouseUp", "pointerDown", "pointerUp", "pointerEnter", "pointerLeave"),
    *("keyDown", "keyUp", "focus", "blur", "submit", "doubleClick", "scroll", "wheel", "animationEnd", "transitionEnd"),
    *("dragStart", "dragOver", "dragEnter", "dragLeave", "dragEnd", "drop", "touchStart", "touchEnd", "contextMenu"),
    *("paste", "copy"),
)


def events_heard(module: Module) -> list[str]:
    """Events beside clicks and changes that the unit handles, as Testing Library calls them."""
    handlers = {name.lower() for name in re.findall(r"\bon([A-Z]\w+)\s*[=:]", module.text)}
    return [event for event in _EVENTS if event.lower() in handlers]
