"""The explorer on the development set: the whole line (explorer, sandbox, court) for each file, and one table.

    python bench/explorer [WORDS …] [--language python|javascript] [--seconds 10] [--reruns 20] [--pynguin 60]
                          [--json FILE] [--suites FOLDER]
    python bench/explorer [WORDS …] --again FILE [--reruns 20]

WORDS choose the files whose module or path contains one of them. With --again nothing
is written anew: the suites in a FILE of an earlier run are run again. See README.md one folder up.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import development
import pynguin
import table
from walking import Row, copied, walked

from testwright.settings import read_settings
from testwright.wiring import open_workbench


def main() -> None:
    parser = argparse.ArgumentParser(prog="python bench/explorer", description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", help="parts of the names of the files to measure; all without")
    parser.add_argument("--language", choices=("python", "javascript"), help="only this half of the set")
    parser.add_argument("--seconds", type=float, default=10.0, help="exploration of a file (10)")
    parser.add_argument("--reruns", type=int, default=0, metavar="N", help="run each suite N more times, shuffled")
    parser.add_argument("--pynguin", type=int, metavar="SECONDS", help="let Pynguin search each Python file as well")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured there")
    parser.add_argument("--suites", type=Path, metavar="FOLDER", help="keep the delivered suites there")
    parser.add_argument("--again", type=Path, metavar="FILE", help="only run the suites of such a --json FILE again")
    wish = parser.parse_args()
    asyncio.run(rerun(wish) if wish.again else measure(wish))


async def measure(wish: argparse.Namespace) -> None:
    languages = [wish.language] if wish.language else ["python", "javascript"]
    rows: list[Row] = []
    print(table.HEAD, flush=True)
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings().model_copy(update={"home": Path(home), "explore_seconds": wish.seconds})
        async with open_workbench(settings) as bench:
            for target in development.targets(wish.words, languages):
                row = await walked(bench, target, wish.reruns)
                if wish.pynguin and target.language == "python":
                    row = replace(row, rival=asdict(await pynguin.searched(bench, target, wish.pynguin)))
                rows.append(row)
                print(table.line(row), flush=True)
                if wish.suites and row.suite:
                    wish.suites.mkdir(parents=True, exist_ok=True)
                    ending = Path(target.path).suffix
                    (wish.suites / f"{target.name.replace('/', '-')}{ending}").write_text(row.suite, encoding="utf-8")
                if wish.json:
                    wish.json.write_text(json.dumps([each.json() for each in rows], indent=1), encoding="utf-8")
    for sentence in (*table.medians(rows), *table.smells(rows)):
        print(sentence)


async def rerun(wish: argparse.Namespace) -> None:
    """Run what an earlier measurement delivered again, shuffled, each time in a fresh sandbox."""
    kept = {row["name"]: row for row in json.loads(wish.again.read_text(encoding="utf-8")) if row["suite"]}
    languages = [wish.language] if wish.language else ["python", "javascript"]
    times, failed, suites = wish.reruns or 20, 0, 0
    with tempfile.TemporaryDirectory() as home:
        async with open_workbench(read_settings().model_copy(update={"home": Path(home)})) as bench:
            for target in development.targets(wish.words, languages):
                if (row := kept.get(target.name)) is None:
                    continue
                async with copied(bench, target, row["suite_path"], row["suite"]) as copy:
                    red = await copy.failed(times)
                failed, suites = failed + red, suites + 1
                print(f"{target.name:<42}{table.reruns(red, times)} (load {os.getloadavg()[0]:.1f})", flush=True)
    print(f"{suites} suites: {table.reruns(failed, times * suites)}")


if __name__ == "__main__":
    main()
