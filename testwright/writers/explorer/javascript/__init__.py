"""Explores JavaScript and TypeScript: runs the exports on chosen inputs under the project's own runner."""

from __future__ import annotations

import itertools
import posixpath
from dataclasses import replace
from functools import partial
from typing import Any

from testwright.domain.drafts import Draft, Writing
from testwright.domain.ports import Gaps, WritingTask
from testwright.domain.projects import WORKSPACE
from testwright.writers.explorer.javascript.comparing import traced
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.naming import by_their_own_names, spoken_of
from testwright.writers.explorer.javascript.observing import observed, silent_ones
from testwright.writers.explorer.javascript.openings import OF_NODE
from testwright.writers.explorer.javascript.plan import Target, plan_of, targets_of
from testwright.writers.explorer.javascript.probing import probe_text
from testwright.writers.explorer.javascript.telling import further_writing_of, writing_of

__all__ = ["JavaScriptExplorer", "probe_text"]

_SHARE_FOR_EDGES = 0.3
"""Inputs that meet a boundary case are known by its name, and tried first."""
_UNCHECKED = "// @ts-nocheck\n"
"""For runners that check types while they load: the switches are declared nowhere."""


class JavaScriptExplorer:
    """The LanguageExplorer for javascript and typescript."""

    async def explore(self, task: WritingTask, seconds: float) -> Writing:
        module = Module(task.source.path, task.source.text, task.view)
        known = _targets(task, module)
        targets = spoken_of(known, task.source.path, task.view)
        plan = plan_of(task, module, targets, seconds)
        if any(target.kind in ("function", "class") for target in targets):
            copy = traced(task.source.text, task.source.path)
            task, plan = _with_copy(task, plan, "traced", copy) if copy is not None else (task, plan)
        seen = await observed(task, plan, targets, seconds)
        writing = writing_of(seen.told, targets, task, module)
        told_of = frozenset(name for case in writing.draft.cases for name in case.targets)
        told_of |= {suspect.symbol for suspect in writing.suspects}
        writing = replace(writing, skipped=(*seen.skipped, *silent_ones(seen, targets, told_of)))
        return by_their_own_names(writing, known, targets)

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps, seconds: float) -> Writing | None:
        """Calls that show a change which no test of the draft noticed, or meet a boundary case that none meets."""
        if not gaps.unnoticed and not gaps.unmet:
            return None
        module = Module(task.source.path, task.source.text, task.view)
        # The search goes on from what the draft has found, and by other chances.
        known = _targets(task, module, "\n".join(case.code for case in draft.cases))
        targets = spoken_of(known, task.source.path, task.view)
        task = replace(task, seed=task.seed + len(draft.cases))
        plan = plan_of(task, module, targets, seconds if gaps.unnoticed else _SHARE_FOR_EDGES * seconds) | {
            "changes": [*(mutant.number for mutant in gaps.unnoticed), *(-edge.number for edge in gaps.unmet)],
            "edgesAlone": not gaps.unnoticed,
        }
        task, plan = _with_copy(task, plan, "changed", gaps.switched)
        seen = await observed(task, plan, targets, seconds)
        writing = further_writing_of(seen.told, targets, task, module, draft)
        return by_their_own_names(writing, known, targets) if writing is not None else None


def _with_copy(task: WritingTask, plan: dict[str, Any], kind: str, text: str) -> tuple[WritingTask, dict[str, Any]]:
    """Beside the source, where its relative imports hold, under a name that nothing in the project has."""
    folder, name = posixpath.split(task.source.path)
    names = (f"testwright-{kind}{'' if n == 1 else n}-{name}" for n in itertools.count(1))
    path = next(path for each in names if not task.view.exists(path := posixpath.join(folder, each)))
    probe = partial(task.probe, files={path: f"{_UNCHECKED}{text}"})
    return replace(task, probe=probe), plan | {kind: f"{WORKSPACE}/{path}"}


def _targets(task: WritingTask, module: Module, tests: str = "") -> tuple[Target, ...]:
    targets = targets_of(task, module, tests)
    if task.framework in OF_NODE:  # no page to draw on
        targets = tuple(target for target in targets if target.kind in ("function", "class"))
    # what is told of a target calls it by its place in this list
    return tuple(replace(target, id=at, spec={**target.spec, "id": at}) for at, target in enumerate(targets))
