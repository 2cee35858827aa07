"""What a project's own command for tests needs of this machine: toolchains beside the system's, and what they have
fetched already. The project names no place: what is mounted is a short list of this file's.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from testwright.domain.commands import TestCommand, command_for, command_named, command_text
from testwright.domain.errors import PermanentError
from testwright.domain.ports import ProjectView
from testwright.domain.projects import Mount, Runner
from testwright.toolchains.python import own_interpreter

_DRIVER = "/opt/testwright/runners/testwright_command.py"
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_SETTINGS = {"java": ("maven", "java-*-openjdk", "gradle")}
"""Of /etc, to which installations below /usr link."""
_FETCHED = {"rust": ".cargo/registry", "java": ".m2/repository", "go": "go/pkg/mod"}
"""Below a person's home; nothing beside it is mounted, as there lie passwords."""


def commanded_runner(
    framework: str, view: ProjectView, *, home: Path | None = None, etc: Path = Path("/etc")
) -> Runner:
    """Raises PermanentError where the project names no command for the language."""
    language = command_named(framework) or ""
    command = command_for(language, view)
    if command is None:
        raise PermanentError(
            f"The project does not say how its tests in {language} are run.",
            code="runner_missing",
            hint=f"Name the command in testwright.toml, as [commands.{language}].",
        )
    home = home or Path.home()
    python = own_interpreter()
    path, version, mounts = _toolchain(command, home)
    mounts += [Mount(host=str(place), inside=str(place)) for place in _settings(language, etc)]
    fetched = home / _FETCHED.get(language, "")
    links = []
    if language in _FETCHED and fetched.is_dir():
        mounts.append(Mount(host=str(fetched), inside=str(fetched)))
        links.append((_FETCHED[language], str(fetched)))
    return Runner(
        framework=framework,
        version=version,
        origin="project",
        found=f"{command.program}, from testwright.toml [commands.{language}]",
        program=(python.path, _DRIVER),
        mounts=(*python.mounts, *mounts),
        env=(("PATH", path),),
        facts=(("command", command_text(command)), ("links", json.dumps(links))),
    )


def _settings(language: str, etc: Path) -> Iterator[Path]:
    for pattern in _SETTINGS.get(language, ()):
        yield from sorted(place for place in etc.glob(pattern) if place.is_dir() and not place.is_symlink())


def _toolchain(command: TestCommand, home: Path) -> tuple[str, str, list[Mount]]:
    """The search path, the version where it is known, and what is mounted for it: rustup keeps Rust in a home."""
    if command.language != "rust":
        return _SYSTEM_PATH, "", []
    rustup = home / ".rustup"
    try:
        named = tomllib.loads((rustup / "settings.toml").read_text()).get("default_toolchain")
    except (OSError, ValueError):
        return _SYSTEM_PATH, "", []
    folder = rustup / "toolchains" / str(named)
    if not re.fullmatch(r"[\w.-]+", str(named)) or not (folder / "bin" / "cargo").exists():
        return _SYSTEM_PATH, "", []
    return f"{folder}/bin:{_SYSTEM_PATH}", str(named), [Mount(host=str(folder), inside=str(folder))]
