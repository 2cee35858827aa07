"""The Model Context Protocol over standard input and output: one JSON-RPC message a line.

Only what a server of tools needs, and nothing of the SDK: that brings a web server, an HTTP client and a schema checker
along for what is a few hundred lines here.
"""

import asyncio
import json
import os
import stat
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from testwright import __version__
from testwright.domain.errors import TestwrightError

VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
_MOST_BYTES = 16 << 20
_LAST_ANSWERS_SECONDS = 1.0
_PARSE, _REQUEST, _METHOD, _PARAMETERS, _INTERNAL = -32700, -32600, -32601, -32602, -32603

Tell = Callable[[float, str], Awaitable[None]]
"""Hears how far a call is, as a share of 1, and in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """`parameters` is the JSON schema of an object; `call` is handed what fits it, and returns a JSON object."""

    name: str
    title: str
    description: str
    parameters: Mapping[str, Any]
    call: Callable[[Mapping[str, Any], Tell], Awaitable[dict[str, Any]]]
    reads_only: bool = False


class Fault(Exception):
    """A message that cannot be served: the protocol's own errors."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Server:
    """Serves one client until its input ends. Calls run at once, and may be cancelled one by one."""

    def __init__(self, tools: Sequence[Tool], instructions: str, *, out: TextIO) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._instructions = instructions
        self._out = out
        self._calls: dict[str | int, asyncio.Task[None]] = {}

    async def serve(self, lines: asyncio.StreamReader) -> None:
        try:
            while True:
                line = await _next_line(lines)
                if line is None:
                    self._fail(None, Fault(_REQUEST, "the message is too long"))
                    continue
                if not line:
                    break
                if line.strip():
                    await self._heard(line)
            if self._calls:  # what was asked last is still answered, where that takes no time
                await asyncio.wait(self._calls.values(), timeout=_LAST_ANSWERS_SECONDS)
        finally:
            for call in self._calls.values():
                call.cancel()
            await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def _heard(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return self._fail(None, Fault(_PARSE, "that is no JSON"))
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            return self._fail(None, Fault(_REQUEST, "that is no JSON-RPC 2.0 message"))
        if "method" not in message:
            return None  # an answer: nothing is asked of clients here
        number, method, given = message.get("id"), message["method"], message.get("params") or {}
        if not isinstance(method, str) or not isinstance(given, dict):
            return self._fail(_id(number), Fault(_REQUEST, "method has to be text, and params an object"))
        if number is None:
            return self._notified(method, given)
        if isinstance(number, bool) or not isinstance(number, str | int):
            return self._fail(None, Fault(_REQUEST, "id has to be text or a whole number"))
        if number in self._calls:
            return self._fail(number, Fault(_REQUEST, "this id is in use"))
        call = asyncio.create_task(self._answered(number, method, given))
        self._calls[number] = call
        call.add_done_callback(lambda _: self._calls.pop(number, None))
        return None

    def _notified(self, method: str, given: Mapping[str, Any]) -> None:
        if method == "notifications/cancelled":
            call = self._calls.get(_id(given.get("requestId")) or "")
            if call is not None:
                call.cancel()

    async def _answered(self, number: str | int, method: str, given: Mapping[str, Any]) -> None:
        try:
            self._send({"id": number, "result": await self._result(method, given)})
        except Fault as fault:
            self._fail(number, fault)
        except Exception as error:
            self._fail(number, Fault(_INTERNAL, f"something went wrong on our side ({type(error).__name__})"))

    async def _result(self, method: str, given: Mapping[str, Any]) -> dict[str, Any]:
        match method:
            case "initialize":
                wanted = given.get("protocolVersion")
                return {
                    "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[0],
                    "capabilities": {"tools": {"listChanged": False}},
                    "serverInfo": {"name": "testwright", "title": "Testwright", "version": __version__},
                    "instructions": self._instructions,
                }
            case "ping":
                return {}
            case "tools/list":
                return {"tools": [_listed(tool) for tool in self._tools.values()]}
            case "tools/call":
                return await self._called(given)
        raise Fault(_METHOD, f"there is no method {method[:100]}")

    async def _called(self, given: Mapping[str, Any]) -> dict[str, Any]:
        tool = self._tools.get(str(given.get("name")))
        if tool is None:
            raise Fault(_PARAMETERS, f"there is no tool {str(given.get('name'))[:100]}")
        arguments = given.get("arguments") or {}
        meta = given.get("_meta")
        token = meta.get("progressToken") if isinstance(meta, dict) else None
        problem = why_unfit(arguments, tool.parameters)
        if problem is not None:
            return _told({"problem": problem}, problem, failed=True)
        try:
            told = await tool.call(arguments, self._teller(token))
        except TestwrightError as error:
            # What whoever called can mend is an outcome of the tool, which the model reads; it is no protocol error.
            hint = f" {error.hint}" if error.hint else ""
            return _told({"problem": error.message, "code": error.code}, f"{error.message}{hint}", failed=True)
        return _told(told, json.dumps(told, ensure_ascii=False, indent=1))

    def _teller(self, token: object) -> Tell:
        last = 0.0

        async def tell(share: float, words: str) -> None:
            nonlocal last
            if token is None or not isinstance(token, str | int) or share < last:
                return
            last = max(share, last + 1e-6)  # it has to rise with each notification
            progress = {"progressToken": token, "progress": last, "total": 1.0, "message": words}
            self._send({"method": "notifications/progress", "params": progress})

        return tell

    def _fail(self, number: str | int | None, fault: Fault) -> None:
        self._send({"id": number, "error": {"code": fault.code, "message": fault.message}})

    def _send(self, message: Mapping[str, Any]) -> None:
        self._out.write(json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=True) + "\n")
        self._out.flush()


