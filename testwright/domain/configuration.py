"""What a project says about its own tests, in files that are committed with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from testwright.domain.sessions import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectConfig:
    """`options` are those that the project names, by their names in `Options`; `origins` says which file named what.

    `frameworks` are by language; under the empty name stands the one for every language that it can test. Files that
    match a pattern of `exclude` (as in .gitignore) are not picked where nobody picks.
    """

    frameworks: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)

    def applied(self, options: Options, given: frozenset[str]) -> Options:
        """The project's wishes, but for what was `given` by whoever asks."""
        return replace(options, **{name: value for name, value in self.options.items() if name not in given})
