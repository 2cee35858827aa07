"""What the JavaScript frameworks have in common: what a test may import, and how a run is ordered."""

import json
import re
from pathlib import Path
from typing import Any

from testwright.domain.ports import ProjectView
from testwright.domain.projects import OUT, WORKSPACE, Moment, Mount, Runner, RunOrder, Turn
from testwright.domain.within import below

LANGUAGES = frozenset({"javascript", "typescript"})
REPORT = "testwright.json"
SHARED = Mount(host=str(Path(__file__).parent / "assets" / "javascript"), inside="/opt/testwright/javascript")
"""What our parts inside vitest and inside jest have in common."""
_CASE_SECONDS = 10.0
_SHARE_OF_WALL = 0.7
MEASURED = ".testwright-measured.json"
"""Where in the workspace the source lies with its counters, if that was made ahead of the runs."""
UNENDING = "testwright-unending.json"
"""Where a file that loads for ever is named, by whoever watches it load."""
TURNS = f"{SHARED.inside}/turns.cjs"
"""For runners that start in no time: a process for each turn and for each case alone."""

BUILTINS = frozenset(
    [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "timers",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
    ]
)
MANAGED = frozenset(
    {
        "@testing-library/dom",
        "@testing-library/jest-dom",
        "@testing-library/react",
        "@testing-library/user-event",
        "jsdom",
        "react",
        "react-dom",
    }
)


def known_modules(framework: str, view: ProjectView, runner: Runner) -> frozenset[str]:
    known = set(BUILTINS) | {f"node:{name}" for name in (*BUILTINS, "test", "sqlite")} | {framework}
    if framework == "jest":
        known.add("@jest/globals")
    known |= declared_packages(view)
    known |= {package for package, origin in runner.facts if origin in ("project", "managed")}
    if runner.origin == "managed" and framework in ("vitest", "jest"):
        known |= MANAGED
    return frozenset(known)


def declared_packages(view: ProjectView) -> frozenset[str]:
    """What the project's package.json files name, themselves included."""
    found: set[str] = set()
    for path in view.paths():
        if path != "package.json" and not path.endswith("/package.json"):
            continue
        manifest = json_object(view.text(path) or "")
        for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
            listed = manifest.get(key)
            found |= set(listed) if isinstance(listed, dict) else set()
        if isinstance(manifest.get("name"), str):
            found.add(manifest["name"])
    return frozenset(found)


def json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def only_pattern(names: tuple[str, ...]) -> str | None:
    """A regular expression for the runner's full names ("group title"): these titles, at the end, whole."""
    if not names:
        return None
    titles = "|".join(_title_pattern(name) for name in names)
    return f"(^|\\s)(?:{titles})$"


def _title_pattern(title: str) -> str:
    """Rows have values where the title has `%i` or `$name`; where it is a group's, titles come behind it."""
    pieces = re.split(r"%[sdifjoOcp#$]|\$\{(?:[^{}]|\{[^{}]*\})*\}|\$[A-Za-z_#][\w.]*", title)
    pattern = "[\\s\\S]*".join(re.sub(r"[.*+?^${}()|\[\]\\/]", r"\\\g<0>", piece) for piece in pieces)
    return f"{pattern}(?:\\s[\\s\\S]*)?" if len(pieces) > 1 else pattern


def order_json(order: RunOrder, home: str) -> str:
    """With everything as it is called in the folder that the runner is started in. A probe minds the time itself."""
    return json.dumps(
        {
            "root": place_of(home),
            "source": below(home, order.source_path),
            "suites": [below(home, path) for path in order.suite_paths],
            "coverage": order.coverage,
            "seed": order.seed,
            "pattern": only_pattern(order.only),
            "alone": _each_alone(order) if order.alone else None,
            "turns": [_turn(turn) for turn in order.turns],
            "turnSeconds": order.share,
            "untimed": bool(order.extra_reports),
            "hangSeconds": hang_seconds(order),
            "clock": _clock(order.frozen) if order.frozen is not None else None,
            "report": f"{OUT}/{REPORT}",
        }
    )


def place_of(home: str) -> str:
    return f"{WORKSPACE}/{home}" if home else WORKSPACE


def _each_alone(order: RunOrder) -> dict[str, Any]:
    seconds = _SHARE_OF_WALL * order.share
    return {"seconds": seconds, "cases": [{"name": name, "pattern": only_pattern((name,))} for name in order.only]}


def stopped_clock(order: RunOrder) -> tuple[tuple[str, str], ...]:
    """What a process is given from the start: its time zone, and when it is."""
    if order.frozen is None:
        return ()
    return (("TZ", order.frozen.zone), ("TESTWRIGHT_CLOCK", _clock(order.frozen)))


def _clock(moment: Moment) -> str:
    return f"{round(moment.at.timestamp() * 1000)}{moment.sign}"


def watched_loading(order: RunOrder) -> tuple[tuple[str, str], ...]:
    """Where the suite does nothing but load, or begins with it, what it loads may turn out to have no end."""
    if not (order.only_loads or order.extra_reports):
        return ()
    asked = {"report": f"{OUT}/{UNENDING}", "root": WORKSPACE, "suites": list(order.suite_paths)}
    return (("TESTWRIGHT_LOADING", json.dumps(asked)),)


def _turn(turn: Turn) -> dict[str, Any]:
    clock, zone = (_clock(turn.frozen), turn.frozen.zone) if turn.frozen is not None else (None, None)
    return {"seed": turn.seed, "clock": clock, "zone": zone}


def hang_seconds(order: RunOrder) -> float | None:
    """How long one test may keep its thread to itself; None for a probe, which minds the time itself."""
    return None if order.extra_reports else min(_CASE_SECONDS, order.share / 4)
