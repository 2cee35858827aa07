"""A project that is nothing but texts by path, and the tools that it has installed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from testwright.domain.projects import InstalledTool, Mount, Runner

TOOL = InstalledTool(
    name="tool", version="1.2.3", program=("/bin/tool", "main"), mounts=(Mount(host="/host", inside="/inside"),)
)
RUNNER = Runner(
    framework="pytest", version="9", origin="project", found="", program=("/venv/bin/python", "-m", "pytest")
)


@dataclass
class Texts:
    texts: dict[str, str]
    root: str = "/copy"
    origin: str | None = None
    asked: list[str] = field(default_factory=list)

    def paths(self) -> Sequence[str]:
        return sorted(self.texts)

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def exists(self, path: str) -> bool:
        return path in self.texts
