"""How many tokens the questions about a file take, beside those of a tool that asks for each function apart.

    python bench/tokens.py [WORDS …]

The other side are CoverUp's conversations (`coverup.py`); each further turn sends all turns before it again. No model
is asked: both sides get the same answers, and the same failure of every second conversation (CoverUp's own count is
1.5 turns), as each of them tells it. Information is equal where its model looked up what its function uses of the file,
all of it in one turn: our questions show that from the start. Both are counted by the same rough tokenizer. Python
only, which is what CoverUp reads.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from types import MappingProxyType

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent / "explorer"))

from coverup import FAILED, Conversation, conversations
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Tokens of a file's questions: CoverUp's and ours. `failed` has the turns for failures too.

    `first` is without what was looked up, `sent` is ours with what the unit uses of other files, callers and examples.
    """

    name: str
    first: int
    theirs: int
    ours: int
    theirs_failed: int
    ours_failed: int
    sent: int
    sent_failed: int


def main(words: list[str]) -> None:
    rows = [row for target in targets(words, ("python",)) if (row := row_of(target)) is not None]
    print(
        "| file | CoverUp: asked | and looked up | ours | with context | CoverUp: and failures | ours | with context |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(_line(row))
    sums = [sum(getattr(row, each.name) for row in rows) for each in fields(Row) if each.name != "name"]
    print(_line(Row(**dict(zip([each.name for each in fields(Row)], ["**all**", *sums], strict=True)))))
    early = median(row.ours / row.theirs for row in rows)
    late = median(row.ours_failed / row.theirs_failed for row in rows)
    print(f"| **median** | | | {early:.2f} | | | {late:.2f} | |")


def _line(row: Row) -> str:
    early = f"{_share(row.ours, row.theirs)} | {_share(row.sent, row.theirs)}"
    late = f"{_share(row.ours_failed, row.theirs_failed)} | {_share(row.sent_failed, row.theirs_failed)}"
    return f"| {row.name} | {row.first} | {row.theirs} | {early} | {row.theirs_failed} | {late} |"


def _share(ours: int, theirs: int) -> str:
    return f"{ours} ({ours / theirs:.2f})"


def row_of(target: Target) -> Row | None:
    task = task_of(target)
    if task is None:
        return None
    talks = list(conversations(task.source.path, task.source.text))
    failing = len(talks[::_FAILING_SHARE])
    answer, failure = tokens(_TEST) * _TESTS_EACH, tokens(FAILED) + tokens(_TOLD_TO_THEM)
    theirs = sum(_asked(talk) + (_known(talk) if talk.calls else 0) for talk in talks)
    again = sum(_known(talk) + answer + failure for talk in talks[::_FAILING_SHARE])
    return Row(
        name=target.name,
        first=sum(map(_asked, talks)),
        theirs=theirs,
        ours=ours_of(task, failing=0, room=0),
        theirs_failed=theirs + again,
        ours_failed=ours_of(task, failing=failing, room=0),
        sent=ours_of(task, failing=0, room=ROOM),
        sent_failed=ours_of(task, failing=failing, room=ROOM),
    )


def _asked(talk: Conversation) -> int:
    return tokens(talk.asked)


def _known(talk: Conversation) -> int:
    """All that its model has been told once it has looked up what it needs."""
    return sum(map(tokens, (talk.asked, *talk.calls, *talk.found)))


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


async def _no_probe(
    text: str, reports: tuple[str, ...], *, seconds: float, files: Mapping[str, str] = MappingProxyType({})
) -> Explored:
    raise AssertionError("nothing is run here")


if __name__ == "__main__":
    main(sys.argv[1:])
