"""A zip becomes a folder, or is refused and leaves nothing."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from testwright.domain.errors import InputError
from testwright.sources.keeping import imported_at
from testwright.sources.zip_import import ZipLimits, import_zip


def zipped(files: dict[str, bytes | str], *, links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        for name, leads_to in (links or {}).items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, leads_to)
    return buffer.getvalue()


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_zip_becomes_a_folder_named_after_it(tmp_path):
    found = import_zip(zipped({"src/a.py": "a = 1\n", "README.md": ""}), "C:\\down loads\\shop.zip", tmp_path)

    assert (found.name, found.folder.name) == ("shop", "shop")
    assert files_below(found.folder) == {"src/a.py", "README.md"}
    assert (found.folder / "src/a.py").read_bytes() == b"a = 1\n"
    assert imported_at(found.folder) == found


def test_the_one_folder_that_holds_everything_is_opened(tmp_path):
    found = import_zip(zipped({"shop-main/src/a.py": "", "shop-main/pyproject.toml": ""}), "x.zip", tmp_path)

    assert files_below(found.folder) == {"src/a.py", "pyproject.toml"}


def test_the_same_zip_is_kept_once(tmp_path):
    data = zipped({"a.py": "a"})

    assert import_zip(data, "x.zip", tmp_path).folder == import_zip(data, "x.zip", tmp_path).folder
    assert import_zip(zipped({"a.py": "b"}), "x.zip", tmp_path).folder != import_zip(data, "x.zip", tmp_path).folder


def test_installed_packages_links_and_the_repositorys_own_data_are_left_out(tmp_path):
    data = zipped(
        {"a.py": "", ".git/config": "", "node_modules/x/i.js": "", "__MACOSX/a.py": "", "sub/.git/hooks/x": ""},
        links={"link.py": "/etc/passwd"},
    )

    assert files_below(import_zip(data, "x.zip", tmp_path).folder) == {"a.py"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py",
        "a/../../evil.py",
        "/etc/evil.py",
        "C:/evil.py",
        "a\\..\\..\\evil.py",
        "a/./b.py",
        "a//b.py",
        "con.py",
        "a\u202eyp.py",
        "-rf",
        "a/" * 40 + "b.py",
        "x" * 300 + ".py",
        "a\n.py",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_kept(tmp_path, name):
    with pytest.raises(InputError) as caught:
        import_zip(zipped({"good.py": "", name: "x"}), "x.zip", tmp_path / "in")

    assert caught.value.code == "bad_zip"
    assert list((tmp_path / "in").iterdir()) == []
    assert not (tmp_path / "evil.py").exists()


@pytest.mark.parametrize("names", [("a.py", "A.py"), ("ü.py", "u\u0308.py"), ("a", "a/b.py"), ("a/b.py", "a")])
def test_two_files_where_only_one_can_be_are_refused(tmp_path, names):
    with pytest.raises(InputError) as caught:
        import_zip(zipped(dict.fromkeys(names, "x")), "x.zip", tmp_path)

    assert caught.value.code == "bad_zip"


def test_the_same_name_twice_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.py", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.py", "two")

    with pytest.raises(InputError, match="twice"):
        import_zip(buffer.getvalue(), "x.zip", tmp_path)


def test_contents_out_of_all_proportion_are_refused_before_they_are_written(tmp_path):
    data = zipped({f"{number}.py": b"\0" * (4 << 20) for number in range(4)})
    assert len(data) < 20_000

    with pytest.raises(InputError) as caught:
        import_zip(data, "x.zip", tmp_path)

    assert (caught.value.code, caught.value.status) == ("project_too_large", 413)
    assert list(tmp_path.iterdir()) == []


def test_more_bytes_or_files_than_there_is_room_for_are_refused(tmp_path):
    data = zipped({f"{number}.py": os.urandom(1000) for number in range(20)})

    for limits in (ZipLimits(most_bytes=10_000), ZipLimits(most_files=19)):
        with pytest.raises(InputError) as caught:
            import_zip(data, "x.zip", tmp_path, limits)
        assert caught.value.code == "project_too_large"


def test_a_size_that_lies_does_not_get_more_in(tmp_path):
    data = bytearray(zipped({"a.py": b"\0" * 100_000}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(mark) + place, 10)

    with pytest.raises(InputError):
        import_zip(bytes(data), "x.zip", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_that_share_their_bytes_are_no_way_around_the_limit(tmp_path):
    """Many entries of the listing may point at one and the same packed block."""
    whole = zipped({"aa": b"\0" * (1 << 20)})
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    entry = whole[start:end]
    listing = b"".join(entry[:46] + f"{number:02}".encode() + entry[48:] for number in range(50))
    tail = bytearray(whole[end:])
    struct.pack_into("<HHI", tail, 8, 50, 50, len(listing))

    with pytest.raises(InputError):
        import_zip(whole[:start] + listing + bytes(tail), "x.zip", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_what_is_no_file_is_refused(tmp_path, kind):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("device")
        entry.external_attr = (kind | 0o666) << 16
        archive.writestr(entry, "")

    with pytest.raises(InputError, match="no file"):
        import_zip(buffer.getvalue(), "x.zip", tmp_path)


def test_an_encrypted_zip_is_refused_with_the_reason(tmp_path):
    data = bytearray(zipped({"a.py": "x"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1

    with pytest.raises(InputError, match="encrypted"):
        import_zip(bytes(data), "x.zip", tmp_path)


@pytest.mark.parametrize("spoil", ["empty", "text", "cut", "flipped", "no files", "long listing"])
def test_what_is_no_zip_is_refused(tmp_path, spoil):
    data = zipped({"a.py": "some text that is long enough to be packed " * 20})
    flipped = bytearray(data)
    flipped[60] ^= 0xFF
    long = bytearray(data)
    struct.pack_into("<I", long, data.index(b"PK\x05\x06") + 12, 1 << 30)
    spoilt = {
        "empty": b"",
        "text": b"hello",
        "cut": data[:-30],
        "flipped": bytes(flipped),
        "no files": zipped({"folder/": ""}),
        "long listing": bytes(long),
    }

    with pytest.raises(InputError):
        import_zip(spoilt[spoil], "x.zip", tmp_path)
    assert list(tmp_path.iterdir()) == []
