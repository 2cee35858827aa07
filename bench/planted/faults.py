"""Which bugs are planted: small changes that break what a module's documentation says, as running it shows."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from development import Target
from scripts import Script
from walking import copied, source_of

from testwright.domain.drafts import Case, Draft
from testwright.domain.mutants import ChallengeReport, Mutant
from testwright.domain.verdicts import NotRun, Outcome
from testwright.wiring import Workbench

_MOST_OF_ONE = 3
"""Planted bugs of one function, where a module has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """`of` are the functions whose documented behaviour it breaks, `bases` how that is documented."""

    script: Script
    of: frozenset[str]
    bases: frozenset[str]
    mutant: Mutant
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the script says of the module as it was published, and what breaks it."""

    surprises: tuple[str, ...]
    """Tests of the documentation that fail, and misread ones that pass."""
    faults: tuple[Planted, ...]


def cases_of(script: Script) -> Iterator[Case]:
    for number, guess in enumerate((*script.right, *script.wrong), 1):
        if script.language == "python":
            name = f"test_{guess.of}_{guess.basis}_{number}"
            code = f"def {name}():\n    {guess.body}"
        else:
            name = f"{guess.of} {guess.basis} {number}"
            code = f"it('{name}', () => {{\n  {guess.body}\n}})"
        yield Case(name=name, code=code, targets=(guess.of,))


async def checked(bench: Workbench, script: Script, root: Path, most: int) -> Checked:
    """Run the script's tests on the module as it is, and then on each small change of it."""
    target = Target(
        package=script.package, version="", language=script.language, framework=script.framework, path=script.path,
        module="", rough_mutants=0, folder=root,
    )  # fmt: skip
    source, language = source_of(target), bench.tools.languages[bench.tools.language_of(script.path) or ""]
    cases = tuple(cases_of(script))
    right, wrong = cases[: len(script.right)], cases[len(script.right) :]
    folder, slash, _ = script.path.rpartition("/")
    suite_path = f"{folder}{slash}{'test_script.py' if script.language == 'python' else 'script.test.js'}"
    suite = language.render(Draft(preamble=script.preamble, cases=cases))
    async with copied(bench, target, suite_path, suite) as copy:
        plain = await copy.run(None)
        if isinstance(plain, NotRun):
            raise SystemExit(f"{script.path}: {plain.message}")
        passed = {each.name for each in plain.outcomes if each.outcome is Outcome.PASSED}
        surprises = [case.name for case in right if case.name not in passed]
        surprises += [case.name for case in wrong if case.name in passed]
        sound = Draft(preamble=script.preamble, cases=tuple(case for case in right if case.name in passed))
        copy.workspace.write(suite_path, language.render(sound))
        mutants = language.mutants(source)
        copy.workspace.write(source.path, language.switched(source, mutants))
        report = await copy.challenge(tuple(mutant.number for mutant in mutants))
    if not isinstance(report, ChallengeReport):
        raise SystemExit(f"{script.path}: {report.message}")
    killers = {outcome.number: outcome.killers for outcome in report.outcomes}
    return Checked(surprises=tuple(surprises), faults=tuple(_chosen(script, source.text, mutants, killers, most)))


def _chosen(
    script: Script, text: str, mutants: tuple[Mutant, ...], killers: Mapping[int, tuple[str, ...]], most: int
) -> Iterator[Planted]:
    """In a seeded order, a few for each function."""
    guesses = dict(zip((case.name for case in cases_of(script)), (*script.right, *script.wrong), strict=True))
    shuffled = list(mutants)
    random.Random(f"planted/{script.path}").shuffle(shuffled)
    counts: dict[frozenset[str], int] = {}
    most_of_one = _MOST_OF_ONE if len({guess.of for guess in script.right}) > 1 else most
    for mutant in shuffled:
        noticed = [guesses[name] for name in killers.get(mutant.number, ()) if name in guesses]
        of = frozenset(guess.of for guess in noticed)
        broken = with_change(text, mutant)
        if noticed and broken is not None and counts.get(of, 0) < most_of_one and sum(counts.values()) < most:
            counts[of] = counts.get(of, 0) + 1
            bases = frozenset(guess.basis for guess in noticed)
            yield Planted(script=script, of=of, bases=bases, mutant=mutant, text=broken)


def with_change(text: str, mutant: Mutant) -> str | None:
    """As an author would have typed it; None where the place is not plain to see."""
    lines = text.splitlines(keepends=True)
    line = lines[mutant.line - 1]
    if mutant.line != mutant.end_line or line.count(mutant.before) != 1 or mutant.after.startswith("("):
        return None
    lines[mutant.line - 1] = line.replace(mutant.before, mutant.after)
    return "".join(lines)
