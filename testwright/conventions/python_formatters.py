"""How black, ruff's formatter and yapf are asked, and what makes a project one that uses them."""

import re

from testwright.conventions.looking import folders_above, ini_section, nearest, toml_table
from testwright.domain.ports import ProjectView

_PRE_COMMIT = ".pre-commit-config.yaml"
# Where a project says what it runs. Ruff's own table may be there for its linter alone.
_SAYS_WHAT_RUNS = (
    *(_PRE_COMMIT, "Makefile", "tox.ini", "noxfile.py", "justfile", "Justfile", "pyproject.toml", "package.json"),
    *("CONTRIBUTING.md", "CONTRIBUTING.rst", "scripts/format", "scripts/lint", "scripts/format.sh", "scripts/lint.sh"),
)


class Black:
    name = "black"
    packages = (("pypi", "black"),)
    languages = frozenset({"python"})

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        return _has_table(suite_path, view, "tool", "black") or _hooks(view, r"psf/black|id:\s*black")

    def arguments(self, suite_path: str, view: ProjectView) -> tuple[str, ...]:
        return ("--quiet", "--stdin-filename", suite_path, "-")


class RuffFormat:
    name = "ruff"
    packages = (("pypi", "ruff"),)
    languages = frozenset({"python"})

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        if _has_table(suite_path, view, "tool", "ruff", "format"):
            return True
        own = nearest(("ruff.toml", ".ruff.toml"), suite_path, view)
        if own is not None and toml_table(view.text(own), "format") is not None:
            return True
        return any(re.search(r"\bruff[ -]format\b", view.text(path) or "") for path in _telling(view))

    def arguments(self, suite_path: str, view: ProjectView) -> tuple[str, ...]:
        return ("format", "--quiet", "--no-cache", "--stdin-filename", suite_path, "-")


class Yapf:
    name = "yapf"
    packages = (("pypi", "yapf"),)
    languages = frozenset({"python"})

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        if nearest((".style.yapf",), suite_path, view) or _has_table(suite_path, view, "tool", "yapf"):
            return True
        return ini_section(view.text("setup.cfg"), "yapf") is not None

    def arguments(self, suite_path: str, view: ProjectView) -> tuple[str, ...]:
        """For a text from standard input it looks for its style where it is started: in the project's folder."""
        return ()


def _has_table(suite_path: str, view: ProjectView, *keys: str) -> bool:
    for folder in folders_above(suite_path):
        text = view.text(f"{folder}/pyproject.toml" if folder else "pyproject.toml")
        if text is not None and toml_table(text, *keys) is not None:
            return True
    return False


def _hooks(view: ProjectView, pattern: str) -> bool:
    return re.search(pattern, view.text(_PRE_COMMIT) or "") is not None


def _telling(view: ProjectView) -> list[str]:
    workflows = [path for path in view.paths() if path.startswith(".github/workflows/")]
    return [*(path for path in _SAYS_WHAT_RUNS if view.exists(path)), *workflows]
