"""How many tokens the questions about a file take, beside those of a tool that asks for each function apart.

    python bench/tokens.py [WORDS …]

The other side is the sequence of CoverUp 0.6.3 (github.com/plasma-umass/coverup), its words taken over: one
conversation for each function, or class of up to 50 lines, with what is not executed; each further turn sends all
turns before it again. No model is asked: both sides get the same answers, and the same failure of every second
conversation (CoverUp's own count is 1.5 turns), as each of them tells it. Both are counted by the same rough tokenizer.
Nobody had tests before, so every line is missing. Python only, which is what CoverUp reads.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from textwrap import dedent

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent / "explorer"))

from development import Target, targets

from testwright.domain.drafts import Case, Draft
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Explored, WritingTask
from testwright.domain.projects import Runner
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.verdicts import Fault
from testwright.languages import LANGUAGES, language_of
from testwright.sources.folder import open_folder
from testwright.writers.model import units
from testwright.writers.model.context import ROOM
from testwright.writers.model.prompting import Prompter, system_prompt
from testwright.writers.model.sizes import tokens

_LINE_LIMIT = 50
_FAILING_SHARE = 2
"""Every second conversation has one turn for a failure."""
_TEST = """\
def test_something():
    result = unit.call('an argument', 12)

    assert result == 'what is expected'
"""
_TESTS_EACH = 2
_TOLD_TO_THEM = """\
    def test_something():
        result = unit.call('an argument', 12)

>       assert result == 'what is expected'
E       AssertionError: assert 'what is seen' == 'what is expected'
E         - what is expected
E         + what is seen

test_unit.py:8: AssertionError
"""
"""What pytest prints of a failure, as far as CoverUp sends it."""
_TOLD_BY_US = """\
AssertionError: assert 'what is seen' == 'what is expected'
  - what is expected
  + what is seen
"""
"""The same failure as the line's own plugin reports it."""

_ASKED = """
You are an expert Python test-driven developer.
The code below, extracted from {path}, does not achieve full coverage:
when tested, lines {first}-{last} do not execute.
Create new pytest test functions that execute all missing lines and branches, always making
sure that each test is correct and indeed improves coverage.
Use the get_info tool function as necessary.
Always send entire Python test scripts when proposing a new test or correcting one you
previously proposed.
Be sure to include assertions in the test that verify any applicable postconditions.
Please also make VERY SURE to clean up after the test, so as to avoid state pollution;
use 'monkeypatch' or 'pytest-mock' if appropriate.
Write as little top-level code as possible, and in particular do not include any top-level code
calling into pytest.main or the test itself.
Respond ONLY with the Python code enclosed in backticks, without any explanation.
```python
{excerpt}
```
"""
_FAILED = """\
Executing the test yields an error, shown below.
Modify or rewrite the test to correct it; respond only with the complete Python code in backticks.
Use the get_info tool function as necessary.

{error}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Tokens of the first questions alone, and with the turns for failures. `bare` is ours without context."""

    name: str
    theirs_first: int
    bare_first: int
    ours_first: int
    theirs: int
    bare: int
    ours: int


def main(words: list[str]) -> None:
    rows = [row for target in targets(words, ("python",)) if (row := row_of(target)) is not None]
    print(
        "| file | first: CoverUp's | unit alone | with context | and failures: CoverUp's | unit alone | with context |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row.name} | {row.theirs_first} | {_share(row.bare_first, row.theirs_first)} |"
            f" {_share(row.ours_first, row.theirs_first)} | {row.theirs} | {_share(row.bare, row.theirs)} |"
            f" {_share(row.ours, row.theirs)} |"
        )
    theirs_first, theirs = sum(row.theirs_first for row in rows), sum(row.theirs for row in rows)
    print(
        f"| **all** | {theirs_first} | {_share(sum(row.bare_first for row in rows), theirs_first)} |"
        f" {_share(sum(row.ours_first for row in rows), theirs_first)} | {theirs} |"
        f" {_share(sum(row.bare for row in rows), theirs)} | {_share(sum(row.ours for row in rows), theirs)} |"
    )
    ratios = [
        [row.bare_first / row.theirs_first for row in rows],
        [row.ours_first / row.theirs_first for row in rows],
        [row.bare / row.theirs for row in rows],
        [row.ours / row.theirs for row in rows],
    ]
    middle = [f"{median(each):.2f}" for each in ratios]
    print(f"| **median** | | {middle[0]} | {middle[1]} | | {middle[2]} | {middle[3]} |")


