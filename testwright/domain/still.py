"""A project as it was when it was first looked at, for questions that are asked of each of its files."""

from collections.abc import Sequence
from functools import cache

from testwright.domain.ports import ProjectView


class Still:
    """Listed once, and each text is read once: for a moment's work only, as all of it is kept."""

    def __init__(self, view: ProjectView) -> None:
        self.root = view.root
        self._paths = tuple(view.paths())
        self._exists = cache(view.exists)
        self._text = cache(view.text)

    def paths(self) -> Sequence[str]:
        return self._paths

    def text(self, path: str) -> str | None:
        return self._text(path)

    def exists(self, path: str) -> bool:
        return self._exists(path)
