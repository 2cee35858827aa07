"""Projects that came from elsewhere, and that go again."""

import json

import pytest

from testwright.sources.keeping import discard, keep


def kept(imports):
    making = imports / ".making"
    making.mkdir(parents=True)
    (making / "cart.py").touch()
    return keep(making, imports, name="shop", kind="zip", pin="abc", address=None).folder


def test_what_was_imported_is_deleted_with_all_that_is_noted_of_it(tmp_path):
    folder = kept(tmp_path / "imports")

    assert discard(folder, tmp_path / "imports")
    assert [*(tmp_path / "imports").iterdir()] == []
    assert not discard(folder, tmp_path / "imports")


@pytest.mark.parametrize("place", ["mine", "imports/kept/deeper/mine", "imports/kept"])
def test_a_folder_that_only_claims_to_be_imported_is_left_alone(tmp_path, place):
    folder = tmp_path / place
    folder.mkdir(parents=True)
    about = {"folder": folder.name, "name": "mine", "pin": "1", "address": None}
    (folder.parent / ".about").write_text(json.dumps(about))

    assert not discard(folder, tmp_path / "imports")
    assert folder.is_dir()


def test_a_link_among_the_imports_leads_nowhere(tmp_path):
    (tmp_path / "imports").mkdir()
    folder = kept(tmp_path / "elsewhere")
    (tmp_path / "imports" / "link").symlink_to(folder.parent)

    assert not discard(tmp_path / "imports" / "link" / "shop", tmp_path / "imports")
    assert folder.is_dir()
