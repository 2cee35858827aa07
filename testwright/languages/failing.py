"""A failing test with all that a rule which may put it right looks at; the same for every language."""

from dataclasses import dataclass, replace

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft, Mending
from testwright.domain.sessions import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingTest:
    """`message` is what the runner said of `case`, which stands in `draft`."""

    case: Case
    draft: Draft
    message: str
    source: SourceFile
    analysis: Analysis

    @property
    def exports(self) -> list[str]:
        return [symbol.name for symbol in self.analysis.symbols if "." not in symbol.name]

    def mending(self, what: str, *, code: str | None = None, preamble: str | None = None) -> Mending:
        """The test with other code or another preamble; what is None stays as it was."""
        return Mending(
            case=replace(self.case, code=self.case.code if code is None else code),
            preamble=self.draft.preamble if preamble is None else preamble,
            what=what,
        )
