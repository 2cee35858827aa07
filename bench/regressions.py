"""Would the suites have caught a bug that was real, and do they lean on names? `python bench/regressions.py`

Caught: the explorer writes a suite for a version in which a bug was mended, and the suite runs on the version before.
Names: the explorer writes for a module as it is, and for the same with its functions and parameters renamed to words
that say nothing; both suites are scored alike.
"""

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent / "explorer"))

import development
from development import Target
from walking import Row, outcomes, walked

from testwright.domain.verdicts import Outcome
from testwright.settings import read_settings
from testwright.wiring import Workbench, open_workbench


@dataclass(frozen=True, slots=True)
class Mended:
    """A bug of a published package: in `before`, no longer in `after`."""

    package: str
    before: str
    after: str
    path: str
    framework: str
    bug: str


MENDED = (
    Mended("minimist", "1.2.5", "1.2.6", "index.js", "mocha", "`--constructor.prototype.x` reached Object's prototype"),
    Mended(
        "set-cookie-parser",
        "2.7.0",
        "2.7.1",
        "lib/set-cookie.js",
        "jest",
        "lines without an effect went: nothing to notice",
    ),
)
RENAMED = (
    ("string_utils.validation", r"is_\w+|contains_html|words_count|input_string|allow_hex|ignore_case|ignore_spaces"),
    ("flutils.packages", r"bump_version|_build_version_\w+|version|position|pre_release|ver_info|bump_type"),
    ("set-cookie-parser/lib/set-cookie.js", r"parseString|splitCookiesString|parseNameValuePair|cookiesString|options"),
)
"""Modules, and which of their words are renamed wherever they stand alone: functions, parameters, variables."""


async def main(words: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with open_workbench(read_settings().model_copy(update={"home": Path(home)})) as bench:
            for mended in MENDED:
                if not words or any(word in mended.package for word in words):
                    print(await caught(bench, mended), flush=True)
            for target in development.targets([name for name, _ in RENAMED], ["python", "javascript"]):
                pattern = dict(RENAMED).get(target.name)
                if pattern and (not words or any(word in target.name for word in words)):
                    print(line(target.name, "as it is", await walked(bench, target, 0)), flush=True)
                    print(line(target.name, "renamed", await walked_renamed(bench, target, pattern)), flush=True)


async def caught(bench: Workbench, mended: Mended) -> str:
    target = Target(
        package=mended.package, version=mended.after, language="javascript", framework=mended.framework,
        path=mended.path, module="", rough_mutants=0, folder=development.named(mended.package, mended.after),
    )  # fmt: skip
    row = await walked(bench, target, 0)
    head = f"{mended.package} {mended.after}, then {mended.before} ({mended.bug}):"
    if row.score is None:
        return f"{head} no suite: {row.problem}"
    before = replace(target, folder=development.named(mended.package, mended.before))
    found = await outcomes(bench, before, row.suite_path, row.suite)
    failed = [f"    {each.name}" for each in found if each.outcome is Outcome.FAILED]
    return "\n".join([f"{head} {len(failed)} of {row.score.tests} tests fail", *failed])


async def walked_renamed(bench: Workbench, target: Target, pattern: str) -> Row:
    text = (target.folder / target.path).read_text(encoding="utf-8")
    words = re.compile(rf"(?<![\w$.-])(?:{pattern})(?![\w$-])")
    found = sorted(set(words.findall(text)))
    names = {word: f"{'_' * word.startswith('_')}thing{number}" for number, word in enumerate(found, 1)}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / target.folder.name
        copytree(target.folder, folder, symlinks=True)
        for path in (folder / target.path).parent.glob(f"*{Path(target.path).suffix}"):
            text = path.read_text(encoding="utf-8")
            if path.name == Path(target.path).name or re.search(rf"\b{Path(target.path).stem} import", text):
                path.write_text(words.sub(lambda found: names[found[0]], text), encoding="utf-8")
        return await walked(bench, replace(target, folder=folder), 0)


def line(name: str, how: str, row: Row) -> str:
    if row.score is None:
        return f"{name:<40}{how:<10}{row.problem}"
    score = row.score
    return (
        f"{name:<40}{how:<10}{score.tests:>4} tests, lines {score.lines} %, branches {score.branches} %, "
        f"mutants {score.killed} of {score.mutants}, {row.seconds:.0f} s"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", help="parts of the names of packages or modules; all without")
    asyncio.run(main(parser.parse_args().words))
