"""How JavaScript and TypeScript are read; JSX included."""

from collections.abc import Collection, Sequence

from testwright.domain.analysis import Analysis, Claim, Import
from testwright.domain.drafts import Case, Draft, Mending
from testwright.domain.edges import Edge
from testwright.domain.mutants import Mutant
from testwright.domain.sessions import SourceFile
from testwright.domain.styles import Style
from testwright.domain.suspects import Suspect
from testwright.domain.verdicts import Fault
from testwright.languages.announcing import announced
from testwright.languages.javascript.accusing import accused
from testwright.languages.javascript.adding import added, names_in
from testwright.languages.javascript.analysing import analyse
from testwright.languages.javascript.announcing import assertions_in
from testwright.languages.javascript.claims import claims_of
from testwright.languages.javascript.edges import edge_cases
from testwright.languages.javascript.gates import fault_of
from testwright.languages.javascript.importing import imports_of, joined
from testwright.languages.javascript.manners import style_of
from testwright.languages.javascript.marking import marked
from testwright.languages.javascript.mending import mended
from testwright.languages.javascript.mutants import mutants, switched
from testwright.languages.javascript.outlines import outline_of
from testwright.languages.javascript.restyling import styled
from testwright.languages.javascript.suites import render, retitled, split


class JavaScript:
    """One reader for both names: the grammar follows the file's extension."""

    def __init__(self, name: str = "javascript") -> None:
        self.name = name

    def analyse(self, source: SourceFile) -> Analysis:
        return analyse(source)

    def split(self, suite: str) -> Draft:
        return split(suite)

    def render(self, draft: Draft) -> str:
        return render(draft)

    def style_of(self, suite: str) -> Style:
        return style_of(suite)

    def joined(self, preamble: str, other: str, *, first_wins: bool = False) -> str:
        return joined(preamble, other, first_wins=first_wins)

    def imports(self, text: str, path: str) -> tuple[Import, ...]:
        return imports_of(text, path)

    def outline(self, text: str, path: str, names: Collection[str]) -> str:
        return outline_of(text, path, names)

    def annotated(self, draft: Draft) -> Draft:
        return draft  # a test's callback has no type that would have to be said

    def styled(self, draft: Draft, style: Style) -> Draft:
        return styled(draft, style)

    def added(self, draft: Draft, suite: str, *, package: str = "") -> str:
        return added(draft, suite, package)

    def names_in(self, suite: str) -> frozenset[str]:
        return names_in(suite)

    def renamed(self, case: Case, name: str) -> Case:
        return retitled(case, name)

    def fault_of(self, case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> Fault | None:
        return fault_of(case, draft, analysis, known_modules)

    def sees_order(self, suite: str, source: SourceFile) -> bool:
        return False  # a Set keeps the order in which its parts came

    def mended(self, case: Case, draft: Draft, message: str, source: SourceFile, analysis: Analysis) -> Mending | None:
        return mended(case, draft, message, source, analysis)

    def accused(self, case: Case, draft: Draft, message: str, analysis: Analysis) -> Suspect | None:
        return accused(case, draft, message, analysis)

    def claims(self, source: SourceFile, analysis: Analysis, readme: str | None) -> tuple[Claim, ...]:
        return claims_of(source, analysis, readme)

    def announced(self, draft: Draft, first: int) -> tuple[Draft, tuple[Edge, ...]]:
        return announced(draft, first, assertions_in)

    def marked(self, draft: Draft, framework: str) -> Draft:
        return marked(draft, framework)

    def mutants(self, source: SourceFile) -> tuple[Mutant, ...]:
        return mutants(source)

    def edge_cases(self, source: SourceFile, analysis: Analysis) -> tuple[Edge, ...]:
        return edge_cases(source, analysis)

    def switched(self, source: SourceFile, mutants: Sequence[Mutant], edges: Sequence[Edge] = ()) -> str:
        return switched(source, mutants, edges)
