"""The parts of the sandboxes that need no sandbox to be tried: the filter, the argument list, the report pipe."""

import errno
import struct
from pathlib import Path

import pytest

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Mount
from testwright.sandboxes.command_line import (
    REPORT_HEADER,
    bubblewrap_argv,
    clean_environment,
    problem_with,
    read_reports,
)
from testwright.sandboxes.seccomp import seccomp_profile, seccomp_program

ALLOWED, KILLED, REFUSED = "allowed", "killed", "refused"
X86, ARM = 0xC000003E, 0xC00000B7


def verdict(program: bytes, number: int, *arguments: int, architecture: int = X86) -> str | int:
    """Run the filter as the kernel does; an errno where it answers with one."""
    data = struct.pack("<iIQ6Q", number, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    lines = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), 8)]
    at = accumulator = 0
    while True:
        code, if_true, if_false, value = lines[at]
        at += 1
        match code:
            case 0x20:
                accumulator = struct.unpack_from("<I", data, value)[0]
            case 0x15:
                at += if_true if accumulator == value else if_false
            case 0x35:
                at += if_true if accumulator >= value else if_false
            case 0x45:
                at += if_true if accumulator & value else if_false
            case 0x54:
                accumulator &= value
            case 0x06 if value == 0x7FFF0000:
                return ALLOWED
            case 0x06 if value == 0x80000000:
                return KILLED
            case 0x06:
                return value & 0xFFFF


@pytest.mark.parametrize("number", [0, 1, 2, 9, 57, 59, 61, 202, 257])
def test_ordinary_calls_are_allowed(number: int) -> None:
    assert verdict(seccomp_program("x86_64"), number) == ALLOWED


@pytest.mark.parametrize("number", [165, 166, 272, 308, 101, 310, 321, 425, 250, 319, 29, 246])
def test_mounting_tracing_and_hidden_memory_are_refused(number: int) -> None:
    assert verdict(seccomp_program("x86_64"), number) == errno.EPERM


def test_a_containers_profile_refuses_what_the_program_refuses() -> None:
    rules = seccomp_profile()["syscalls"]
    whole = {name for rule in rules if "args" not in rule for name in rule["names"]}
    families = [rule["args"][0] for rule in rules if rule["names"] == ["socket"]]

    assert {"mount", "ptrace", "bpf", "memfd_create", "clone3"} <= whole
    assert not whole & {"read", "socket", "clone", "ioctl"}
    assert {each["value"] for each in families if each["op"] == "SCMP_CMP_EQ"} & {1, 2, 10, 16} == set()
    assert [each["value"] for each in families if each["op"] == "SCMP_CMP_GT"] == [16]


def test_a_foreign_way_to_call_is_deadly() -> None:
    program = seccomp_program("x86_64")

    assert verdict(program, 0, architecture=0x40000003) == KILLED
    assert verdict(program, 0x40000000 | 1) == KILLED


def test_a_process_may_be_cloned_but_no_namespace_made() -> None:
    program = seccomp_program("x86_64")

    assert verdict(program, 56, 0x1200011) == ALLOWED
    for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x8000000, 0x4000000, 0x2000000):
        assert verdict(program, 56, flag | 17) == errno.EPERM
    assert verdict(program, 435) == errno.ENOSYS


@pytest.mark.parametrize(
    ("family", "allowed"), [(1, True), (2, True), (10, True), (16, True), (40, False), (38, False), (17, False)]
)
def test_only_four_kinds_of_socket_can_be_made(family: int, allowed: bool) -> None:
    assert verdict(seccomp_program("x86_64"), 41, family, 1) == (ALLOWED if allowed else errno.EAFNOSUPPORT)


@pytest.mark.parametrize(("request_number", "allowed"), [(0x5412, False), (0x541C, False), (0x5413, True)])
def test_no_key_can_be_pushed_into_a_terminal(request_number: int, allowed: bool) -> None:
    assert verdict(seccomp_program("x86_64"), 16, 0, request_number) == (ALLOWED if allowed else errno.EPERM)


@pytest.mark.parametrize("number", [90, 91, 268, 452, 92, 280, 188, 190, 30, 31, 240, 254, 165, 101])
def test_the_confined_tier_refuses_what_landlock_cannot(number: int) -> None:
    assert verdict(seccomp_program("x86_64", confined=True), number) == errno.EPERM


@pytest.mark.parametrize("number", [41, 42, 49])
def test_the_confined_tier_has_no_network_and_says_so(number: int) -> None:
    assert verdict(seccomp_program("x86_64", confined=True), number, 1, 1) == errno.ENONET


@pytest.mark.parametrize(("kind", "allowed"), [(1, True), (5, True), (0x80801, True), (2, False), (0x80002, False)])
def test_a_pair_of_sockets_may_be_of_any_kind_that_knows_its_other_end(kind: int, allowed: bool) -> None:
    program = seccomp_program("x86_64", confined=True)

    assert verdict(program, 53, 1, kind) == (ALLOWED if allowed else errno.ENONET)


