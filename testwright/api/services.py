"""What the HTTP door is handed. It picks no concrete part itself."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from testwright.domain.configuration import ProjectConfig
from testwright.domain.errors import InputError, PermanentError
from testwright.domain.ports import Engine, ProjectView
from testwright.domain.records import Accepted, FolderSuggestion
from testwright.domain.sessions import Options
from testwright.providers.options import Price
from testwright.sources.github import GitHub
from testwright.sources.keeping import Imported
from testwright.store import Store


def _no_import(*_: object) -> Imported:
    raise InputError("Nothing can be imported here.", code="not_supported", hint="Register a folder instead.")


def _no_github(owner: str) -> GitHub:
    raise InputError("GitHub cannot be asked here.", code="github_token", hint="Set GITHUB_TOKEN.")


class ApiSettings(Protocol):
    """The part of the settings that this door obeys."""

    @property
    def host(self) -> str: ...

    @property
    def api_port(self) -> int: ...

    @property
    def page_port(self) -> int: ...

    @property
    def origins(self) -> tuple[str, ...]: ...

    @property
    def width(self) -> int: ...

    @property
    def max_files(self) -> int: ...

    @property
    def max_file_bytes(self) -> int: ...

    @property
    def max_request_bytes(self) -> int: ...

    @property
    def day_usd(self) -> float | None: ...

    @property
    def gain_usd(self) -> float | None: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def requests_a_minute(self) -> int: ...


class Installable(Protocol):
    async def __call__(self, framework: str, root: str, *, near: str) -> str | None:
        """What could be installed of a source's project from its lock, in words, where nothing of it is."""
        ...


async def _nothing_installable(framework: str, root: str, *, near: str) -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class ApiServices:
    """The collaborators of all routes.

    `dispatch` hands an accepted round to the engine and raises EngineUnreachable when nothing was started;
    `cancel_runs` tells the engine that a session's round was cancelled. `languages_of` answers an empty set for a
    framework nobody knows; each of `frameworks()` has at least a `name`. `writer_for` names the writer, and the model
    if one is asked, and raises InputError or PermanentError when the wish cannot be met. `find_folder` gives the real
    place of a folder that somebody wants to register, or raises InputError; `suggest_folders` proposes some that are
    not registered. `open_folder` raises OSError when the folder is gone. `why_unreadable` takes a root, a path below it
    and the most bytes a file may have, and says why the file has no text; None when there is no file. `tested` gives
    those of a project's files that have tests of their own; `configured` reads what a project says in files of its own,
    or raises InputError, and `framework_of` names its framework for a language.
    `suite_without` gives a source's suite without the tests of some names, or raises ValueError, with a sentence.
    `sandbox` is the tier that proved itself at the start.
    `import_git` takes an address, a branch and who asks, `import_zip` an archive and its name; both raise InputError.
    `decisions_in` counts the branches of a text at a path; `worth_testing` names the files to choose from when nobody
    names any. `price_of` a model's name is None where it is not known; `prices_as_of` is the day of the price list.
    """

    settings: ApiSettings
    store: Store
    engine: Engine
    dispatch: Callable[[Accepted], Awaitable[None]]
    cancel_runs: Callable[[str, int], Awaitable[None]]
    frameworks: Callable[[], list[dict[str, Any]]]
    models: Callable[[], Awaitable[list[dict[str, Any]]]]
    writer_for: Callable[[Options], tuple[str, str | None]]
    languages_of: Callable[[str], frozenset[str]]
    language_of_path: Callable[[str], str | None]
    find_folder: Callable[[str], Path]
    suggest_folders: Callable[[Collection[str]], list[FolderSuggestion]]
    open_folder: Callable[[str], ProjectView]
    why_unreadable: Callable[[str, str, int], PermanentError | None]
    doctor: Callable[[], Awaitable[list[dict[str, Any]]]]
    run_url: Callable[[str], str | None] = lambda _: None
    """Where the engine shows one of its runs."""
    sandbox: str = "unavailable"
    web_build: Path | None = None
    tested: Callable[[Iterable[str], ProjectView], frozenset[str]] | None = None
    configured: Callable[[ProjectView], ProjectConfig] = lambda _: ProjectConfig()
    framework_of: Callable[[str, ProjectView, ProjectConfig], str] | None = None
    suite_without: Callable[[str, str, frozenset[str]], str] = lambda path, suite, names: suite
    import_git: Callable[[str, str | None, str], Imported] = _no_import
    discard_import: Callable[[str], bool] = lambda root: False
    """Delete a folder that an import made; false for every other."""
    import_zip: Callable[[bytes, str], Imported] = _no_import
    github: Callable[[str], GitHub] = _no_github
    """With the token that an owner may use; raises InputError where there is none."""
    decisions_in: Callable[[str, str], int] = lambda text, path: 0
    can_be_run: Callable[[str, ProjectView], bool] = lambda language, view: True
    """Whether the project has a way to run tests of a language."""
    worth_testing: Callable[[ProjectView], list[str]] = lambda view: list(view.paths())
    installable: Installable = _nothing_installable
    price_of: Callable[[str | None], Price | None] = lambda _: None
    prices_as_of: str | None = None
