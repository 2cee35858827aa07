"""How Python is read.

One parser for sources and suites: tree-sitter. The text is untrusted and may be newer than the Python we run on, and
`ast` would refuse the newer syntax and can be driven into its recursion limit by nesting. Only mutants are made with
`ast`, because what they are built into has to compile; a source that `ast` refuses has none.
"""

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
from testwright.languages.python import adding, analysis, gates, manners, mutants, outlines, restyling, suites
from testwright.languages.python.accusing import accused
from testwright.languages.python.annotating import annotated
from testwright.languages.python.announcing import assertions_in
from testwright.languages.python.claims import claims_of, marked
from testwright.languages.python.edges import edge_cases
from testwright.languages.python.mending import mended
from testwright.languages.python.mutants import switched
from testwright.languages.python.set_orders import sees_order


class Python:
    """The Language `python`."""

    name = "python"

    def analyse(self, source: SourceFile) -> Analysis:
        return analysis.analyse(source)

    def split(self, suite: str) -> Draft:
        return suites.split(suite)

    def render(self, draft: Draft) -> str:
        return suites.render(draft)

    def style_of(self, suite: str) -> Style:
        return manners.style_of(suite)

    def joined(self, preamble: str, other: str, *, first_wins: bool = False) -> str:
        return outlines.joined(preamble, other, first_wins=first_wins)

    def imports(self, text: str, path: str) -> tuple[Import, ...]:
        return outlines.imports_of(text)

    def outline(self, text: str, path: str, names: Collection[str]) -> str:
        return outlines.outline_of(text, names)

    def annotated(self, draft: Draft) -> Draft:
        return annotated(draft)

    def styled(self, draft: Draft, style: Style) -> Draft:
        return restyling.styled(draft, style)

    def added(self, draft: Draft, suite: str, *, package: str = "") -> str:
        return adding.added(draft, suite)

    def names_in(self, suite: str) -> frozenset[str]:
        return adding.names_in(suite)

    def renamed(self, case: Case, name: str) -> Case:
        return adding.renamed_case(case, name)

    def fault_of(self, case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> Fault | None:
        return gates.fault_of(case, draft, analysis, known_modules)

    def sees_order(self, suite: str, source: SourceFile) -> bool:
        return sees_order(suite, source.text)

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
        return mutants.mutants(source)

    def edge_cases(self, source: SourceFile, analysis: Analysis) -> tuple[Edge, ...]:
        return edge_cases(source, analysis)

    def switched(self, source: SourceFile, mutants: Sequence[Mutant], edges: Sequence[Edge] = ()) -> str:
        return switched(source, mutants)
