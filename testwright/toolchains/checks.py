"""What `testwright doctor` looks at: the tools on this machine, and whether a sandbox was proved."""

import asyncio
import os
import platform
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from testwright.domain.errors import PermanentError
from testwright.domain.ports import Sandbox
from testwright.toolchains.managed import NODE_RUNNERS, ManagedRunners, managed_version
from testwright.toolchains.node import Node, find_node
from testwright.toolchains.tools import Tool, run_tool

OK, WARNING, FAILED = "ok", "warning", "failed"
_NODE_FIX = "Install Node.js 20 or newer from https://nodejs.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`status` is ok, warning (something is not possible here) or failed. `fix` is a command or a sentence, or None."""

    name: str
    status: str
    detail: str
    fix: str | None = None


async def describe(
    cache: Path,
    sandbox: Sandbox,
    *,
    tool: Tool = run_tool,
    node: Callable[[], Awaitable[Node]] = find_node,
) -> list[Check]:
    """Every check, in the order a person would want to read them. Takes the sandbox that was chosen at start."""
    return [
        Check(name="python", status=OK, detail=f"Python {platform.python_version()}"),
        _sandbox(sandbox),
        await _node(node),
        await _program("npm", "vitest and jest cannot be brought to projects without them", _NODE_FIX, tool),
        await _program("git", "repositories cannot be imported", "Install git", tool),
        await asyncio.to_thread(_cache, cache),
    ]


def _sandbox(sandbox: Sandbox) -> Check:
    more = "; ".join(["", detail] if (detail := str(getattr(sandbox, "detail", ""))) else [""])
    match sandbox.tier:
        case "isolated" | "container" | "gvisor":
            return Check(name="sandbox", status=OK, detail=f"proved at start; tier {sandbox.tier}{more}")
        case "confined":
            return Check(
                name="sandbox",
                status=OK,
                detail="proved at start; tier confined: tests that need a loopback network or change files' rights are "
                f"told apart, and need the tier isolated{more}",
                fix="For that one: sudo apt-get install bubblewrap, where user namespaces are allowed",
            )
        case "none":
            return Check(
                name="sandbox",
                status=WARNING,
                detail="tests run WITHOUT a sandbox, because TESTWRIGHT_ALLOW_UNSANDBOXED is set",
                fix="sudo apt-get install bubblewrap, and unset TESTWRIGHT_ALLOW_UNSANDBOXED",
            )
        case _:
            reason = str(getattr(sandbox, "reason", "no sandbox could be proved here"))
            return Check(name="sandbox", status=FAILED, detail=reason, fix=str(getattr(sandbox, "hint", "")) or None)


async def _node(find: Callable[[], Awaitable[Node]]) -> Check:
    try:
        node = await find()
    except PermanentError as error:
        return Check(name="node", status=WARNING, detail=f"{error.message}; only Python is possible", fix=error.hint)
    return Check(name="node", status=OK, detail=f"Node.js {node.version}")


async def _program(name: str, without: str, fix: str, tool: Tool) -> Check:
    result = await tool((name, "--version"), cwd=Path("/"), seconds=20)
    lines = [line for line in result.output.splitlines() if any(character.isdigit() for character in line)]
    if result.status != 0 or not lines:
        return Check(name=name, status=WARNING, detail=f"not found: {without}", fix=fix)
    return Check(name=name, status=OK, detail=lines[-1].strip().removeprefix(f"{name} version "))


def _cache(cache: Path) -> Check:
    existing = next((folder for folder in (cache, *cache.parents) if folder.exists()), Path("/"))
    if not os.access(existing, os.W_OK):
        return Check(
            name="toolchains", status=FAILED, detail="the cache cannot be written", fix="Set TESTWRIGHT_HOME elsewhere"
        )
    runners = ManagedRunners(cache)
    installed = [f"{name} {managed_version(name)}" for name in NODE_RUNNERS if runners.installed_node(name)]
    free_mib = shutil.disk_usage(existing).free >> 20
    detail = f"{', '.join(installed) or 'nothing installed yet'}; {free_mib:,} MB free"
    if free_mib < 500:
        return Check(name="toolchains", status=WARNING, detail=detail, fix="Free some disk space")
    return Check(name="toolchains", status=OK, detail=detail)
