"""What becomes of answers that a real model once gave: our reader and our court with CoverUp's published conversations.

    python bench/answered.py CLONE [WORDS …] [--show]

CLONE is a clone of github.com/plasma-umass/coverup-eval (Apache-2.0; nothing of it is here): GPT-4o's answers, word for
word, to CoverUp's questions about files that are in our development set too. The first answer of each conversation is
the draft, the next one its repair. Beside what we deliver stands what CoverUp kept of the same conversations.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent / "explorer"))

from development import Target, targets
from walking import Scored, scored, source_of

from bench.asking import one_file
from testwright.domain.drafts import Case, Draft, Writing
from testwright.domain.ports import Gaps, Language, WritingTask
from testwright.domain.verdicts import Fault
from testwright.languages import LANGUAGES
from testwright.settings import read_settings
from testwright.wiring import Workbench, open_workbench
from testwright.writers.model.reading import Unreadable, read_answer

_RUN = "output/cm.gpt4o-v2"
_FOLDERS = {"docstring-parser": "docstring_parser", "python-string-utils": "string_utils", "PySnooper": "pysnooper"}
_ENTRY = re.compile(r"^---- (\S+) (.*?) ----\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Answers with code, in their order, and the file that CoverUp saved of them, if any."""

    segment: str
    answers: tuple[str, ...]
    saved: str = ""


