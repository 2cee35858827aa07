"""The text of a suite around what its tests say: imports, hooks, and the frame of each test."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from testwright.domain.ports import WritingTask
from testwright.domain.specifiers import is_ambiguous
from testwright.writers.explorer.javascript import laws, openings, serving
from testwright.writers.explorer.javascript.plan import TODAY, Target
from testwright.writers.explorer.javascript.printing import quoted
from testwright.writers.explorer.javascript.writing import Style, Written
from testwright.writers.places import name_from_afar

HELPERS = {
    "fetch": "serverAnswers(",
    "timers": "useFakeTimers(",
    "real timers": "useRealTimers(",
    "files": "mkdtempSync(",
    "no file": "noFile(",
    "events": "{ once }",
    laws.NEED: "fast-check",
    serving.NEED: "async function serving(",
}
"""What tests may need of the preamble, and how it is known there."""


def preamble_of(
    targets: tuple[Target, ...],
    task: WritingTask,
    style: Style,
    needs: set[str],
    lent: Iterable[tuple[str, str, str]] = (),
    stand_ins: Sequence[Sequence[str]] = (),
) -> str:
    """`lent` is what tests take from other modules of the project: path, export, and the name it goes by.

    `stand_ins` are name and code of what the page lacks.
    """
    lines = openings.imports(task, style)
    if "files" in needs:
        lines += openings.of_files(style)
    if laws.NEED in needs:
        lines.append(openings.of_laws(style))
    if serving.NEED in needs:
        lines += openings.of_servers(style)
    if "events" in needs:
        lines.append(openings.of_events(style))
    drawn = any(target.kind in ("component", "hook") for target in targets)
    if drawn:
        if not style.has_jsx:
            lines.append(f"import {{ createElement }} from 'react'{style.end}")
        names = "act, cleanup, fireEvent, render, renderHook, screen"
        lines.append(f"import {{ {names} }} from '@testing-library/react'{style.end}")
    lent = sorted(set(lent))
    if not style.is_forgetful:
        lines += [_unit_import(targets, task, style), *_imports_of_lent(lent, task, style)]
    head = "\n".join(lines)
    if drawn and task.framework == "vitest":
        head = f"// @vitest-environment jsdom\n{head}"
    elif drawn:
        head = f"/** @jest-environment jsdom */\n{head}"
    hooks = _loads_for_each(targets, lent, task, style) if style.is_forgetful else []
    if drawn and stand_ins:
        members = "".join(f"  {name}: {code},\n" for name, code in stand_ins)
        hooks.append(f"Object.assign(globalThis, {{\n{members}}}){style.end}")
    if drawn:
        hooks.append(f"afterEach(cleanup){style.end}")
    if "timers" in needs:
        fake = f"{style.mock}.useFakeTimers({{ now: new Date({quoted(TODAY)}) }})"
        hooks.append(f"beforeEach(() => {{\n  {fake}{style.end}\n}}){style.end}")
        hooks.append(f"afterEach(() => {{\n  {style.mock}.useRealTimers(){style.end}\n}}){style.end}")
    elif "real timers" in needs:
        hooks.append(f"afterEach(() => {{\n  {style.mock}.useRealTimers(){style.end}\n}}){style.end}")
    if "files" in needs:
        hooks += _folder_of_files(task, style)
    if "no file" in needs:
        hooks.append(_no_file(style))
    if serving.NEED in needs:
        hooks += serving.preamble(style, "afterEach")
    if "fetch" in needs:
        hooks += style.words.server(style.is_typed, style.end)
    return "\n\n".join([head, *hooks])


def _folder_of_files(task: WritingTask, style: Style) -> list[str]:
    """A folder for each test, all gone afterwards: what one has not yet written is none of another's."""
    end = style.end
    last = "after" if task.framework in openings.OF_NODE else "afterAll"
    parameters = "name: string, text: string" if style.is_typed else "name, text"
    body = f"  const path = join(folder, name){end}\n  writeFileSync(path, text){end}\n  return path{end}"
    return [
        f"const folders = mkdtempSync(join(tmpdir(), 'files-')){end}\nlet folder = folders{end}",
        f"beforeEach(() => {{\n  folder = mkdtempSync(join(folders, 'test-')){end}\n}}){end}",
        f"{last}(() => rmSync(folders, {{ recursive: true, force: true }})){end}",
        f"function fileWith({parameters}) {{\n{body}\n}}",
    ]


def _no_file(style: Style) -> str:
    parameter, end = "name: string" if style.is_typed else "name", style.end
    body = f"  const path = join(folder, name){end}\n  rmSync(path, {{ force: true }}){end}\n  return path{end}"
    return f"function noFile({parameter}) {{\n{body}\n}}"


