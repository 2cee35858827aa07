"""Running npm, pip and node on the host: only ever on lock files, our own or read by us, never on a project's code."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

# What an installer needs from our environment. Everything else stays here, above all the keys.
_PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)
_PASSED_ON_PREFIXES = ("npm_config_", "NPM_CONFIG_", "PIP_", "UV_")
_MOST_OUTPUT = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """`status` is None when the tool is missing or ran out of time."""

    status: int | None
    output: str


class Tool(Protocol):
    """Runs one trusted program on the host to its end."""

    async def __call__(self, argv: Sequence[str], *, cwd: Path, seconds: float) -> ToolResult: ...


async def run_tool(
    argv: Sequence[str], *, cwd: Path, seconds: float, environ: Mapping[str, str] = os.environ
) -> ToolResult:
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=_environment(environ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            umask=0o022,  # what is installed is read by another user, inside the sandbox
        )
    except OSError as error:
        return ToolResult(status=None, output=str(error))
    assert process.stdout is not None
    output = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while chunk := await process.stdout.read(1 << 16):
                output += chunk[: _MOST_OUTPUT - len(output)]
            status: int | None = await process.wait()
    except TimeoutError:
        status = None
        output += f"\nno end within {seconds:.0f} s".encode()
    finally:
        await _end(process)
    return ToolResult(status=status, output=output.decode(errors="replace"))


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in ours.items() if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)}


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        try:
            os.killpg(process.pid, 9)
        except ProcessLookupError:
            return
        await process.wait()
