"""A folder of a project, seen as if it were a project by itself."""

from collections.abc import Sequence

from testwright.domain.ports import ProjectView


class Within:
    """`folder` is the folder's path in the view, without a slash at its end."""

    def __init__(self, view: ProjectView, folder: str) -> None:
        self._view = view
        self._start = f"{folder}/"
        self.root = f"{view.root}/{folder}"

    def paths(self) -> Sequence[str]:
        start = self._start
        return [path.removeprefix(start) for path in self._view.paths() if path.startswith(start)]

    def text(self, path: str) -> str | None:
        return self._view.text(self._start + path)

    def exists(self, path: str) -> bool:
        return self._view.exists(self._start + path)


def below(folder: str, path: str) -> str:
    """The path as it is called within the folder; the same path where the folder is the project's own."""
    return path.removeprefix(f"{folder}/") if folder else path