def _share(ours: int, theirs: int) -> str:
    return f"{ours} ({ours / theirs:.2f})"


def row_of(target: Target) -> Row | None:
    task = task_of(target)
    if task is None:
        return None
    first = [tokens(text) for text in segments_of(task)]
    answer, failure = tokens(_TEST) * _TESTS_EACH, tokens(_FAILED) + tokens(_TOLD_TO_THEM)
    again = [size + answer + failure for size in first[::_FAILING_SHARE]]
    return Row(
        name=target.name,
        theirs_first=sum(first),
        bare_first=ours_of(task, failing=0, room=0),
        ours_first=ours_of(task, failing=0, room=ROOM),
        theirs=sum(first) + sum(again),
        bare=ours_of(task, failing=len(again), room=0),
        ours=ours_of(task, failing=len(again), room=ROOM),
    )


def task_of(target: Target) -> WritingTask | None:
    view = open_folder(target.folder)
    text, language = view.text(target.path), language_of(target.path)
    if text is None or language is None:
        return None
    source = SourceFile(path=target.path, text=text, framework=target.framework)
    try:
        analysis = LANGUAGES[language].analyse(source)
    except PermanentError:
        return None
    return WritingTask(
        source=source,
        analysis=analysis,
        framework=target.framework,
        suite_path="tests/test_unit.py",
        options=Options(),
        runner=Runner(framework=target.framework, version="1", origin="managed", found="", program=("run",)),
        view=view,
        probe=_no_probe,
        seed=0,
    )


def ours_of(task: WritingTask, *, failing: int, room: int) -> int:
    """One question for each segment, and one repair with all failures, as the line asks."""
    prompter = Prompter(task, LANGUAGES[task.analysis.language], room=room)
    total = sum(tokens(prompter.draft(focus).prompt) for focus in units.segments(task.analysis))
    asked = len(units.segments(task.analysis))
    if failing:
        holders = {symbol.name.rpartition(".")[0] for symbol in task.analysis.symbols}
        named = [symbol.name for symbol in task.analysis.symbols if symbol.name not in holders]
        cases = tuple(
            Case(name=f"test_{number}", code=_TEST, targets=(named[number * _FAILING_SHARE % len(named)],))
            for number in range(failing)
        )
        faults = [Fault(name=case.name, gate="passes", message=_TOLD_BY_US) for case in cases]
        total += tokens(prompter.repair(Draft(preamble="import unit", cases=cases), faults).prompt)
        asked += 1
    return total + asked * tokens(system_prompt())


def segments_of(task: WritingTask) -> Iterator[str]:
    """CoverUp's first prompts: the excerpt has its imports, and numbers on the lines that are not executed."""
    text, path = task.source.text, task.source.path
    lines = text.split("\n")
    imports = [line.strip() for line in lines if line.startswith(("import ", "from "))]
    for first, last, header in _spans(text):
        used = "\n".join(lines[first - 1 : last])
        named = [line for line in imports if any(word in used for word in line.replace(",", " ").split()[1:])]
        excerpt = [f"{'':10}  {line}" for line in [*named, *header]]
        for number in range(first, last + 1):
            is_code = lines[number - 1].strip() and number > first
            excerpt.append(f"{number:10}: {lines[number - 1]}" if is_code else f"{'':10}  {lines[number - 1]}")
        yield dedent(_ASKED).format(path=path, first=first + 1, last=last, excerpt="\n".join(excerpt))


def _spans(text: str) -> Iterator[tuple[int, int, list[str]]]:
    lines = text.split("\n")
    for node in ast.parse(text).body:
        yield from _spans_in(node, lines, [])


def _spans_in(node: ast.AST, lines: list[str], header: list[str]) -> Iterator[tuple[int, int, list[str]]]:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
    last = node.end_lineno or first
    if isinstance(node, ast.ClassDef) and last - first + 1 > _LINE_LIMIT:
        for inner in node.body:
            yield from _spans_in(inner, lines, [*header, *lines[first - 1 : node.lineno]])
    elif any(isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) for inner in ast.walk(node)):
        yield first, last, header


async def _no_probe(text: str, reports: tuple[str, ...], *, seconds: float) -> Explored:
    raise AssertionError("nothing is run here")


if __name__ == "__main__":
    main(sys.argv[1:])
