"""`testwright doctor`: what is there, what is missing, and the command that mends it."""

import json
from dataclasses import asdict

from testwright.cli.exits import ALL_PROVEN, SET_UP
from testwright.settings import read_settings
from testwright.wiring import examine as examine_all

_GLYPHS = {"ok": "✓", "warning": "–", "failed": "✕"}


async def examine(*, as_json: bool) -> int:
    checks = await examine_all(read_settings())
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=2, ensure_ascii=False))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            print(f"{_GLYPHS[check.status]} {check.name:<{width}}  {check.detail}")
            if check.fix:
                print(f"  {'':<{width}}  → {check.fix}")
    return SET_UP if any(check.status == "failed" for check in checks) else ALL_PROVEN
