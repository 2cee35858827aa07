"""What `testwright generate` makes of the paths it is given."""

import pytest

from testwright.cli.generate import line_of
from testwright.cli.selecting import project_root, select
from testwright.domain.errors import InputError
from testwright.domain.records import FileRecord
from testwright.domain.sessions import FileStage, FileStatus


def write(root, *paths, text="def f():\n    return 1\n"):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_a_file_belongs_to_the_nearest_project(tmp_path):
    write(tmp_path, "a/pyproject.toml", "a/pkg/one.py", "b/package.json", "b/src/two.ts")

    assert select([tmp_path / "a/pkg/one.py", tmp_path / "b/src/two.ts"]) == {
        tmp_path / "a": ["pkg/one.py"],
        tmp_path / "b": ["src/two.ts"],
    }


def test_a_manifest_that_only_says_how_files_are_read_makes_no_project(tmp_path):
    write(tmp_path, "src/package.json", text='{"type": "module", "version": "3.7.2"}')
    assert project_root(tmp_path / "src") == tmp_path / "src"  # there is no other

    write(tmp_path, "package.json", text='{"name": "luxon"}')
    assert project_root(tmp_path / "src") == tmp_path


def test_a_package_without_a_manifest_is_seen_from_outside_of_it(tmp_path):
    write(tmp_path, "lib/pkg/__init__.py", "lib/pkg/inner/__init__.py", "lib/pkg/inner/one.py")

    assert project_root(tmp_path / "lib/pkg/inner") == tmp_path / "lib"


def test_a_folder_stands_for_its_sources_but_not_for_tests_and_empty_modules(tmp_path):
    write(tmp_path, "pyproject.toml", "pkg/one.py", "pkg/test_one.py", "tests/helper.py", "notes.md")
    write(tmp_path, "pkg/__init__.py", text='"""A package."""\n')

    assert select([tmp_path]) == {tmp_path: ["pkg/one.py"]}


def test_a_file_named_twice_is_taken_once(tmp_path):
    write(tmp_path, "pyproject.toml", "one.py")

    assert select([tmp_path / "one.py", tmp_path]) == {tmp_path: ["one.py"]}


def test_a_submodule_that_is_not_checked_out_says_so_and_an_empty_folder_does_not(tmp_path):
    write(tmp_path, ".gitmodules", text='[submodule "lib"]\n\tpath = vendor/lib\n\turl = ../lib\n')
    for name in ("lib", "empty"):
        (tmp_path / "vendor" / name).mkdir(parents=True)

    with pytest.raises(InputError, match="submodule") as caught:
        select([tmp_path / "vendor" / "lib"])
    assert "git submodule update --init" in caught.value.hint
    with pytest.raises(InputError, match="There is no source file"):
        select([tmp_path / "vendor" / "empty"])


@pytest.mark.parametrize(("path", "said"), [("gone.py", "does not exist"), ("notes.md", "is in no language")])
def test_what_cannot_be_tested_is_refused_by_name(tmp_path, path, said):
    write(tmp_path, "notes.md")

    with pytest.raises(InputError, match=f"{path} {said}"):
        select([tmp_path / path])


def test_what_failed_and_what_to_do_are_whole_sentences():
    file = FileRecord(
        index=0,
        path="a.py",
        framework="pytest",
        status=FileStatus.FAILED,
        stage=FileStage.FAILED,
        attempt=1,
        round=1,
        from_folder=True,
        error={"code": "x", "message": "a.py did not load within 30 s: does it loop?", "hint": "Mend it"},
        test_id=None,
    )

    assert line_of(file, None) == "✕ a.py  a.py did not load within 30 s: does it loop? Mend it."
