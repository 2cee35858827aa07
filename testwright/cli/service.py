"""`testwright up`: the service, and on request an example walked through its real API, shown live."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from testwright.asgi import run_web
from testwright.cli.display import show
from testwright.cli.exits import ALL_PROVEN, SET_UP
from testwright.cli.logs import log_to_terminal
from testwright.domain.errors import InputError, TestwrightError
from testwright.settings import read_settings
from testwright.sources.folder import FolderView
from testwright.sources.project_config import left_in, read_config
from testwright.wiring import framework_for, worth_testing

_ANSWER_SECONDS = 30.0
_SILENCE_SECONDS = 60.0  # the stream says something at least every 15 s


def run_service(example: Path | None) -> int:
    """Serve until Ctrl-C. Returns the exit status."""
    settings = read_settings()
    log_to_terminal(settings.log_level, settings.log)
    if example is not None and not example.is_dir():
        raise InputError(f"{example} is not a folder.", hint="Give a folder with source files after --example.")

    folder = example.resolve() if example else None

    async def once_up(api: str, page: str, launch: str | None) -> None:
        print(f"Testwright is at {page} (API at {api}). Ctrl-C stops it.", file=sys.stderr, flush=True)
        if launch is not None:
            link = f"{page}/launch?token={launch}"
            print(
                f"Requests need a key. Open the page, once and within ten minutes: {link}", file=sys.stderr, flush=True
            )
        if folder is not None:
            await _walk_example(api, page, folder)

    try:
        asyncio.run(run_web(settings, once_up))
    except KeyboardInterrupt:
        return ALL_PROVEN
    except TestwrightError as error:
        print(f"testwright: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"            {error.hint}", file=sys.stderr)
        return SET_UP
    return ALL_PROVEN


async def _walk_example(api: str, page: str, folder: Path) -> None:
    try:
        key = os.environ.get("TESTWRIGHT_API_KEY")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with httpx.AsyncClient(base_url=api, timeout=_ANSWER_SECONDS, trust_env=False, headers=headers) as client:
            session_id = await _trigger(client, folder)
            address = f"{page}/sessions/{session_id}"
            print(f"Watch it at {address}", file=sys.stderr, flush=True)
            end = await show(_stream(client, session_id), title=f"Generating tests for {folder.name}")
            if end is not None:
                await _tell_result(client, session_id, end)
            print(f"\nThe tests with their evidence: {address}\nNow pick your own files at {page}", file=sys.stderr)
    except (httpx.HTTPError, TestwrightError) as error:
        print(f"testwright: the example did not run: {error}", file=sys.stderr)


async def _trigger(client: httpx.AsyncClient, folder: Path) -> str:
    repository = await _call(client, "POST", "/api/repositories", {"path": str(folder)})
    view = FolderView(str(folder))
    config = read_config(view)
    picked = left_in(config, worth_testing(view))
    files = [{"path": path, "framework": framework_for(path, view, None, config)} for path in picked]
    if not files:
        raise InputError(f"{folder.name} has no source file to write tests for.")
    request = {
        "repositoryId": repository["repositoryId"],
        "files": files,
        "framework": files[0]["framework"],
    }
    return str((await _call(client, "POST", "/api/inngest/trigger", request))["sessionId"])


async def _call(client: httpx.AsyncClient, method: str, path: str, body: object = None) -> dict[str, Any]:
    answer = (await client.request(method, path, json=body)).json()
    if not answer["success"]:
        raise InputError(answer["message"], hint=answer["error"].get("hint"))
    data: dict[str, Any] = answer["data"]
    return data


async def _stream(client: httpx.AsyncClient, session_id: str) -> AsyncIterator[Mapping[str, Any]]:
    limit = httpx.Timeout(_ANSWER_SECONDS, read=_SILENCE_SECONDS)
    async with client.stream("GET", f"/api/inngest/stream/{session_id}", timeout=limit) as response:
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))


async def _tell_result(client: httpx.AsyncClient, session_id: str, end: Mapping[str, Any]) -> None:
    summary = end.get("summary", {})
    coverage = summary.get("averageCoverage")
    print(f"\n{end['message']}", file=sys.stderr)
    if coverage is not None:
        print(f"Lines covered, measured, mean over the files: {coverage:g} %", file=sys.stderr)
    tests = (await _call(client, "GET", f"/api/sessions/{session_id}/tests"))["tests"]
    for test in tests:
        evidence = test["evidence"]
        proof = (
            f"{evidence['testCount']} tests, passed {evidence['passedRuns']} of {evidence['runs']} runs"
            if evidence["verified"]
            else f"not verified: {evidence['reason']}"
        )
        print(f"  {test['filePath']} → {test['testFilePath']}  {proof}", file=sys.stderr)