def code_of(name: str, written: Written, style: Style) -> str:
    opened = "async () => {" if written.is_async else "() => {"
    body: list[str] = []
    for line in written.lines:
        shown = _ended(line, style)
        body += [f"  {part}" if part else "" for part in shown.split("\n")]
    return "\n".join([f"it({quoted(name)}, {opened}", *body, f"}}){style.end}"])


def specifier_of(task: WritingTask, module: str = "") -> str:
    """The relative import as this project writes it: endings only where its own files have them, or ESM wants them.

    Of the unit, or of another `module` by its path.
    """
    if module and (name := name_from_afar(module, task.suite_path, task.view)) is not None:
        return name
    place = module or task.source.path
    if task.framework in openings.OF_NODE:
        return openings.specifier_of(task, place)
    folder = posixpath.dirname(task.suite_path)
    path = posixpath.relpath(place, folder or ".")
    path = path if path.startswith(".") else f"./{path}"
    stem, _, ending = path.rpartition(".")
    spelled = re.search(r"from\s+['\"]\.{1,2}/[^'\"]+\.(js|mjs|ts|jsx|tsx)['\"]", task.source.text)
    if ending in ("mjs", "cjs", "mts", "cts") or is_ambiguous(place, task.view):
        return path
    if ending in ("ts", "tsx"):
        return f"{stem}.{'js' if spelled[1] != 'ts' else 'ts'}" if spelled else stem
    is_esm = re.search(r"^\s*(import|export)\b", task.source.text, re.M) is not None
    return path if is_esm and ending == "js" else stem


def _unit_import(targets: tuple[Target, ...], task: WritingTask, style: Style) -> str:
    specifier = specifier_of(task)
    default = next((target.imported for target in targets if target.symbol.is_default_export), None)
    names = {target.imported for target in targets if not target.symbol.is_default_export}
    named = sorted(names.union(style.enums) - {default})  # what no test uses is taken out again
    if style.is_module:
        parts = [*([default] if default else []), *([f"{{ {', '.join(named)} }}"] if named else [])]
        return f"import {', '.join(parts)} from {quoted(specifier)}{style.end}"
    if default is None:
        return f"const {{ {', '.join(named)} }} = require({quoted(specifier)}){style.end}"
    lines = [f"const {default} = require({quoted(specifier)}){style.end}"]
    if named:
        lines.append(f"const {{ {', '.join(named)} }} = require({quoted(specifier)}){style.end}")
    return "\n".join(lines)


def _imports_of_lent(lent: Iterable[tuple[str, str, str]], task: WritingTask, style: Style) -> Iterator[str]:
    modules: dict[str, list[tuple[str, str]]] = {}
    for path, exported, name in sorted(set(lent)):
        modules.setdefault(path, []).append((exported, name))
    for path, names in modules.items():
        specifier = specifier_of(task, path)
        whole = [name for exported, name in names if exported == "default"]
        named = [name for exported, name in names if exported != "default"]
        if style.is_module:
            parts = [*whole[:1], *([f"{{ {', '.join(named)} }}"] if named else [])]
            yield f"import {', '.join(parts)} from {quoted(specifier)}{style.end}"
            continue
        for pattern in [*whole[:1], *([f"{{ {', '.join(named)} }}"] if named else [])]:
            yield f"const {pattern} = require({quoted(specifier)}){style.end}"


def _loads_for_each(
    targets: tuple[Target, ...], lent: Iterable[tuple[str, str, str]], task: WritingTask, style: Style
) -> list[str]:
    """Each test with modules of its own, where what one test does would be seen by the next."""
    own = [("default" if each.symbol.is_default_export else each.imported, each.imported) for each in targets]
    names = [*dict.fromkeys(own), *((enum, enum) for enum in style.enums)]
    taken = [(specifier_of(task), exported, name) for exported, name in names]
    taken += [(specifier_of(task, path), exported, name) for path, exported, name in lent]
    # One piece for each, so that what a later round needs stands beside what is there.
    pieces = [f"beforeEach(() => {{\n  {style.mock}.resetModules(){style.end}\n}}){style.end}"]
    for specifier, exported, name in taken:
        module = f"import({quoted(specifier)})"
        held = f"let {name}{f': typeof {module}.{exported}' if style.is_typed else ''}{style.end}"
        load = f"{name} = (await {module}).{exported}{style.end}"
        pieces += [held, f"beforeEach(async () => {{\n  {load}\n}}){style.end}"]
    return pieces


def _ended(line: str, style: Style) -> str:
    return line if not line or line.endswith("{") else line + style.end