@dataclass
class Answered:
    """A writer that says what GPT-4o said."""

    conversations: Sequence[Conversation]
    language: Language
    name: str = "model"
    model: str | None = "gpt-4o-2024-05-13"
    unreadable: list[str] = field(default_factory=list)
    origin: dict[str, int] = field(default_factory=dict)
    drafted: int = 0
    turns: Counter[int] = field(default_factory=Counter)

    async def draft(self, task: WritingTask) -> Writing:
        united = Draft(preamble="", cases=())
        for number, conversation in enumerate(self.conversations):
            united = self._with(united, self._read(conversation.answers[0]), number)
        self.drafted = len(united.cases)
        return Writing(draft=united)

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        """The next answers of the conversations whose tests did not hold."""
        wanted = {self.origin[fault.name] for fault in faults if fault.name in self.origin}
        repaired = Draft(preamble="", cases=())
        for number in sorted(wanted):
            self.turns[number] += 1
            answers = self.conversations[number].answers
            if self.turns[number] < len(answers):
                repaired = self._with(repaired, self._read(answers[self.turns[number]]), number)
        return Writing(draft=repaired) if repaired.cases else None

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        return None

    def _read(self, answer: str) -> Draft:
        try:
            return read_answer(answer, self.language.split)
        except Unreadable as error:
            self.unreadable.append(f"{error}: {answer[:200]}")
            return Draft(preamble="", cases=())

    def _with(self, draft: Draft, new: Draft, number: int) -> Draft:
        """Conversations know nothing of each other, and call different tests by one name."""
        cases = [self._named_apart(case, number) for case in new.cases]
        try:
            preamble = self.language.joined(draft.preamble, new.preamble)
        except ValueError as error:
            self.unreadable.append(f"a preamble contradicts the others: {error}")
            return draft
        return Draft(preamble=preamble, cases=(*draft.cases, *cases))

    def _named_apart(self, case: Case, number: int) -> Case:
        name = case.name
        while self.origin.get(name, number) != number:
            name = f"{name}_{number}"
        self.origin[name] = number
        return case if name == case.name else self.language.renamed(case, name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python bench/answered.py", description=__doc__.partition("\n")[0])
    parser.add_argument("clone", type=Path)
    parser.add_argument("words", nargs="*", help="parts of the names of the files; all without")
    parser.add_argument("--show", action="store_true", help="name every test that fell, and why")
    asyncio.run(measure(parser.parse_args()))


async def measure(given: argparse.Namespace) -> None:
    print("| file | answers | tests in them | delivered | fell at | CoverUp: lines, branches, mutants | ours |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as home:
        async with open_workbench(read_settings().model_copy(update={"home": Path(home)})) as bench:
            for target in targets(given.words, ("python",)):
                told = list(conversations(given.clone, target))
                if told:
                    await _line(bench, target, told, show=given.show)


async def _line(bench: Workbench, target: Target, told: Sequence[Conversation], *, show: bool) -> None:
    writer = Answered(told, LANGUAGES["python"])
    tools = replace(bench.tools, writers={"model": lambda *_: writer})
    walking = replace(bench, tools=tools)
    accepted = await walking.store.accept(
        one_file(source_of(target), name=target.package, root=target.folder, writer="model", model="gpt-4o")
    )
    await walking.walk_round(accepted)
    tests = await walking.store.tests(accepted.session_id)
    events = await walking.store.events_after(accepted.session_id, 0, limit=5000)
    fell = [drop for event in events for drop in (event.payload.get("dropped") or ())]
    theirs = await _theirs(bench, target, told)
    ours = await scored(bench, target, tests[0].test_file_path, tests[0].test_code, 0) if tests else None
    gates = Counter(drop["gate"] for drop in {drop["name"]: drop for drop in fell}.values())
    delivered = tests[0].evidence["testCount"] if tests else 0
    suspects = len(tests[0].suspects) if tests else 0
    print(
        f"| {target.name} | {len(told)} | {writer.drafted} | {delivered}"
        f"{f' and {suspects} possible bugs' if suspects else ''} |"
        f" {', '.join(f'{gate} {count}' for gate, count in gates.most_common())} | {_told(theirs)} | {_told(ours)} |",
        flush=True,
    )
    if not show:
        return
    for sentence in writer.unreadable:
        print(f"  unreadable: {sentence!r}")
    for drop in fell:
        print(f"  {drop['gate']}: {drop['name']}: {str(drop['reason'])[:400]!r}")
    if not tests:
        print([event.payload.get("message") for event in events][-3:])


async def _theirs(bench: Workbench, target: Target, told: Sequence[Conversation]) -> Scored | None:
    """What CoverUp kept, as one suite."""
    gathered = Answered([replace(each, answers=(each.saved,)) for each in told if each.saved], LANGUAGES["python"])
    if not gathered.conversations:
        return None
    draft = (await gathered.draft(None)).draft  # type: ignore[arg-type]  # the task is not looked at
    return await scored(bench, target, "test_coverup_kept.py", LANGUAGES["python"].render(draft), 0)


def _told(score: Scored | None) -> str:
    if score is None or score.lines is None:
        return f"none {score.problem if score else ''}".strip()
    branches = "–" if score.branches is None else f"{score.branches:.0f} %"
    return f"{score.tests} tests: {score.lines:.0f} %, {branches}, {score.killed} of {score.mutants}"


def conversations(clone: Path, target: Target) -> Iterator[Conversation]:
    """Those about this file, of the first of CoverUp's runs."""
    folder = f"{_RUN}/{_FOLDERS.get(target.package, target.package.replace('-', '_'))}"
    log = _shown(clone, f"{folder}/coverup-log-1")
    entries: defaultdict[str, list[str]] = defaultdict(list)
    parts = _ENTRY.split(log)
    for segment, text in zip(parts[2::3], parts[3::3], strict=True):
        entries[segment].append(text)
    for segment, texts in entries.items():
        path = segment.partition(":")[0]
        if not (target.path == path or target.path.endswith(f"/{path}") or path.endswith(f"/{target.path}")):
            continue
        answers = tuple(_answers(texts))
        saved = next((found[1] for text in texts if (found := re.match(r"Saved as \S+/(\S+)", text))), "")
        kept = _shown(clone, f"{folder}/coverup-tests/{saved}") if saved else ""
        if answers:
            yield Conversation(segment=segment, answers=answers, saved=kept)


def _answers(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        if not text.startswith('{\n  "id"'):
            continue
        reply: Mapping[str, Any] = json.loads(text)
        content = reply["choices"][0]["message"]["content"]
        if content:
            yield content


def _shown(clone: Path, path: str) -> str:
    shown = subprocess.run(["git", "-C", str(clone), "show", f"HEAD:{path}"], capture_output=True, check=False)
    return shown.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    main()