@pytest.mark.parametrize(("number", "argument"), [(302, 0), (203, 0), (144, 0), (142, 0), (314, 0), (141, 1), (251, 1)])
def test_in_the_confined_tier_a_process_changes_its_own_limits_and_order_only(number: int, argument: int) -> None:
    program = seccomp_program("x86_64", confined=True)
    itself, other = [0, 0], [0, 0]
    other[argument] = 4711

    assert verdict(program, number, *itself) == ALLOWED
    assert verdict(program, number, *other) == errno.EPERM


def test_the_confined_tier_of_arm_has_its_own_numbers_too() -> None:
    program = seccomp_program("aarch64", confined=True)

    assert verdict(program, 52, architecture=ARM) == errno.EPERM
    assert verdict(program, 198, 1, architecture=ARM) == errno.ENONET
    assert verdict(program, 63, architecture=ARM) == ALLOWED


def test_arm_has_its_own_numbers() -> None:
    program = seccomp_program("aarch64")

    assert verdict(program, 40, architecture=ARM) == errno.EPERM
    assert verdict(program, 63, architecture=ARM) == ALLOWED
    assert verdict(program, 198, 40, architecture=ARM) == errno.EAFNOSUPPORT
    assert verdict(program, 0, architecture=X86) == KILLED


def test_an_unknown_machine_gets_no_sandbox() -> None:
    with pytest.raises(SandboxUnavailable):
        seccomp_program("riscv64")


def command(tmp_path: Path, **fields: object) -> Command:
    return Command(argv=("true",), workspace=str(tmp_path), **fields)  # type: ignore[arg-type]


def test_the_environment_is_built_from_nothing_and_the_commands_own_words_win(tmp_path: Path) -> None:
    environment = clean_environment(command(tmp_path, env=(("TZ", "Asia/Tokyo"), ("EXTRA", "1"))))

    assert environment["HOME"] == "/home/sbx"
    assert environment["OUT"] == "/out"
    assert (environment["TZ"], environment["EXTRA"]) == ("Asia/Tokyo", "1")
    assert "PYTHONHASHSEED" not in environment


def test_tools_are_mounted_after_the_scratch_folders_that_would_hide_them(tmp_path: Path) -> None:
    tool = Mount(host="/home/me/tool", inside="/home/me/tool")
    argv = bubblewrap_argv("bwrap", command(tmp_path, mounts=(tool,)), setpriv=None, uid=1000)

    assert argv.index("/home/me/tool") > argv.index("/home/sbx", argv.index("--tmpfs"))
    assert argv[argv.index("/home/me") - 3 : argv.index("/home/me")] == ["--perms", "0755", "--dir"]


def test_mounts_within_the_workspace_come_after_it(tmp_path: Path) -> None:
    packages = Mount(host="/srv/node_modules", inside="/ws/node_modules")
    argv = bubblewrap_argv("bwrap", command(tmp_path, mounts=(packages,)), setpriv=None, uid=1000)

    assert argv.index("/ws/node_modules") > argv.index("/ws")


def test_a_mount_without_its_place_is_explained(tmp_path: Path) -> None:
    (tmp_path / "host").mkdir()
    inside = Mount(host=str(tmp_path / "host"), inside="/ws/node_modules")
    gone = Mount(host=str(tmp_path / "gone"), inside="/opt/x")

    assert problem_with(command(tmp_path)) is None
    assert problem_with(command(tmp_path, mounts=(inside,))) == "The workspace has no mount point for /ws/node_modules"
    assert problem_with(command(tmp_path, mounts=(gone,))) == "What should be mounted at /opt/x is gone"
    assert problem_with(command(tmp_path / "none")) == "The workspace is gone"


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a\nb", "-x"])
def test_a_report_stays_below_its_folder(tmp_path: Path, name: str) -> None:
    assert problem_with(command(tmp_path, reports=(name,))) is not None


def test_reports_come_out_of_the_pipe_as_they_were() -> None:
    pipe = REPORT_HEADER + b"5 a.json\n1\n2\n3" + b"0 b/c.xml\n" + b"2 d\nok"

    assert read_reports(pipe, ("a.json", "b/c.xml", "d")) == {"a.json": b"1\n2\n3", "b/c.xml": b"", "d": b"ok"}


@pytest.mark.parametrize(
    "rest",
    [b"", b"garbage", b"-5 a\nxx", b"5", b"99999999999999999999 a\n", b"3 other\nabc", "٣ a\n".encode(), b"\xff\n"],
)
def test_a_pipe_that_makes_no_sense_gives_nothing(rest: bytes) -> None:
    assert read_reports(REPORT_HEADER + rest, ("a",)) == {}


def test_a_cut_report_is_kept_as_far_as_it_came() -> None:
    assert read_reports(REPORT_HEADER + b"100 a\nabc", ("a",)) == {"a": b"abc"}


def test_a_missing_header_means_that_the_command_never_started() -> None:
    assert read_reports(b"", ("a",)) is None
