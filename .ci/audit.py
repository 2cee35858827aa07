"""Known holes in what is locked: `make audit`. Nobody is told that all is well where the advisories could not be asked.

Exit status: 0 nothing known, 1 something is known, 2 not, or not all, could be asked.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Found:
    """`unasked` says why there is no answer, or for which packages there is none."""

    asked: int = 0
    holes: tuple[str, ...] = ()
    unasked: tuple[str, ...] = field(default=())


def of_python(status: int, said: str, error: str) -> Found:
    """pip-audit ends with 0 also where it could look nothing up: each package says so by itself."""
    try:
        packages: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Found(unasked=(_last_line(error) or f"pip-audit ended with status {status}",))
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}"
        for package in packages
        for hole in package.get("vulns", ())
    ]
    unasked = (f"{len(skipped)} of {len(packages)} packages: {', '.join(skipped[:3])} …",) if skipped else ()
    return Found(asked=len(packages) - len(skipped), holes=tuple(holes), unasked=unasked if packages else ("none",))


def of_npm(status: int, said: str, error: str) -> Found:
    try:
        answer: dict[str, Any] = json.loads(said)
        holes = [f"{name}: {hole['severity']}" for name, hole in answer["vulnerabilities"].items()]
        asked = int(answer["metadata"]["dependencies"]["total"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return Found(unasked=(_first_complaint(error) or f"npm audit ended with status {status}",))
    return Found(asked=asked, holes=tuple(holes))


def verdict(found: dict[str, Found]) -> tuple[int, list[str]]:
    lines = []
    for name, one in found.items():
        lines += [f"✕ {name}: {hole}" for hole in one.holes]
        lines += [f"! {name}: NOT AUDITED: {why}" for why in one.unasked]
        if not one.holes and not one.unasked:
            lines.append(f"✓ {name}: nothing is known of {one.asked} packages")
    if any(one.holes for one in found.values()):
        return 1, lines
    if any(one.unasked for one in found.values()):
        return 2, [*lines, "This says nothing about safety: ask again where the advisories can be reached."]
    return 0, lines


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1][:200]


def _first_complaint(text: str) -> str:
    return next((line[:200] for line in text.splitlines() if line.startswith(("npm warn audit", "npm error"))), "")


def _ask(argv: Sequence[str]) -> tuple[int, str, str]:
    try:
        ran = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, "", str(error)
    return ran.returncode, ran.stdout, ran.stderr


def main() -> int:
    python = (sys.executable, "-m", "pip_audit", "--format=json", "--disable-pip", "--require-hashes")
    status, lines = verdict(
        {
            "Python": of_python(*_ask((*python, "--requirement=requirements.lock"))),
            "npm": of_npm(*_ask(("npm", "audit", "--json"))),
        }
    )
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
