"""Which sandbox is trusted, and what is said when none can be."""

import json
import logging
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Completed, Limits, Mount
from testwright.sandboxes.choose import Wish, choose, prove
from testwright.sandboxes.refusing import Refusing
from testwright.sandboxes.unsandboxed import Unsandboxed

HELD = dict.fromkeys(("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"), False)


class Claiming:
    """Answers the probe without running it."""

    tier = "isolated"

    def __init__(self, reached: Mapping[str, bool] | None = None, log: str = "", reason: str = "exit") -> None:
        reports = {"probe.json": json.dumps(reached).encode()} if reached is not None else {}
        self.answer = Completed(exit_status=0 if reached else 1, reason=reason, log=log, reports=reports)

    async def run(self, command: Command) -> Completed:
        return self.answer


async def test_the_first_sandbox_that_holds_is_taken() -> None:
    leaking, holding = Claiming(HELD | {"a": True}), Claiming(HELD)

    assert await prove([leaking, holding]) is holding


async def test_running_on_the_host_is_never_proved() -> None:
    assert (await prove([Unsandboxed()])).tier == "unavailable"


@pytest.mark.parametrize(
    "candidate",
    [Claiming(), Claiming({}), Claiming({"a": False}), Claiming(HELD, reason="timeout"), Claiming(log="bwrap: no")],
)
async def test_a_sandbox_that_says_little_is_not_trusted(candidate: Claiming) -> None:
    assert (await prove([candidate])).tier == "unavailable"


@pytest.mark.parametrize(
    ("log", "fix"),
    [
        ("bwrap: setting up uid map: Permission denied", "apparmor"),
        ("bwrap: No permissions to create new namespace, likely because the kernel …", "unprivileged_userns_clone"),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "systempaths=unconfined"),
        ("Testwright runs as root, and setpriv, which gives root's rights away, is missing", "util-linux"),
    ],
)
async def test_the_refusal_names_the_fix(log: str, fix: str) -> None:
    chosen = await prove([Claiming(log=log, reason="launch-failed")])

    assert isinstance(chosen, Refusing)
    assert fix in chosen.hint


async def test_a_reason_that_nobody_foresaw_is_told_in_its_own_words(tmp_path: Path) -> None:
    chosen = await prove([Claiming(log="bwrap: the moon is full", reason="launch-failed")])
    with pytest.raises(SandboxUnavailable) as caught:
        await chosen.run(Command(argv=("true",), workspace=str(tmp_path)))

    assert "the moon is full" in str(caught.value)


async def test_a_wish_for_one_tier_takes_no_other() -> None:
    chosen = await choose(at_once=1, wish=Wish(tier="confined"))

    assert chosen.tier in ("confined", "unavailable")


async def test_only_what_a_tier_does_not_promise_may_be_reached_in_it() -> None:
    seen, touched = Claiming(HELD | {"other_process": True}), Claiming(HELD | {"host_file": True})
    seen.tier = touched.tier = "confined"

    assert await prove([touched, seen]) is seen
    assert (await prove([Claiming(HELD | {"other_process": True})])).tier == "unavailable"


async def test_without_bubblewrap_the_fix_is_to_install_it(tmp_path: Path) -> None:
    chosen = await prove([])
    with pytest.raises(SandboxUnavailable) as caught:
        await chosen.run(Command(argv=("true",), workspace=str(tmp_path)))

    assert caught.value.hint == "sudo apt-get install bubblewrap"


async def test_without_a_sandbox_inside_paths_are_translated_and_every_run_warns(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool/words").write_text("from the tool\n")
    caplog.set_level(logging.WARNING)
    completed = await Unsandboxed().run(
        Command(
            argv=("sh", "-c", 'cat /opt/x/words; echo "$WHERE"; pwd; echo made >/out/r.txt; echo /wsx a/ws', "/ws"),
            workspace=str(tmp_path / "ws"),
            reports=("r.txt", "none"),
            mounts=(Mount(host=str(tmp_path / "tool"), inside="/opt/x"),),
            env=(("WHERE", "/ws:/opt/x"),),
        )
    )

    lines = completed.log.splitlines()
    assert lines[0] == "from the tool"
    assert lines[1] == f"/ws:{tmp_path}/tool"
    assert lines[2:] == ["/ws", "/wsx a/ws"]
    assert completed.reports == {"r.txt": b"made\n"}
    assert "WITHOUT a sandbox" in caplog.text


async def test_without_a_sandbox_packages_are_linked_where_node_looks(tmp_path: Path) -> None:
    for folder in ("copy/ws/node_modules", "own/dep", "managed/other"):
        (tmp_path / folder).mkdir(parents=True)
    mounts = (
        Mount(host=str(tmp_path / "own"), inside="/ws/node_modules"),
        Mount(host=str(tmp_path / "managed"), inside="/node_modules"),
    )
    completed = await Unsandboxed().run(
        Command(argv=("ls", "node_modules/", "../node_modules/"), workspace=str(tmp_path / "copy/ws"), mounts=mounts)
    )

    assert "dep" in completed.log
    assert "other" in completed.log


async def test_without_a_sandbox_time_output_and_environment_are_still_limited(tmp_path: Path) -> None:
    os.environ["TESTWRIGHT_DECOY_SECRET"] = "x"
    try:
        clean = await Unsandboxed().run(Command(argv=("env",), workspace=str(tmp_path)))
    finally:
        del os.environ["TESTWRIGHT_DECOY_SECRET"]
    slow = await Unsandboxed().run(
        Command(argv=("sleep", "30"), workspace=str(tmp_path), limits=Limits(wall=timedelta(seconds=0.3)))
    )
    loud = await Unsandboxed().run(Command(argv=("yes",), workspace=str(tmp_path), limits=Limits(log_bytes=1000)))

    assert "TESTWRIGHT_DECOY_SECRET" not in clean.log
    assert slow.reason == "timeout"
    assert (loud.reason, len(loud.log)) == ("output-limit", 1000)
