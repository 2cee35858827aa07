"""A project's packages are installed only when somebody says so: by the option, or when asked on a terminal."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from testwright.cli.plans import Plan

Installable = Callable[[str, str], Awaitable[str | None]]


async def offer_installs(
    plans: Sequence[Plan], installable: Installable, ask: Callable[[str], str] | None
) -> list[Plan]:
    """The plans, with a yes in those whose packages are to be installed. `ask` is None where nobody can be asked."""
    return [await _offered(plan, installable, ask) for plan in plans]


async def _offered(plan: Plan, installable: Installable, ask: Callable[[str], str] | None) -> Plan:
    frameworks = dict.fromkeys(file.framework for file in plan.new.files)
    found = [await installable(framework, str(plan.root)) for framework in frameworks]
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
