"""How Python is read.

One parser for sources and suites: tree-sitter. The text is untrusted and may be newer than the Python we run on, and
`ast` would refuse the newer syntax and can be driven into its recursion limit by nesting.
"""

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft
from testwright.domain.sessions import SourceFile
from testwright.domain.verdicts import Fault
from testwright.languages.python import analysis, gates, suites


class Python:
    """The Language `python`."""

    name = "python"

    def analyse(self, source: SourceFile) -> Analysis:
        return analysis.analyse(source)

    def split(self, suite: str) -> Draft:
        return suites.split(suite)

    def render(self, draft: Draft) -> str:
        return suites.render(draft)

    def fault_of(self, case: Case, draft: Draft, analysis: Analysis, known_modules: frozenset[str]) -> Fault | None:
        return gates.fault_of(case, draft, analysis, known_modules)
