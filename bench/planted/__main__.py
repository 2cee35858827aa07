"""Bugs planted in documented functions of published packages, and how many are kept as possible bugs.

    python bench/planted [WORDS …] [--most 6] [--writer explorer|script] [--json FILE]

A bug is a small change that breaks what the documentation says: tests that a reader of it would write pass on the
module as it was published and fail after the change. The file with the bug is then walked twice: by the explorer, and
by a scripted writer that hands in all of a reader's tests, right and misread, and stands by each that fails.

Recall: planted bugs for which a possible bug of a broken function is kept. Precision: possible bugs of broken functions
among all that are kept, those in the files as they were published included.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "explorer"))
sys.path.insert(0, str(Path(__file__).parent))

import development
from faults import Planted, cases_of, checked
from scripts import SCRIPTS, Script

from bench.asking import one_file
from testwright.domain.drafts import Draft, Writing
from testwright.domain.errors import TestwrightError
from testwright.domain.ports import Gaps, WritingTask
from testwright.domain.sessions import SourceFile
from testwright.domain.verdicts import Fault
from testwright.settings import read_settings
from testwright.wiring import Workbench, open_workbench

WRITERS = ("explorer", "script")
_AT_ONCE = 2


class Reader:
    """A Writer that hands in a script, and stands by every test that fails."""

    name = "model"
    model = "scripted"

    def __init__(self, script: Script) -> None:
        self._draft = Draft(preamble=script.preamble, cases=tuple(cases_of(script)))

    async def draft(self, task: WritingTask) -> Writing:
        return Writing(draft=self._draft)

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        """Says of each that the code is wrong where the documentation says otherwise."""
        failed = {fault.name for fault in faults}
        cases = tuple(replace(case, suspect="the documentation") for case in draft.cases if case.name in failed)
        return Writing(draft=replace(draft, cases=cases))

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One file, walked by one writer. `fault` is None for the file as it was published."""

    script: Script
    writer: str
    fault: Planted | None
    suspects: tuple[dict[str, Any], ...]
    problem: str

    @property
    def names(self) -> list[str]:
        return [str(suspect["symbol"]).split(".")[-1] for suspect in self.suspects]

    @property
    def right(self) -> int:
        """How many of them lie where the bug is."""
        return sum(self.is_broken(name) for name in self.names)

    def is_broken(self, name: str) -> bool:
        if self.fault is None:
            return False
        # A default export without a name of its own is called by its file's.
        own = Path(self.script.path).stem
        return name in self.fault.of or (name == own and self.script.package in self.fault.of)

    def line(self) -> str:
        place = f"{self.script.package}/{Path(self.script.path).stem}"
        told = ", ".join(f"{each['symbol']} ({each['because']['kind']})" for each in self.suspects) or self.problem
        if self.fault is None:
            return f"{self.writer:<10}{'as published':<14}{place:<38}{'':<62}{told or '-'}"
        change = f"{self.fault.mutant.line}: {self.fault.mutant.before} → {self.fault.mutant.after}"
        found = "found" if self.right else "missed"
        bases = "+".join(sorted(self.fault.bases))
        return f"{self.writer:<10}{found:<14}{place:<38}{change[:46]:<47}{bases[:14]:<15}{told or '-'}"

    def json(self) -> dict[str, Any]:
        fault = self.fault and {
            "of": sorted(self.fault.of), "bases": sorted(self.fault.bases), "line": self.fault.mutant.line,
            "before": self.fault.mutant.before, "after": self.fault.mutant.after,
        }  # fmt: skip
        place = f"{self.script.package}/{self.script.path}"
        return {"file": place, "writer": self.writer, "fault": fault, "suspects": self.suspects, "right": self.right}


async def main(words: Sequence[str], most: int, writers: Sequence[str], output: Path | None) -> None:
    scripts = [one for one in SCRIPTS if not words or any(word in f"{one.package}/{one.path}" for word in words)]
    walks: list[Walk] = []
    with tempfile.TemporaryDirectory() as home:
        async with open_workbench(read_settings().model_copy(update={"home": Path(home)})) as bench:
            orders: list[tuple[Script, Planted | None]] = []
            for script in scripts:
                found = await checked(bench, script, development.named(script.package), most)
                orders += [(script, None), *((script, fault) for fault in found.faults)]
                surprises = f"; not as the script has it: {', '.join(found.surprises)}" if found.surprises else ""
                print(f"{script.package}/{script.path}: {len(found.faults)} bugs to plant{surprises}", flush=True)
            slots = asyncio.Semaphore(_AT_ONCE)

            async def walk(script: Script, fault: Planted | None, writer: str) -> None:
                async with slots:
                    walks.append(await walked(bench, script, fault, writer))
                print(walks[-1].line(), flush=True)
                keep(walks, output)

            await asyncio.gather(*(walk(script, fault, writer) for writer in writers for script, fault in orders))
    for writer in writers:
        print(summary(writer, [one for one in walks if one.writer == writer]))


def keep(walks: Sequence[Walk], output: Path | None) -> None:
    if output is not None:
        output.write_text(json.dumps([one.json() for one in walks], indent=1), encoding="utf-8")


async def walked(bench: Workbench, script: Script, fault: Planted | None, writer: str) -> Walk:
    root = development.named(script.package)
    reader = Reader(script)
    tools = bench.tools
    if writer == "script":
        tools = replace(tools, writers={"model": lambda *_: reader})
    problem = ""
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / root.name
        copytree(root, project, symlinks=True)
        if fault is not None:
            (project / script.path).write_text(fault.text, encoding="utf-8")
        text = (project / script.path).read_text(encoding="utf-8")
        source = SourceFile(path=script.path, text=text, framework=script.framework)
        asked = ("model", "scripted") if writer == "script" else ("explorer", None)
        session = one_file(source, name=root.name, root=project, writer=asked[0], model=asked[1])
        accepted = await bench.store.accept(session)
        try:
            await replace(bench, tools=tools).walk_round(accepted)
        except TestwrightError as error:
            problem = error.message
        tests = await bench.store.tests(accepted.session_id)
    suspects = tuple(dict(suspect) for test in tests for suspect in test.suspects)
    return Walk(script=script, writer=writer, fault=fault, suspects=suspects, problem=problem)


def summary(writer: str, walks: Sequence[Walk]) -> str:
    planted = [one for one in walks if one.fault is not None]
    found = sum(one.right > 0 for one in planted)
    kept, right = sum(len(one.names) for one in walks), sum(one.right for one in walks)
    lines = [
        f"\n{writer}: recall {_share(found, len(planted))} (wanted ≥ 60 %), "
        f"precision {_share(right, kept)} (wanted ≥ 70 %)"
    ]
    for basis in ("example", "prose"):
        those = [one for one in planted if one.fault and (("example" in one.fault.bases) == (basis == "example"))]
        by = "an example is broken" if basis == "example" else "only prose, name or type"
        lines.append(f"  {by}: {_share(sum(one.right > 0 for one in those), len(those))}")
    for language in ("python", "javascript"):
        those = [one for one in planted if one.script.language == language]
        lines.append(f"  {language}: {_share(sum(one.right > 0 for one in those), len(those))}")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(1, whole):.0f} %)"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python bench/planted", description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", help="parts of the names of the files; all without")
    parser.add_argument("--most", type=int, default=6, help="planted bugs of one file (6)")
    parser.add_argument("--writer", choices=WRITERS, action="append", help="both without")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was kept there")
    asked = parser.parse_args()
    asyncio.run(main(asked.words, asked.most, asked.writer or WRITERS, asked.json))
