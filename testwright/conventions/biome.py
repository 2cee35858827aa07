"""How Biome's formatter is asked. Its linter's fixes are not asked for: they may change what a test does."""

from testwright.conventions.jsonc import json_object
from testwright.conventions.looking import nearest
from testwright.domain.ports import ProjectView

_CONFIGS = ("biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc")


class Biome:
    name = "biome"
    packages = (("npm", "@biomejs/biome"),)
    languages = frozenset({"javascript", "typescript"})

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        """A project may have Biome for its linter alone."""
        path = nearest(_CONFIGS, suite_path, view)
        if path is None:
            return False
        formatter = json_object(view.text(path)).get("formatter")
        return not (isinstance(formatter, dict) and formatter.get("enabled") is False)

    def arguments(self, suite_path: str, view: ProjectView) -> tuple[str, ...]:
        return ("format", f"--stdin-file-path={suite_path}")
