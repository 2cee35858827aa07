"""Time by the number of units: `python bench/units.py [python javascript] [--counts 5 10 20 40 80] [--seconds 10]`.

Modules are made up of so many small functions in four shapes, each with constants of its own, and walked by the
explorer. Prints what was delivered, the seconds by the clock, and those that the processors worked in the sandbox: a
busy machine stretches the first and not the second.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.asking import one_file
from testwright.domain.ports import Sandbox
from testwright.domain.projects import Command, Completed
from testwright.domain.sessions import SourceFile
from testwright.settings import read_settings
from testwright.wiring import Workbench, open_workbench

COUNTS = (5, 10, 20, 40, 80)
PYTHON = (
    '''
def clamped_{n}(value: int, low: int = {n}, high: int = {n}0) -> int:
    """The value, moved between low and high."""
    if low > high:
        raise ValueError("low is above high")
    if value < low:
        return low
    return high if value > high else value
''',
    '''
def level_{n}(word: str) -> str:
    """How loud a word is."""
    if not word:
        return "silent {n}"
    if word.isupper():
        return "loud {n}"
    return word[:1].lower() + word[1:]
''',
    '''
def total_{n}(prices: list[int]) -> int:
    """The sum, with {n} off each price above {n}0."""
    total = 0
    for price in prices:
        total += price - {n} if price > {n}0 else price
    return total
''',
    '''
def label_{n}(options: dict[str, str]) -> str:
    """The name, with a title where there is one."""
    name = options.get("name", "nobody {n}")
    if options.get("title") == "dr":
        return "Dr. " + name
    return name
''',
)
JAVASCRIPT = (
    """
/** The value, moved between low and high. */
export function clamped{n}(value: number, low = {n}, high = {n}0): number {
  if (low > high) throw new RangeError('low is above high')
  if (value < low) return low
  return value > high ? high : value
}
""",
    """
/** How loud a word is. */
export function level{n}(word: string): string {
  if (!word) return 'silent {n}'
  if (word === word.toUpperCase()) return 'loud {n}'
  return word.slice(0, 1).toLowerCase() + word.slice(1)
}
""",
    """
/** The sum, with {n} off each price above {n}0. */
export function total{n}(prices: number[]): number {
  let total = 0
  for (const price of prices) total += price > {n}0 ? price - {n} : price
  return total
}
""",
    """
/** The name, with a title where there is one. */
export function label{n}(options: { name?: string; title?: string }): string {
  const name = options.name ?? 'nobody {n}'
  if (options.title === 'dr') return 'Dr. ' + name
  return name
}
""",
)
WORKED = "worked.txt"
TIMED = ("/bin/sh", "-c", f'"$@"; ended=$?; times > "$OUT/{WORKED}"; exit $ended', "sh")
TIME = re.compile(r"(\d+)m([\d.]+)s")
SHAPES = {"python": PYTHON, "javascript": JAVASCRIPT}
PATHS = {"python": ("units.py", "pytest"), "javascript": ("src/units.ts", "vitest")}
HEAD = f"{'functions':>9}{'tests':>7}{'branches':>10}{'mutants':>12}{'s':>8}{'worked s':>10}{'worked s a function':>21}"


def module(language: str, count: int) -> str:
    shapes = SHAPES[language]
    return "".join(shapes[at % len(shapes)].replace("{n}", str(at + 3)) for at in range(count)).lstrip("\n")


async def main(wish: argparse.Namespace) -> None:
    for language in wish.languages or list(SHAPES):
        print(f"{language}\n{HEAD}", flush=True)
        for count in wish.counts:
            with tempfile.TemporaryDirectory() as scratch:
                settings = read_settings().model_copy(
                    update={"home": Path(scratch) / "home", "explore_seconds": wish.seconds}
                )
                async with open_workbench(settings) as bench:
                    print(await row(bench, language, count, Path(scratch) / "project"), flush=True)


async def row(bench: Workbench, language: str, count: int, root: Path) -> str:
    path, framework = PATHS[language]
    text = module(language, count)
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(text, encoding="utf-8")
    if language == "javascript":
        (root / "package.json").write_text(json.dumps({"name": "units", "type": "module"}), encoding="utf-8")
    accepted = await bench.store.accept(
        one_file(SourceFile(path=path, text=text, framework=framework), name="units", root=root)
    )
    sandbox = TimedSandbox(bench.tools.sandbox)
    started = time.monotonic()
    await replace(bench, tools=replace(bench.tools, sandbox=sandbox)).walk_round(accepted)
    seconds = time.monotonic() - started
    (test,) = await bench.store.tests(accepted.session_id) or (None,)
    if test is None:
        (file,) = await bench.store.files(accepted.session_id)
        return f"{count:>9}  {(file.error or {}).get('message', 'nothing was delivered')}"
    mutants, coverage = test.evidence["mutants"], test.evidence["coverage"]["after"]
    kills = f"{mutants['killed']} of {mutants['sampled']}"
    return (
        f"{count:>9}{test.evidence['testCount']:>7}{coverage['branches']:>10.0f}{kills:>12}"
        f"{seconds:>8.1f}{sandbox.worked:>10.1f}{sandbox.worked / count:>21.2f}"
    )


class TimedSandbox:
    """Adds up what the processors work for what runs in there, as a shell that waits for it tells."""

    def __init__(self, inner: Sandbox) -> None:
        self._inner, self.tier = inner, inner.tier
        self.worked = 0.0

    async def run(self, command: Command) -> Completed:
        argv = (*TIMED, *command.argv)
        completed = await self._inner.run(replace(command, argv=argv, reports=(*command.reports, WORKED)))
        told = completed.reports.get(WORKED, b"").decode("ascii", "replace").splitlines()
        self.worked += sum(60 * int(minutes) + float(rest) for minutes, rest in TIME.findall(" ".join(told[1:])))
        return completed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python bench/units.py", description=__doc__.partition("\n")[0])
    parser.add_argument("languages", nargs="*", choices=(*SHAPES, []), help="both without")
    parser.add_argument("--counts", nargs="+", type=int, default=COUNTS, help="functions of a module")
    parser.add_argument("--seconds", type=float, default=10.0, help="exploration of a file (10)")
    asyncio.run(main(parser.parse_args()))
