"""Tests that ask a real server on this machine, each its own."""

from __future__ import annotations

from typing import Any

from testwright.writers.explorer.javascript.scenes import call_text
from testwright.writers.explorer.javascript.writing import Style, Written

NEED = "serving"


def with_server(each: dict[str, Any], written: Written, style: Style) -> Written | None:
    """The test with its server before all else, and what that was asked behind it. Nothing was asked: no such test."""
    served, answer = each["served"], each["answer"]
    if not served["asked"]:
        return None
    begun = f"const server = await {call_text('serving', [answer['status'], answer['body']], style, 2)}"
    first = [] if written.lines[:1] == [""] else [""]
    asked = style.words.value("server.asked", served["asked"])
    sent = [style.words.value("server.sent", served["sent"])] if served["sent"] else []
    return Written(
        f"{written.title} when the server answers {answer['status']}",
        [begun, *first, *written.lines, asked, *sent],
        written.scenario,
        True,
        written.needs | {NEED},
    )


def preamble(style: Style, hook: str) -> list[str]:
    """The function that opens a server, and the hook that closes those that a test opened."""
    end, is_typed = style.end, style.is_typed
    parameters = "status: number, body: unknown" if is_typed else "status, body"
    texts, listeners = (": string[]", ": Server[]") if is_typed else ("", "")
    port = "(listener.address() as AddressInfo).port" if is_typed else "listener.address().port"
    waiting = "new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))"
    lines = [
        f"async function serving({parameters}) {{",
        f"  const asked{texts} = []{end}",
        f"  const sent{texts} = []{end}",
        "  const listener = createServer(async (request, response) => {",
        f"    asked.push(`${{request.method}} ${{request.url}}`){end}",
        f"    let text = ''{end}",
        f"    for await (const chunk of request) text += chunk{end}",
        f"    if (text) sent.push(text){end}",
        f"    const answer = typeof body === 'string' ? body : JSON.stringify(body){end}",
        f"    response.writeHead(status, {{ 'content-type': 'application/json', connection: 'close' }}){end}",
        f"    response.end(answer){end}",
        f"  }}){end}",
        f"  listeners.push(listener){end}",
        f"  await {waiting if is_typed else waiting.replace('<void>', '')}{end}",
        f"  return {{ url: `http://127.0.0.1:${{{port}}}`, asked, sent }}{end}",
        "}",
    ]
    closing = f"  for (const listener of listeners.splice(0)) listener.close(){end}"
    return [
        f"const listeners{listeners} = []{end}",
        "\n".join(lines),
        f"{hook}(() => {{\n{closing}\n}}){end}",
    ]