async def _next_line(lines: asyncio.StreamReader) -> bytes | None:
    """Empty at the end; None when it was longer than the reader's limit, and was thrown away."""
    is_too_long = False
    while True:
        try:
            line = await lines.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            line = error.partial
        except asyncio.LimitOverrunError as error:
            is_too_long = True
            await lines.readexactly(error.consumed)
            continue
        return None if is_too_long else line


def why_unfit(arguments: object, schema: Mapping[str, Any]) -> str | None:
    """The first thing that is wrong with a tool's arguments, as a sentence; None when they fit."""
    if not isinstance(arguments, dict):
        return "The arguments have to be an object."
    known: Mapping[str, Mapping[str, Any]] = schema["properties"]
    for name in arguments:
        if name not in known:
            return f"There is no parameter {str(name)[:100]}; there are: {', '.join(known)}."
    for name in schema.get("required", ()):
        if name not in arguments:
            return f"{name} is missing: {known[name]['description']}"
    for name, value in arguments.items():
        if not _fits(value, known[name]):
            return f"{name} has to be {_wanted(known[name])}."
    return None


def _fits(value: object, schema: Mapping[str, Any]) -> bool:
    match schema["type"]:
        case "string":
            return isinstance(value, str) and value in schema.get("enum", (value,)) and _is_text(value)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and value >= schema.get("minimum", value)
        case "number":
            return (
                isinstance(value, int | float) and not isinstance(value, bool) and value >= schema.get("minimum", value)
            )
        case "array":
            fits = isinstance(value, list) and len(value) >= schema.get("minItems", 0)
            return fits and isinstance(value, list) and all(_fits(item, schema["items"]) for item in value)
    return False


def _is_text(value: str) -> bool:
    try:
        return "\0" not in value and bool(value.encode() or True)
    except UnicodeEncodeError:
        return False


def _wanted(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    words = {"string": "text", "boolean": "true or false", "integer": "a whole number", "number": "a number"}
    least = f" of at least {schema['minimum']}" if "minimum" in schema else ""
    return (
        words.get(schema["type"], "a list of texts, not empty" if schema.get("minItems") else "a list of texts") + least
    )


def _listed(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": {"type": "object", "additionalProperties": False, **tool.parameters},
        "annotations": {"readOnlyHint": tool.reads_only, "destructiveHint": False, "openWorldHint": False},
    }


def _told(structured: dict[str, Any], text: str, *, failed: bool = False) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "structuredContent": structured, "isError": failed}


def _id(number: object) -> str | int | None:
    return number if isinstance(number, str | int) and not isinstance(number, bool) else None


async def serve_standard_streams(server: Server) -> None:
    lines = asyncio.StreamReader(limit=_MOST_BYTES)
    loop = asyncio.get_running_loop()
    if _can_be_awaited(sys.stdin.fileno()):
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer)
    else:
        lines.feed_data(await asyncio.to_thread(sys.stdin.buffer.read))
        lines.feed_eof()
    await server.serve(lines)


def _can_be_awaited(descriptor: int) -> bool:
    """A file or /dev/null has all that it will ever have, and no loop can wait for it."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
