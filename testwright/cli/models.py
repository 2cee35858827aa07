"""`testwright models`: which models can be asked here, what they cost, and what is missing for the others."""

import json
from typing import Any

from testwright.cli.exits import ALL_PROVEN
from testwright.settings import read_settings
from testwright.wiring import open_models

_LOCAL = "on this machine, free"
_USUAL = "  (used when nothing else is named)"


async def list_models(*, as_json: bool) -> int:
    found = await open_models(read_settings()).listing()
    if as_json:
        print(json.dumps({"models": found}, indent=2, ensure_ascii=False))
        return ALL_PROVEN
    names = [each["name"] or f"{each['provider']}:…" for each in found]
    width = max(map(len, names))
    for name, each in zip(names, found, strict=True):
        glyph = "✓" if each["configured"] else "–"
        usual = _USUAL if each["usual"] and each["configured"] else ""
        print(f"{glyph} {name:<{width}}  {_state(each)}{usual}")
    instead = "" if any(each["usual"] and each["configured"] for each in found) else _USUAL
    print(f"✓ {'explorer':<{width}}  needs no key and asks nobody{instead}")
    return ALL_PROVEN


def _state(model: dict[str, Any]) -> str:
    if not model["configured"]:
        return str(model["reason"])
    price = model["price"]
    if model["model"] is None:
        return "ready: name a model after the colon"
    if price is None:
        return "ready, price unknown"
    if price["inputUsd"] == price["outputUsd"] == 0:
        return f"ready, {_LOCAL}"
    listed = f" by the list of {price['asOf']}" if price["asOf"] else ""
    return f"ready, ${price['inputUsd']:g} in and ${price['outputUsd']:g} out for a million tokens{listed}"
