"""JUnit XML and TAP as outcomes. They come out of a sandbox: what is no such report is none, whatever it says."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from testwright.domain.verdicts import CaseOutcome, Outcome
from testwright.frameworks.python_reports import MOST_MESSAGE, clean

_MOST_NAME = 500
_LINE = re.compile(
    r"^(?P<no>not )?ok\b\s*\d*\s*(?:- )?(?P<name>.*?)\s*(?:#\s*(?P<skip>skip|todo)\b.*)?$", re.IGNORECASE
)
_PLAN = re.compile(r"^1\.\.(\d+)\b")
_OF_A_METHOD = re.compile(r"^(\w+)(?:\(.*)?(?:\[.*)?$", re.DOTALL)
_FAILED, _SKIPPED = ("failure", "error"), ("skipped", "disabled")


def outcomes_of(text: str) -> tuple[CaseOutcome, ...] | None:
    """None where the text is no report of either kind."""
    start = text.find("<?xml") if "<?xml" in text else text.find("<testsuite")
    return _junit(text[start:]) if start >= 0 else _tap(text)


def _junit(text: str) -> tuple[CaseOutcome, ...] | None:
    """A command that prints its report may print more behind it."""
    end = max(text.rfind(f"</{name}>") + len(name) + 3 for name in ("testsuites", "testsuite"))
    if "<!ENTITY" in text:
        return None
    try:
        root = ElementTree.fromstring(clean(text[:end]).encode())
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None
    return tuple(_case(element) for element in root.iter("testcase"))


def _case(element: ElementTree.Element) -> CaseOutcome:
    children = {child.tag: child for child in element}
    failure = next((children[tag] for tag in _FAILED if tag in children), None)
    outcome = Outcome.PASSED
    if failure is not None:
        outcome = Outcome.FAILED
    elif any(tag in children for tag in _SKIPPED):
        outcome = Outcome.SKIPPED
    return CaseOutcome(
        name=plain_name(element.get("name", "")),
        outcome=outcome,
        message=_message(failure, children) if failure is not None else "",
        duration_ms=_milliseconds(element.get("time", "")),
    )


def _message(failure: ElementTree.Element, children: dict[str, ElementTree.Element]) -> str:
    said = [failure.get("message", ""), *failure.itertext()]
    said += [text for tag in ("system-out", "system-err") if tag in children for text in children[tag].itertext()]
    lines = "\n".join(part.strip() for part in said if part.strip())
    return clean(lines)[:MOST_MESSAGE] or failure.get("type", "") or "failed"


def _milliseconds(seconds: str) -> float:
    try:
        return max(0.0, min(float(seconds.replace(",", "")) * 1000, 1e9))
    except ValueError:
        return 0.0


def plain_name(told: str) -> str:
    """The name of the function: without the module before it, the signature or the subtest behind it."""
    name = clean(told).strip()
    if re.fullmatch(r"[\w:]+", name):
        return name.rpartition("::")[2][:_MOST_NAME]
    if name.startswith("Test") and "/" in name:
        return name.partition("/")[0][:_MOST_NAME]
    method = _OF_A_METHOD.match(name)
    return (method[1] if method else name)[:_MOST_NAME]


def _tap(text: str) -> tuple[CaseOutcome, ...] | None:
    """Only the outermost tests, and only as many as the plan says."""
    found = list(_told(clean(text).splitlines()))
    plans = [int(plan[1]) for line in text.splitlines() if (plan := _PLAN.match(line))]
    return tuple(found) if plans == [len(found)] and found else None


def _told(lines: list[str]) -> Iterator[CaseOutcome]:
    for at, line in enumerate(lines):
        if (found := _LINE.match(line)) is None:
            continue
        after = []
        for more in lines[at + 1 :]:
            if not more.startswith((" ", "#")):
                break
            after.append(more.strip("# \t"))
        outcome = Outcome.FAILED if found["no"] else Outcome.PASSED
        yield CaseOutcome(
            name=plain_name(found["name"]),
            outcome=Outcome.SKIPPED if found["skip"] else outcome,
            message=("\n".join(after)[:MOST_MESSAGE] or "failed") if found["no"] else "",
        )
