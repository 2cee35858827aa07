"""A test under construction, and the manners of the suite it is for."""

from dataclasses import dataclass, field

from testwright.writers.explorer.javascript.words import Words


@dataclass(frozen=True, slots=True)
class Style:
    """How this suite is written: the mock's name (vi or jest), how statements end, what the unit is called."""

    mock: str
    words: Words
    end: str
    is_module: bool
    has_jsx: bool
    is_typed: bool
    enums: tuple[str, ...] = ()
    is_forgetful: bool = False
    stand_ins: tuple[tuple[str, str], ...] = ()


@dataclass
class Written:
    """A test under construction."""

    title: str
    lines: list[str]
    scenario: str = "happy"
    is_async: bool = False
    needs: set[str] = field(default_factory=set)
