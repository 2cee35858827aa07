"""Archives that strangers made, unpacked."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from testwright.toolchains.locked.unpack import Refused, Unpacking, files_of_npm, unpack

LIMITS = {"most_bytes": 10_000, "most_files": 10, "most_file_bytes": 5_000, "links": [], "compile": ""}


def tarball(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def unpacked(folder: Path, name: str, **fields: object) -> Unpacking:
    root = folder / "root"
    root.mkdir()
    archive = {"name": "x", "file": name, "is_wheel": name.endswith(".whl"), "places": ["node_modules/x"]}
    archive["zipped"] = str(fields.pop("zipped", ""))
    return unpack({**LIMITS, "archives": [archive], **fields}, str(folder), str(root))


def test_only_files_come_out_and_programs_stay_programs(tmp_path: Path):
    program = tarfile.TarInfo("package/bin/run.js")
    program.mode = 0o755
    link = tarfile.TarInfo("package/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    fifo = tarfile.TarInfo("package/fifo")
    fifo.type = tarfile.FIFOTYPE
    tarball(tmp_path / "a.tgz", [(program, b"1"), (link, b""), (fifo, b""), (tarfile.TarInfo("package/a.js"), b"2")])
    unpacked(tmp_path, "a.tgz")
    found = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "root").rglob("*") if path.is_file()}

    assert found == {"run.js": 0o755, "a.js": 0o644}


@pytest.mark.parametrize("name", ["package/../../../evil", "package//../../evil", "package/a\\b"])
def test_a_path_that_leads_out_of_its_archive_is_refused(tmp_path: Path, name: str):
    tarball(tmp_path / "a.tgz", [(tarfile.TarInfo(name), b"1")])

    with pytest.raises(Refused, match="leads out"):
        unpacked(tmp_path, "a.tgz")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("name", ["../evil.py", "x-1.data/purelib/../../../evil.py"])
def test_so_is_one_in_a_wheel(tmp_path: Path, name: str):
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as wheel:
        wheel.writestr(name, "1")

    with pytest.raises(Refused, match="leads out"):
        unpacked(tmp_path, "a.whl")


def test_what_grows_too_large_is_refused_before_it_is_written(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        for number in range(4):
            wheel.writestr(f"zeros{number}.py", bytes(4_000))

    with pytest.raises(Refused, match="too large"):
        unpacked(tmp_path, "a.whl")
    assert sum(path.stat().st_size for path in (tmp_path / "root").rglob("*") if path.is_file()) <= 10_000


def test_one_file_that_is_too_large_is_refused_by_what_it_says_of_itself(tmp_path: Path):
    tarball(tmp_path / "a.tgz", [(tarfile.TarInfo("package/a"), bytes(5_001))])

    with pytest.raises(Refused, match="too large"):
        list(files_of_npm(str(tmp_path / "a.tgz"), 5_000))


def test_too_many_files_are_refused(tmp_path: Path):
    tarball(tmp_path / "a.tgz", [(tarfile.TarInfo(f"package/{number}"), b"") for number in range(11)])

    with pytest.raises(Refused, match="too large"):
        unpacked(tmp_path, "a.tgz")


def test_what_is_no_archive_is_refused(tmp_path: Path):
    (tmp_path / "a.tgz").write_bytes(b"\x1f\x8b" + b"nonsense" * 20)

    with pytest.raises((Refused, OSError)):
        unpacked(tmp_path, "a.tgz")


def test_a_wheels_own_scripts_and_data_stay_in_it(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as wheel:
        for name in ("a/__init__.py", "a-1.data/scripts/run", "a-1.data/data/etc/x", "a-1.data/purelib/b.py"):
            wheel.writestr(name, "1")
    unpacked(tmp_path, "a.whl")
    files = [str(path.relative_to(tmp_path / "root")) for path in (tmp_path / "root").rglob("*") if path.is_file()]

    assert sorted(files) == ["node_modules/x/a/__init__.py", "node_modules/x/b.py"]


YARNS_OWN = (
    "0ccea262f4912e80b6bcabb56f850225569f1f91592182b8e40a2dabe6910faa"
    "7154f3cf1cfeab82ffdaeb8b93c938c607602826fbf6dec64cb0f81cfe2d2342"
)
"""What yarn 4.4.1 wrote into its lock for the package below, with `compressionLevel: 0`."""


def package_for_yarn(path: Path, text: bytes = b"1\n") -> None:
    program = tarfile.TarInfo("package/bin/run.js")
    program.mode = 0o755
    private = tarfile.TarInfo("package/gr\u00fc\u00df.js")
    private.mode = 0o600
    about = b'{"name": "x", "version": "1.0.0"}\n'
    tarball(path, [(tarfile.TarInfo("package/package.json"), about), (program, text), (private, b"")])


def test_an_archive_is_held_to_the_hash_of_what_yarn_makes_of_it(tmp_path: Path):
    package_for_yarn(tmp_path / "a.tgz")

    assert unpacked(tmp_path, "a.tgz", zipped=YARNS_OWN).files == 3


def test_an_archive_with_one_other_byte_is_not_what_yarn_locked(tmp_path: Path):
    package_for_yarn(tmp_path / "a.tgz", b"2\n")

    with pytest.raises(Refused, match="x is not what the lock says"):
        unpacked(tmp_path, "a.tgz", zipped=YARNS_OWN)

    assert list((tmp_path / "root").iterdir()) == []
