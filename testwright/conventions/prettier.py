"""How prettier is asked. It finds its own configuration by the file's name, .editorconfig and .prettierignore too."""

from testwright.conventions.jsonc import json_object
from testwright.conventions.looking import folders_above, nearest
from testwright.domain.ports import ProjectView

_ENDINGS = ("", ".json", ".yml", ".yaml", ".json5", ".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".toml")
_CONFIGS = (
    *(f".prettierrc{ending}" for ending in _ENDINGS),
    *(f"prettier.config{ending}" for ending in _ENDINGS[5:11]),
)
_LISTS = ("dependencies", "devDependencies")


class Prettier:
    name = "prettier"
    packages = (("npm", "prettier"),)
    languages = frozenset({"javascript", "typescript"})

    def applies(self, suite_path: str, view: ProjectView) -> bool:
        """Configured, or asked for by a package.json: what another package happens to bring does not count."""
        return nearest(_CONFIGS, suite_path, view) is not None or any(
            _is_asked_for(f"{folder}/package.json" if folder else "package.json", view)
            for folder in folders_above(suite_path)
        )

    def arguments(self, suite_path: str, view: ProjectView) -> tuple[str, ...]:
        return ("--stdin-filepath", suite_path)


def _is_asked_for(path: str, view: ProjectView) -> bool:
    manifest = json_object(view.text(path)) if view.exists(path) else {}
    lists = [manifest.get(key) for key in _LISTS]
    return "prettier" in manifest or any(isinstance(each, dict) and "prettier" in each for each in lists)
