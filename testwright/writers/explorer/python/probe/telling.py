"""What a test says of an object: all of it once, and in every other test only what is different there."""

from __future__ import annotations

from typing import Any

_LEAST_ALIKE = 3
_MOST_AT_ONCE = 10


def shared_out(records: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """So many of the records, in their order: of each symbol the first ones, which reach what nothing else does."""
    ranks: dict[str, int] = {}
    ranked = []
    for at, record in enumerate(records):
        rank = ranks[record["symbol"]] = ranks.get(record["symbol"], -1) + 1
        ranked.append((rank, at))
    return [records[at] for at in sorted(at for _, at in sorted(ranked)[:most])]


def told_apart(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records of one symbol, in order. What was asked for stays: an attribute that is called like an argument."""
    first: dict[tuple[str, ...], dict[str, Any]] = {}
    kept = []
    for record in records:
        parts = [check for check in record["checks"] if check[0].startswith((".", "["))]
        if len(parts) < _LEAST_ALIKE or record["error"]:
            kept.append(record)
            continue
        plain = first.setdefault((record["symbol"], record["checks"][0][2]), record)
        if plain is record:
            kept.append({**record, "checks": record["checks"][: _MOST_AT_ONCE + 1]})
            continue
        given = {parameter for parameter, _, _ in record["arguments"]}
        others = [check for check in record["checks"] if not check[0].startswith((".", "["))]
        new = [check for check in parts if check not in plain["checks"]]
        asked = [check for check in parts if check[0][1:] in given and check not in new]
        if new or asked:
            kept.append({**record, "checks": [*others, *new[:_MOST_AT_ONCE], *asked[: 1 if new else _LEAST_ALIKE]]})
        else:
            kept.append({**record, "checks": [*others, *parts[:_LEAST_ALIKE]]})
    return kept
