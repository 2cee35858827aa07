"""Tasks for the explorer of JavaScript, and probes that report what they are told to."""

import json

from testwright.domain.analysis import Analysis, Parameter, Symbol, SymbolKind
from testwright.domain.ports import Explored, WritingTask
from testwright.domain.projects import Runner
from testwright.domain.sessions import Options, SourceFile
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.plan import targets_of


class View:
    root = "/nowhere"

    def __init__(self, **texts):
        self._texts = texts

    def paths(self):
        return sorted(self._texts)

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


def task(text, *symbols, path="src/price.ts", probe=None, options=None, framework="vitest", **others):
    return WritingTask(
        source=SourceFile(path=path, text=text, framework=framework),
        analysis=Analysis(language="typescript", symbols=symbols),
        framework=framework,
        suite_path="src/price.test.ts",
        options=options or Options(),
        runner=Runner(framework=framework, version="4", origin="managed", found="", program=("node", "x")),
        view=View(**others),
        probe=probe,
        seed=1,
    )


def function(name, text, *parameters, line=1):
    end = line + text.count("\n")
    return Symbol(
        name=name,
        kind=SymbolKind.FUNCTION,
        line=line,
        end_line=end,
        parameters=tuple(Parameter(name=each) for each in parameters),
    )


def shapes_of(text, *parameters, **others):
    work = task(text, function("f", text.split("\n//")[0], *parameters), **others)
    module = Module(work.source.path, text, work.view)
    return [each["shape"] for each in targets_of(work, module)[0].spec["params"]]


def saw(result=None, *, args=(), branches=("s1",), target=0, kind="value", **more):
    outcome = {"kind": "value", "tree": result, "isAsync": False} if kind == "value" else more.pop("thrown")
    return {
        "target": target,
        "args": list(args),
        "steps": [],
        "isExample": False,
        "answer": None,
        "asked": [],
        "after": [],
        "spies": [],
        "branches": list(branches),
        "outcome": outcome,
        **more,
    }


def reporting(*told):
    async def probe(text, reports, *, seconds, files=None):
        return Explored(reports={"explored.json": json.dumps({"told": told}).encode()})

    return probe


TEXT = "export function price(text: string): number {\n  return 1\n}"


PRICE = function("price", TEXT, "text")


async def explored(*told, options=None, **more):
    work = task(TEXT, PRICE, probe=reporting(*told), options=options, **more)
    return (await JavaScriptExplorer().explore(work, 2.0)).draft
