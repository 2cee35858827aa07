"""Which files come first when nobody picks them."""

from pathlib import Path

from testwright.domain.records import MeasuredFile
from testwright.languages.branching import decisions_in
from testwright.sources.folder import FolderView
from testwright.sources.picking import Choice, Knowledge, pick, riskiest

SIMPLE = "def f():\n    return 1\n"
BRANCHY = "def f(a):\n    if a and a > 1:\n        return [x for x in a if x]\n    return 2 if a else 3\n"


def project(root: Path, **texts: str) -> FolderView:
    for name, text in texts.items():
        (root / f"{name}.py").write_text(text)
    return FolderView(root)


def knowing(*tested: str, measured: tuple[MeasuredFile, ...] = ()) -> Knowledge:
    return Knowledge(
        decisions=decisions_in, tested=lambda paths, _: frozenset(paths) & frozenset(tested), measured=measured
    )


def test_what_decides_more_comes_first(tmp_path):
    view = project(tmp_path, a=SIMPLE, b=BRANCHY)

    assert [one.path for one in riskiest(view, ["a.py", "b.py"], knowing(), {})] == ["b.py", "a.py"]


def test_what_changes_more_often_comes_first(tmp_path):
    view = project(tmp_path, a=SIMPLE, b=SIMPLE)

    assert [one.path for one in riskiest(view, ["a.py", "b.py"], knowing(), {"b.py": 3})] == ["b.py", "a.py"]


def test_what_is_tested_comes_after_what_is_not_and_what_is_covered_comes_last(tmp_path):
    view = project(tmp_path, a=SIMPLE, b=SIMPLE, c=SIMPLE)
    measured = (MeasuredFile(path="a.py", text=SIMPLE, lines=100.0),)

    ranked = riskiest(view, ["a.py", "b.py", "c.py"], knowing("b.py", measured=measured), {})

    assert [(one.path, one.because[0]) for one in ranked] == [
        ("c.py", "no tests"),
        ("b.py", "has tests, not measured"),
        ("a.py", "100 % of its lines covered"),
    ]


def test_what_was_measured_of_another_text_says_nothing(tmp_path):
    view = project(tmp_path, a=SIMPLE)
    measured = (MeasuredFile(path="a.py", text="another", lines=100.0),)

    (only,) = riskiest(view, ["a.py"], knowing(measured=measured), {})

    assert only.because == ("no tests", "0 decisions", "changed in 0 commits")


def test_as_many_are_taken_as_were_asked_for_and_what_is_asked_together_narrows(tmp_path):
    view = project(tmp_path, a=SIMPLE, b=BRANCHY, c=BRANCHY)

    picked = pick(view, ["a.py", "b.py", "c.py"], Choice(untested=True, most=1), knowing("b.py"))

    assert [one.path for one in picked] == ["c.py"]


def test_branches_are_counted_in_every_language():
    assert decisions_in(SIMPLE, "a.py") == 0
    assert decisions_in(BRANCHY, "a.py") == 5
    assert decisions_in("const f = a => a?.b ?? (a && 1 ? 2 : 3)\n", "a.ts") == 4
    assert decisions_in("for (const a of b) { try { switch (a) { case 1: break } } catch {} }\n", "a.js") == 3
    assert decisions_in("if (", "a.jsx") >= 0
