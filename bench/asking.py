"""What every bench that walks the whole line asks for: a session of one file, as the command line would open it."""

from pathlib import Path

from testwright.domain.records import NewSession
from testwright.domain.sessions import Options, SourceFile


def one_file(
    source: SourceFile, *, name: str, root: Path | None, writer: str = "explorer", model: str | None = None
) -> NewSession:
    """`root` is the project's folder; None when there is the file alone."""
    return NewSession(
        owner="local",
        repository_id=name,
        repository_root=None if root is None else str(root),
        branch=None,
        framework=source.framework,
        files=(source,),
        options=Options(),
        writer=writer,
        model=model,
        estimate_seconds=30,
        request_hash="bench",
        driver="cli",
    )
