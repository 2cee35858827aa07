"""What a strict reviewer would stumble over in a suite, counted roughly by the words of each test."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from testwright.domain.drafts import Case

_CHECK = re.compile(
    r"^\s*(?:with )?(?P<check>assert\b(?!\w).*|self\.assert\w+\(.*|pytest\.raises\(.*|expect\(.*|assert\.\w+\(.*|"
    r"await (?:expect|assert)\b.*)",
    re.MULTILINE,
)
_WEAK = re.compile(
    r"assert (?:not )?[\w.()\[\]]+$|assert isinstance\(.*\)$|.* is (?:not )?None$|"
    r".*\.(?:not\.)?(?:toBeDefined|toBeUndefined|toBeTruthy|toBeFalsy|toBeNull|toThrow)\(\);?$|"
    r"self\.assert(?:IsNone|IsNotNone|True|False|IsInstance)\(.*"
)
_PRIVATE = re.compile(r"\w\._(?!_)\w+|\w\.#\w+")
_MOCK = re.compile(r"mock\.patch\(|monkeypatch\.setattr\(|(?:jest|vi)\.(?:mock|spyOn)\(")
_NUMBER = re.compile(r"(?:_\d+| \(\d+\))$")
KINDS = ("nothing asserted", "weak only", "private", "mocks", "numbered")


def smells_of(cases: Sequence[Case]) -> Mapping[str, int]:
    """For each kind the number of tests. `weak only`: nothing is compared but with None, a type, or true and false."""
    bases = Counter(_NUMBER.sub("", case.name) for case in cases)
    checks = [[found["check"].strip() for found in _CHECK.finditer(case.code)] for case in cases]
    return {
        "nothing asserted": sum(not found for found in checks),
        "weak only": sum(bool(found) and all(_WEAK.fullmatch(check) for check in found) for found in checks),
        "private": sum(_PRIVATE.search(case.code) is not None for case in cases),
        "mocks": sum(_MOCK.search(case.code) is not None for case in cases),
        "numbered": sum(_is_numbered(case.name, bases) for case in cases),
    }


def _is_numbered(name: str, bases: Mapping[str, int]) -> bool:
    """Whether the number at its end is all that tells it from another test."""
    base = _NUMBER.sub("", name)
    return base != name and bases[base] > 1
