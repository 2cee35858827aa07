"""Put labelled tests before the court and count: no bad one may be delivered, and hardly a good one be lost.

Every bad test is tried together with all good ones, as a model would hand them in, through the real line: workspace,
runner, sandbox. `python bench/court [pytest|unittest|vitest|jest|mocha|node:test]... [--kinds WORD...]`; with words,
the kinds that have one of them. The table goes to standard output.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import candidates
import translating
import units
from candidates import Candidate

from bench.asking import one_file
from testwright.domain.drafts import Case, Draft, Writing
from testwright.domain.errors import TestwrightError
from testwright.domain.ports import Gaps, WritingTask
from testwright.domain.records import TestRecord
from testwright.domain.sessions import SourceFile
from testwright.domain.verdicts import Fault
from testwright.settings import read_settings
from testwright.wiring import Workbench, open_workbench

NOT_NEEDED = "earns_place"


@dataclass(frozen=True)
class Bar:
    """One runner's labelled tests."""

    framework: str
    path: str
    unit: str
    preamble: str
    good: Sequence[Candidate]
    bad: Sequence[Candidate]
    group: str | None = None


_PYTHON_BAD = (*candidates.PYTHON_BAD, *candidates.PYTHON_REVEALS)
_JAVASCRIPT_BAD = (*candidates.JAVASCRIPT_BAD, *candidates.JAVASCRIPT_REVEALS)
BARS = (
    Bar("pytest", "shop.py", units.PYTHON, candidates.PYTHON_PREAMBLE, candidates.PYTHON_GOOD, _PYTHON_BAD),
    Bar(
        "unittest",
        "shop.py",
        units.PYTHON,
        translating.UNITTEST_PREAMBLE,
        translating.as_methods(candidates.PYTHON_GOOD),
        translating.as_methods(_PYTHON_BAD),
        group="TestShop",
    ),
    Bar(
        "vitest",
        "shop.js",
        units.JAVASCRIPT,
        candidates.JAVASCRIPT_PREAMBLE,
        (*candidates.JAVASCRIPT_GOOD, *candidates.VITEST_GOOD),
        _JAVASCRIPT_BAD,
    ),
    Bar(
        "jest",
        "shop.js",
        units.JAVASCRIPT,
        translating.JEST_PREAMBLE,
        translating.as_jest(candidates.JAVASCRIPT_GOOD),
        translating.as_jest(_JAVASCRIPT_BAD),
    ),
    Bar(
        "mocha",
        "shop.js",
        units.COMMONJS,
        translating.MOCHA_PREAMBLE,
        translating.with_assert("mocha", candidates.JAVASCRIPT_GOOD),
        translating.with_assert("mocha", _JAVASCRIPT_BAD),
    ),
    Bar(
        "node:test",
        "shop.js",
        units.COMMONJS,
        translating.NODE_PREAMBLE,
        translating.with_assert("node:test", candidates.JAVASCRIPT_GOOD),
        translating.with_assert("node:test", _JAVASCRIPT_BAD),
    ),
)


class Script:
    """A Writer that hands in what it was given and has nothing to add."""

    name = "model"
    model = "scripted"

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    async def draft(self, task: WritingTask) -> Writing:
        return Writing(draft=self._draft)

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        return None

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        return None


async def main(wanted: Sequence[str], kinds: Sequence[str]) -> None:
    print(f"{'runner':<11}{'kind':<22}{'delivered':<11}{'gate':<13}{'good kept':<12}{'seconds':>7}")
    good, kept, missed = 0, 0, []
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings().model_copy(update={"home": Path(home)})
        async with open_workbench(settings) as bench:
            for bar in BARS:
                if wanted and bar.framework not in wanted:
                    continue
                for bad in bar.bad:
                    if kinds and not any(word in bad.kind for word in kinds):
                        continue
                    began = time.monotonic()
                    found = await judged(bench, bar, bad)
                    lost = [name for name in found.lost if name != bad.name]
                    good += len(bar.good)
                    kept += len(bar.good) - len(lost)
                    missed += [f"{bar.framework}: {bad.kind}"] if bad.name in found.delivered else []
                    print(
                        f"{bar.framework:<11}{bad.kind:<22}{'YES' if bad.name in found.delivered else 'no':<11}"
                        f"{found.gates.get(bad.name, '-'):<13}{len(bar.good) - len(lost)} of {len(bar.good):<7}"
                        f"{time.monotonic() - began:>7.1f}",
                        flush=True,
                    )
                    for name in lost:
                        why = found.reasons.get(name, "the whole file failed")
                        print(f"{'':<11}  lost: {name} ({found.gates.get(name, '-')}): {why[:160]}", flush=True)
    print(f"\ngood tests kept: {kept} of {good} ({100 * kept / max(1, good):.1f} %; wanted ≥ 98 %)")
    print(f"bad tests delivered: {', '.join(missed) or 'none'} (wanted: none)")


@dataclass(frozen=True)
class Judgement:
    """`gates` says where a test fell. `lost` are tests that are neither delivered nor covered by delivered ones."""

    delivered: frozenset[str]
    gates: dict[str, str]
    reasons: dict[str, str]
    lost: tuple[str, ...]


async def judged(bench: Workbench, bar: Bar, bad: Candidate) -> Judgement:
    together = [*bar.good[:5], bad, *bar.good[5:]]
    cases = tuple(Case(name=one.name, code=one.code, group=bar.group) for one in together)
    script = Script(Draft(preamble=bar.preamble, cases=cases))
    watched = replace(bench, tools=replace(bench.tools, writers={"model": lambda *_: script}))
    source = SourceFile(path=bar.path, text=bar.unit, framework=bar.framework)
    accepted = await bench.store.accept(one_file(source, name="court", root=None, writer="model", model="scripted"))
    try:
        await watched.walk_round(accepted)
    except TestwrightError as error:
        print(f"{'':<11}  {error.message}")
    tests = await bench.store.tests(accepted.session_id)
    if tests:
        return _judgement(tests[0], together)
    (file,) = await bench.store.files(accepted.session_id)
    print(f"{'':<11}  {(file.error or {}).get('message', 'nothing was delivered')}")
    return Judgement(frozenset(), {}, {}, tuple(one.name for one in together))


def _judgement(test: TestRecord, together: Sequence[Candidate]) -> Judgement:
    delivered = frozenset(str(case["name"]) for case in test.evidence.get("tests", ()))
    gates = {str(drop["name"]): str(drop["gate"]) for drop in test.dropped}
    lost = [one.name for one in together if one.name not in delivered and gates.get(one.name) != NOT_NEEDED]
    reasons = {str(drop["name"]): str(drop["reason"]) for drop in test.dropped}
    return Judgement(delivered, gates, reasons, tuple(lost))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("frameworks", nargs="*")
    parser.add_argument("--kinds", nargs="+", default=[])
    given = parser.parse_args()
    asyncio.run(main(given.frameworks, given.kinds))
