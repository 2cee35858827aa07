"""The explorer on the development set: the whole line (explorer, sandbox, court) for each file, and one table.

    python bench/explorer [WORDS …] [--language python|javascript] [--seconds 10] [--reruns 20] [--pynguin 60]
                          [--json FILE] [--suites FOLDER]

WORDS choose the files whose module or path contains one of them. See README.md one folder up.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import development
import pynguin
import table
from walking import Row, walked

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
    asyncio.run(measure(parser.parse_args()))


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


if __name__ == "__main__":
    main()
