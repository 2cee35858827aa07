"""What a build would have made, where the code of a fresh checkout needs it."""

from pathlib import Path

import pytest

from testwright.domain.records import Assignment
from testwright.domain.sessions import Options, SourceFile
from testwright.sources.build_files import missing_build_files
from testwright.sources.folder import FolderView
from testwright.sources.workspaces import CopiedWorkspaces

HATCH = '[tool.hatch.build.hooks.vcs]\nversion-file = "src/shop/_version.py"\n'


@pytest.mark.parametrize(
    "configured",
    [
        HATCH,
        '[tool.setuptools_scm]\nversion_file = "src/shop/_version.py"\n',
        '[tool.setuptools_scm]\nwrite_to = "./src/shop/_version.py"\n',
    ],
)
def test_the_version_that_a_build_would_write_is_there_to_import(tmp_path, configured):
    (tmp_path / "pyproject.toml").write_text(configured)

    ((path, text),) = missing_build_files(FolderView(tmp_path))

    named: dict[str, object] = {}
    exec(text, named)
    assert path == "src/shop/_version.py"
    assert named["__version__"] == named["version"] == "0.0.0"


@pytest.mark.parametrize(
    "configured",
    [
        "",
        "[",
        '[tool.hatch]\nbuild = "x"\n',
        HATCH.replace("src/shop/_version.py", "../../evil.py"),
        HATCH.replace(".py", ".txt"),
    ],
)
def test_nothing_else_is_made_up(tmp_path, configured):
    (tmp_path / "pyproject.toml").write_text(configured)

    assert list(missing_build_files(FolderView(tmp_path))) == []


async def test_it_is_in_the_private_copy_and_never_in_the_project(tmp_path: Path):
    project = tmp_path / "project"
    (project / "src" / "shop").mkdir(parents=True)
    (project / "pyproject.toml").write_text(HATCH)
    (project / ".gitignore").write_text("_version.py\n")
    (project / "src" / "shop" / "a.py").write_text("")
    assignment = Assignment(
        session_id="session-1",
        round=1,
        file_index=1,
        total_files=1,
        source=SourceFile(path="src/shop/a.py", text="", framework="pytest"),
        options=Options(),
        repository_root=str(project),
        overlay={},
        writer="explorer",
        model=None,
    )

    workspace = await CopiedWorkspaces(tmp_path / "home").open(assignment)

    assert "0.0.0" in (workspace.text("src/shop/_version.py") or "")
    assert not (project / "src" / "shop" / "_version.py").exists()
