"""A project's packages are installed only when somebody says so: by the option, or when asked on a terminal."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Protocol

from testwright.cli.plans import Plan


class Installable(Protocol):
    async def __call__(self, framework: str, root: str, *, near: str = "") -> str | None: ...


async def offer_installs(
    plans: Sequence[Plan], installable: Installable, ask: Callable[[str], str] | None
) -> list[Plan]:
    """The plans, with a yes in those whose packages are to be installed. `ask` is None where nobody can be asked."""
    return [await _offered(plan, installable, ask) for plan in plans]


async def _offered(plan: Plan, installable: Installable, ask: Callable[[str], str] | None) -> Plan:
    # One file stands for those beside it: what can be installed for a file is a matter of its folder.
    files = {(file.framework, PurePosixPath(file.path).parent): file for file in plan.new.files}.values()
    found = [await installable(file.framework, str(plan.root), near=file.path) for file in files]
    what = " and ".join(dict.fromkeys(title for title in found if title))
    if not what:
        return plan
    sentence = f"The packages of {plan.root.name} are not installed."
    if plan.new.options.install:
        print(f"{sentence} Installing {what}, outside of the project.", file=sys.stderr)
    elif ask is None:
        print(f"{sentence} --install installs {what}, outside of the project.", file=sys.stderr)
    elif ask(
        f"{sentence}\nInstall {what}, outside of the project, running nothing of theirs? [y/N] "
    ).strip().lower() in (
        "y",
        "yes",
    ):
        return replace(plan, new=replace(plan.new, options=replace(plan.new.options, install=True)))
    return plan
