"""Which functions a stand-in for a server is made for, and what it answers."""

import pytest
from explorer_samples import function, task

from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.plan import targets_of

READ = "async function read(url) {\n  const response = await fetch(url)\n  return response.json()\n}\n"


def spec_of(own, *rest, name="f"):
    text = own + "".join(rest)
    work = task(text, function(name, own.rstrip("\n")))
    return targets_of(work, Module(work.source.path, text, work.view))[0].spec


@pytest.mark.parametrize(
    "own",
    [
        "export async function f(url) {\n  const { name } = await (await fetch(url)).json()\n  return name\n}\n",
        "export async function f(id) {\n  const { name } = await read('/users/' + id)\n  return name\n}\n",
        "export async function f(id) {\n  return once(id)\n}\n",
    ],
)
def test_what_asks_a_server_itself_or_by_another_function_is_answered_what_is_read_there(own):
    once = "async function once(id) {\n  const { name } = await read(id)\n  return name\n}\n"

    spec = spec_of(own, READ, once)

    assert spec["fetches"] is True
    assert [name for name, *_ in spec["answer"]["props"]] == ["name"]


def test_what_asks_nobody_has_no_server_and_functions_that_call_each_other_are_no_riddle():
    spec = spec_of("export function f(n) {\n  return g(n)\n}\n", "function g(n) {\n  return n ? f(n - 1) : 0\n}\n")

    assert (spec["fetches"], spec["answer"]) == (False, None)
