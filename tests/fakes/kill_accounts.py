"""What a service that was killed again and again has left: is anything lost, or there twice?"""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from testwright.domain.records import SessionRecord, StoredEvent
from testwright.store import Store

OWNERS = ("local", "guest")


async def violations(home: Path, url: str | None, lines: list[list[str]], *, files: int, extra_calls: int) -> list[str]:
    """`extra_calls` is how many calls of a model may have been in flight when something was killed or stopped."""
    accepted = {words[1] for words in lines if words[0] == "accepted"}
    stopped = {(words[1], int(words[2])) for words in lines if words[0] == "stopped"}
    known, found = set[str](), list[str]()
    async with Store.open(home, url) as store:
        for owner in OWNERS:
            records, _ = await store.sessions(owner, limit=100_000)
            for record in records:
                known.add(record.session_id)
                found += [f"{record.session_id} {rule}" for rule in await _broken(store, record, stopped, files)]
    found += [f"accepted and lost: {session}" for session in accepted - known]
    return found + _bought_wrongly(lines, extra_calls) + [" ".join(words) for words in lines if words[0] == "broke"]


async def _broken(store: Store, record: SessionRecord, stopped: set[tuple[str, int]], files: int) -> list[str]:
    events = await store.events_after(record.session_id, 0, limit=10_000)
    generated = Counter(one.payload["filePath"] for one in events if one.payload["type"] == "test_generated")
    tests = await store.tests(record.session_id)
    by_round: defaultdict[int, list[StoredEvent]] = defaultdict(list)
    for one in events:
        by_round[one.payload["round"]].append(one)
    is_whole = record.status == "completed"
    rules: dict[str, bool] = {
        f"is {record.status}": record.status not in ("completed", "cancelled"),
        "has a gap or a repeat": [one.id for one in events] != list(range(1, record.last_event_id + 1)),
        "tells a file twice": any(times > 1 for times in generated.values()),
        "has not one suite for each file that it told": sorted(test.file_path for test in tests) != sorted(generated),
        "keeps a suite twice": any(test.revision != 1 for test in tests),
        "leaves a file out": is_whole and len(tests) != files,
        "lacks a round": sorted(by_round) != list(range(1, record.round + 1)),
    }
    for number, told in by_round.items():
        rules |= {f"{rule} in round {number}": broken for rule, broken in _rules_of_a_round(told).items()}
        was_stopped = (record.session_id, number) in stopped
        rules[f"forgot that round {number} was stopped"] = was_stopped and _type(told[-1]) != "generation_cancelled"
    return [rule for rule, broken in rules.items() if broken]


def _rules_of_a_round(told: list[StoredEvent]) -> dict[str, bool]:
    progress: list[Any] = [one.payload["progress"] for one in told]
    return {
        "does not end once": [one.is_terminal for one in told] != [False] * (len(told) - 1) + [True],
        "fails": _type(told[-1]) == "generation_failed" or any(_type(one) == "file_failed" for one in told),
        "falls back": progress != sorted(progress) or progress.count(100) != 1,
    }


def _type(event: StoredEvent) -> str:
    return str(event.payload["type"])


def _bought_wrongly(lines: list[list[str]], extra_calls: int) -> list[str]:
    bought = Counter(words[1] for words in lines if words[0] == "bought")
    found, kept = list[str](), set[str]()
    for words in lines:
        if words[0] == "kept":
            kept.add(words[1])
        elif words[0] == "bought" and words[1] in kept:
            found.append(f"bought again after it was kept: {words[1]}")
    extra = sum(bought.values()) - len(bought)
    if extra > extra_calls:
        found.append(f"{extra} calls more than questions, and at most {extra_calls} were in flight")
    return found
