"""Which sandbox to trust: one that was seen to hold, on this machine, now. What is installed proves nothing."""

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.ports import Sandbox
from testwright.sandboxes import scratch
from testwright.sandboxes.bubblewrap import Bubblewrap, bubblewrap_programs
from testwright.sandboxes.cgroups import NONE, Cgroups
from testwright.sandboxes.cgroups import find as find_cgroups
from testwright.sandboxes.confined import Confined
from testwright.sandboxes.container import Container, container_programs, demand
from testwright.sandboxes.proving import problem_of
from testwright.sandboxes.refusing import Refusing
from testwright.sandboxes.seatbelt import Seatbelt
from testwright.sandboxes.unsandboxed import Unsandboxed

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an operator wants: one tier by its name, or "auto" for the best that is proved.

    A container is never taken unasked: it needs an image, and may have another runtime (`runsc` for gVisor).
    """

    tier: str = "auto"
    image: str = ""
    runtime: str = ""
    allow_unsandboxed: bool = False


ANY = Wish()


async def choose(*, at_once: int, wish: Wish = ANY) -> Sandbox:
    """The first sandbox that proves itself; one that refuses to run anything when none does."""
    swept = scratch.sweep()
    if swept:
        logger.info("Removed %d folders that runs of killed services had left", swept)
    cgroups = NONE
    if sys.platform.startswith("linux") and wish.tier != "container":
        cgroups = await asyncio.to_thread(find_cgroups)
    candidates: list[Sandbox] = []
    problems = []
    for find in _BY_THEMSELVES if wish.tier == "auto" else _TIERS[wish.tier]:
        try:
            candidates += find(at_once, wish, cgroups)
        except SandboxUnavailable as error:
            logger.info("%s", error.message)
            problems.append(error)
    sandbox = await prove(candidates)
    if problems and not candidates:
        sandbox = Refusing(problems[0].message, problems[0].hint or "")
    if sandbox.tier == "confined" and wish.tier == "auto":
        logger.warning("Tests run in the confined tier: what needs a loopback network needs the isolated one")
    if sandbox.tier == "unavailable" and wish.allow_unsandboxed:
        logger.warning("No sandbox could be proved here, and running without one was allowed")
        return Unsandboxed(at_once=at_once)
    return sandbox


async def prove(candidates: Sequence[Sandbox]) -> Sandbox:
    """Try each in turn against real decoys."""
    failures = []
    for candidate in candidates:
        problem = await problem_of(candidate)
        if problem is None:
            return candidate
        logger.info("%r was not proved: %s", candidate, problem)
        failures.append(problem)
    reason, hint = _explain(failures)
    return Refusing(reason, hint)


def _isolated(at_once: int, wish: Wish, cgroups: Cgroups) -> list[Sandbox]:
    return [Bubblewrap(program, at_once=at_once, cgroups=cgroups) for program in bubblewrap_programs()]


def _confined(at_once: int, wish: Wish, cgroups: Cgroups) -> list[Sandbox]:
    return [Confined(at_once=at_once, cgroups=cgroups)]


def _seatbelt(at_once: int, wish: Wish, cgroups: Cgroups) -> list[Sandbox]:
    return [Seatbelt(at_once=at_once)]


def _container(at_once: int, wish: Wish, cgroups: Cgroups) -> list[Sandbox]:
    programs = container_programs()
    demand(wish.image, programs)
    return [Container(program=each, image=wish.image, runtime=wish.runtime, at_once=at_once) for each in programs]


_Find = Callable[[int, Wish, Cgroups], list[Sandbox]]
_BY_THEMSELVES: Sequence[_Find] = (_isolated, _confined) if sys.platform.startswith("linux") else (_seatbelt,)
"""The best first."""
_TIERS: Mapping[str, Sequence[_Find]] = {
    "isolated": (_isolated,),
    "confined": (_confined,) if sys.platform.startswith("linux") else (_seatbelt,),
    "container": (_container,),
}


def _explain(failures: Sequence[str]) -> tuple[str, str]:
    """Why there is no sandbox, and the command that most likely changes it."""
    text = " ".join(failures)
    if not sys.platform.startswith("linux"):
        return (
            "No sandbox could be proved on this system, so tests cannot be run here",
            "Run Testwright on Linux, in WSL2, or in a Linux virtual machine.",
        )
    if not failures:
        return "bubblewrap is not installed, so tests cannot be run", "sudo apt-get install bubblewrap"
    if "uid map" in text or "RTM_NEWADDR" in text:
        return (
            "This system's AppArmor keeps bubblewrap from making a sandbox",
            "sudo apt-get install bubblewrap apparmor-profiles, or: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        )
    if "No permissions to create new namespace" in text or "Creating new namespace failed" in text:
        return (
            "Unprivileged user namespaces are switched off here, so no sandbox can be made",
            "sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000; "
            "in a container, start it with a seccomp profile that allows user namespaces.",
        )
    if "mount proc" in text:
        return (
            "This container hides parts of /proc, so no sandbox can be made",
            "Start the container with --security-opt systempaths=unconfined, or run Testwright outside it.",
        )
    if "It does not hold" in text:
        return "The sandbox did not hold against our own probes", "sudo apt-get install --reinstall bubblewrap"
    if "setpriv" in text:
        return failures[0], "sudo apt-get install util-linux, or run Testwright as an ordinary user."
    said = failures[0].splitlines()[-1][:200].rstrip(".")
    return f"No sandbox could be made here: {said}", "Mend what it says, or run Testwright on another Linux machine."
