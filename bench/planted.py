"""Bugs planted in documented functions, and how many are kept as possible bugs: `python bench/planted.py FOLDER`.

FOLDER holds packages as bench/explorer fetches them. A bug is a mutant (the same each time) after which an example
in the function's own documentation gives something else than before, as running both shows: nothing is chosen by what
our rules can read. Recall: planted bugs for which a possible bug of that function is kept. Precision: possible bugs in
planted functions among all that are kept, those in the same files as they were published included.
"""

import argparse
import ast
import asyncio
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.asking import one_file
from testwright.domain.errors import TestwrightError
from testwright.domain.mutants import Mutant
from testwright.domain.sessions import SourceFile
from testwright.languages.python import Python
from testwright.settings import read_settings
from testwright.wiring import Workbench, open_workbench

FILES = (
    ("python-string-utils", "string_utils/manipulation.py"),
    ("python-string-utils", "string_utils/validation.py"),
    ("python-string-utils", "string_utils/generation.py"),
    ("flutils", "flutils/strutils.py"),
    ("flutils", "flutils/objutils.py"),
)
EXAMPLES = Path(__file__).parent / "planted_examples.py"


@dataclass(frozen=True)
class Planted:
    package: str
    path: str
    symbol: str
    mutant: Mutant
    text: str


async def main(folder: Path, most: int) -> None:
    found = kept = right = 0
    planted = [bug for package, path in FILES for bug in list(bugs_of(folder / package, path))[:most]]
    with tempfile.TemporaryDirectory() as home:
        async with open_workbench(read_settings().model_copy(update={"home": Path(home)})) as bench:
            for package, path in FILES:
                names = await suspected(bench, folder / package, path, None)
                kept += len(names)
                print(f"{'as published':<20}{path:<32}{', '.join(names) or '-'}", flush=True)
            for bug in planted:
                names = await suspected(bench, folder / bug.package, bug.path, bug.text)
                hit = bug.symbol in names
                found, kept, right = found + hit, kept + len(names), right + names.count(bug.symbol)
                change = f"{bug.mutant.before} → {bug.mutant.after}"
                print(f"{'found' if hit else 'missed':<20}{bug.path:<32}{bug.symbol:<28}{change}", flush=True)
                for name in names:
                    if name != bug.symbol:
                        print(f"{'':<20}also suspected: {name}")
    print(f"\nrecall    {found} of {len(planted)} ({100 * found / max(1, len(planted)):.0f} %; wanted ≥ 60 %)")
    print(f"precision {right} of {kept} ({100 * right / max(1, kept):.0f} %; wanted ≥ 70 %)")


def bugs_of(root: Path, path: str) -> Iterator[Planted]:
    """At most one for each function, in a seeded order."""
    text = (root / path).read_text()
    documented = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and has_example(node)]
    mutants = list(Python().mutants(SourceFile(path=path, text=text, framework="pytest")))
    random.Random(f"planted/{path}").shuffle(mutants)
    before = told_by_examples(root, path, text)
    taken: set[str] = set()
    for mutant in mutants:
        symbol = next((node.name for node in documented if node.lineno < mutant.line <= (node.end_lineno or 0)), None)
        broken = with_change(text, mutant)
        if symbol is None or symbol in taken or broken is None:
            continue
        after = told_by_examples(root, path, broken)
        if any(after.get(key) != told for key, told in before.items() if key.startswith(f"{symbol}:")):
            taken.add(symbol)
            yield Planted(root.name, path, symbol, mutant, broken)


def has_example(node: ast.FunctionDef) -> bool:
    return not node.name.startswith("_") and ">>>" in (ast.get_docstring(node) or "")


def with_change(text: str, mutant: Mutant) -> str | None:
    """As an author would have typed it; None where the place is not plain to see."""
    lines = text.splitlines(keepends=True)
    line = lines[mutant.line - 1]
    if mutant.line != mutant.end_line or line.count(mutant.before) != 1 or mutant.after == "(removed)":
        return None
    lines[mutant.line - 1] = line.replace(mutant.before, mutant.after)
    return "".join(lines)


def told_by_examples(root: Path, path: str, text: str) -> dict[str, str]:
    """What each example gives, as "function:number" and a text; in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        copytree(root, Path(place) / "project", dirs_exist_ok=True)
        (Path(place) / "project" / path).write_text(text)
        argv = [sys.executable, "-B", str(EXAMPLES), path]
        try:
            ended = subprocess.run(argv, cwd=f"{place}/project", capture_output=True, text=True, timeout=20)
            return dict(json.loads(ended.stdout))
        except (ValueError, subprocess.TimeoutExpired):
            return {}


async def suspected(bench: Workbench, root: Path, path: str, text: str | None) -> Sequence[str]:
    """The functions of which a possible bug was kept."""
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / root.name
        copytree(root, project)
        if text is not None:
            (project / path).write_text(text)
        source = SourceFile(path=path, text=(project / path).read_text(), framework="pytest")
        accepted = await bench.store.accept(one_file(source, name=root.name, root=project))
        try:
            await bench.walk_round(accepted)
        except TestwrightError as error:
            print(f"{'':<20}{error.message}")
        tests = await bench.store.tests(accepted.session_id)
    return [str(suspect["symbol"]).split(".")[-1] for test in tests for suspect in test.suspects]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=8, help="planted bugs of one file")
    asked = parser.parse_args()
    asyncio.run(main(asked.folder, asked.most))
