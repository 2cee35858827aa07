"""Tests that ask a real server, where integration is asked for and nothing is to be replaced."""

import pytest
from explorer_samples import function, reporting, saw, task

from testwright.domain.sessions import Options, TestType
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.plan import plan_of, targets_of

ADDRESS = {"$": "address", "v": ""}
TEXT = "export async function userName(base: string, id: string) {\n  return (await fetch(base + id)).json()\n}"
REAL = Options(test_types=(TestType.INTEGRATION,), mock_external=False)


def served(asked, sent=(), status=200, **more):
    answer = {"ok": status < 400, "status": status, "body": {"$": "object", "v": [["name", "Ada"]]}}
    told = saw("Ada", args=[ADDRESS, "a-1"], **more)
    outcome = {**told["outcome"], "isAsync": True}
    return {**told, "outcome": outcome, "answer": answer, "served": {"asked": list(asked), "sent": list(sent)}}


async def drafted(*told, framework="vitest"):
    work = task(
        TEXT, function("userName", TEXT, "base", "id"), probe=reporting(*told), options=REAL, framework=framework
    )
    return (await JavaScriptExplorer().explore(work, 2.0)).draft


async def test_what_the_server_was_asked_and_what_became_of_its_answer_are_told():
    draft = await drafted(served(["GET /users/a-1"]))

    assert draft.cases[0].code == (
        "it(\"returns 'Ada' for 'a-1' when the server answers 200\", async () => {\n"
        "  const server = await serving(200, { name: 'Ada' })\n\n"
        "  expect(await userName(server.url, 'a-1')).toBe('Ada')\n"
        "  expect(server.asked).toEqual(['GET /users/a-1'])\n})"
    )
    assert "listener.listen(0, '127.0.0.1', resolve)" in draft.preamble
    assert "for (const listener of listeners.splice(0)) listener.close()" in draft.preamble
    assert draft.cases[0].scenario == "integration"


async def test_what_was_sent_is_told_as_well():
    draft = await drafted(served(["POST /users"], ['{"name":"Ada"}']))

    assert 'expect(server.sent).toEqual([\'{"name":"Ada"}\'])' in draft.cases[0].code


async def test_a_call_that_asked_nobody_is_no_test_of_a_server():
    assert not (await drafted(served([]))).cases


@pytest.mark.parametrize(
    ("options", "serves"),
    [
        (REAL, True),
        (Options(), False),
        (Options(test_types=(TestType.INTEGRATION,)), False),
        (Options(mock_external=False), False),
    ],
)
def test_there_is_a_server_only_where_integration_is_wanted_and_nothing_is_replaced(options, serves):
    work = task(TEXT, function("userName", TEXT, "base", "id"), options=options)
    module = Module(work.source.path, TEXT, work.view)

    assert plan_of(work, module, targets_of(work, module), 2.0)["serves"] is serves
