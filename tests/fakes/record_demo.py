"""Writes the recording of the README's demo anew: `python -m tests.fakes.record_demo`.

The answers were written by hand. They reach Testwright as a model's would: from a Gemini that does as it is told, in
the provider's own protocol. The model's name says so wherever it is shown.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.fakes.gemini_server import GeminiServer, answer
from tests.fakes.model_server import Handler

ROOT = Path(__file__).parents[2]
SOURCE = "examples/storefront/src/lib/coupon.ts"
RECORDING = "examples/recorded"
_MODEL = "written-by-hand"
_NOTE = "Answers written by hand for this demo. No model was asked."
_SECONDS = 600


def command(*more: str) -> list[str]:
    return [sys.executable, "-m", "testwright", "generate", SOURCE, *more]


def environment(home: str, **more: str) -> dict[str, str]:
    """Nothing of the caller's own settings: what is recorded is the same everywhere."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME", "PYTHONPATH") if name in os.environ}
    return {**kept, "TESTWRIGHT_HOME": home, **more}


def record(folder: Path) -> None:
    """Raises CalledProcessError when Testwright did not end well."""
    folder.mkdir(parents=True)
    index = {"model": f"gemini:{_MODEL}", "note": _NOTE}
    (folder / "recording.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as home, GeminiServer(_by_hand) as gemini:
        asked = {
            "GOOGLE_API_KEY": "none",
            "TESTWRIGHT_GOOGLE_BASE_URL": gemini.url,
            "TESTWRIGHT_MODEL": f"gemini:{_MODEL}",
            "TESTWRIGHT_WRITER": "model",
        }
        subprocess.run(
            command("--record", str(folder), "--yes"),
            cwd=ROOT,
            env=environment(home, **asked),
            timeout=_SECONDS,
            check=True,
        )


def _by_hand(handler: Handler) -> None:
    prompt = handler.call.prompt
    if "did not hold" in prompt:
        said = _REPAIRED
    elif "Write further tests" in prompt:
        said = _FURTHER
    else:
        said = _DRAFTED
    answer(json.dumps(said), usage=(len(prompt) // 4, len(json.dumps(said)) // 4))(handler)


def _test(name: str, target: str, scenario: str, *lines: str) -> dict[str, Any]:
    body = "".join(f"  {line}\n" for line in lines)
    code = f"it('{name}', () => {{\n{body}}})\n"
    return {"name": name, "code": code, "targets": [target], "scenario": scenario, "group": target}


_PREAMBLE = "import { describe, expect, it } from 'vitest'\nimport { applyCoupon, normaliseCode } from './coupon'"
_DRAFTED: Mapping[str, Any] = {
    "plan": [
        "normaliseCode: happy, blanks inside, no digits, too many digits",
        "applyCoupon: percent, fixed, below the minimum, a code that cannot be one",
    ],
    "preamble": _PREAMBLE,
    "tests": [
        _test(
            "puts a typed code right",
            "normaliseCode",
            "happy",
            "expect(normaliseCode('  summer 10 ')).toBe('SUMMER-10')",
        ),
        _test(
            "makes one dash of several blanks",
            "normaliseCode",
            "edge",
            "expect(normaliseCode('summer   2026')).toBe('SUMMER-2026')",
        ),
        _test(
            "knows no code without digits",
            "normaliseCode",
            "edge",
            "expect(normaliseCode('SUMMER')).toBeNull()",
        ),
        # Worked out wrong, as a model does it now and then: 1999 less 15 % is 1699.15.
        _test(
            "takes a percentage off",
            "applyCoupon",
            "happy",
            "const coupon = { kind: 'percent', code: 'SUMMER-15', percent: 15 } as const",
            "expect(applyCoupon(1999, coupon)).toEqual({ ok: true, cents: 1700 })",
        ),
        _test(
            "takes a fixed amount off",
            "applyCoupon",
            "happy",
            "const coupon = { kind: 'fixed', code: 'SUMMER-05', cents: 500 } as const",
            "expect(applyCoupon(2000, coupon)).toEqual({ ok: true, cents: 1500 })",
        ),
        _test(
            "refuses a code that cannot be one",
            "applyCoupon",
            "error",
            "const coupon = { kind: 'fixed', code: 'no digits', cents: 500 } as const",
            "expect(applyCoupon(2000, coupon)).toEqual({ ok: false, reason: 'malformed' })",
        ),
        _test("works", "applyCoupon", "happy", "expect(true).toBe(true)"),
    ],
}
_REPAIRED: Mapping[str, Any] = {
    "plan": [],
    "preamble": _PREAMBLE,
    "tests": [
        _test(
            "takes a percentage off",
            "applyCoupon",
            "happy",
            "const coupon = { kind: 'percent', code: 'SUMMER-15', percent: 15 } as const",
            "expect(applyCoupon(1999, coupon)).toEqual({ ok: true, cents: 1699 })",
        ),
    ],
}
_FURTHER: Mapping[str, Any] = {
    "plan": [],
    "preamble": _PREAMBLE,
    "tests": [
        _test(
            "asks for the minimum and takes it exactly",
            "applyCoupon",
            "edge",
            "const coupon = { kind: 'fixed', code: 'SUMMER-05', cents: 500, minimum: 2000 } as const",
            "expect(applyCoupon(1999, coupon)).toEqual({ ok: false, reason: 'too-small' })",
            "expect(applyCoupon(2000, coupon)).toEqual({ ok: true, cents: 1500 })",
        ),
        _test(
            "never pays anything out",
            "applyCoupon",
            "edge",
            "const coupon = { kind: 'fixed', code: 'SUMMER-50', cents: 5000 } as const",
            "expect(applyCoupon(2000, coupon)).toEqual({ ok: true, cents: 0 })",
        ),
        _test(
            "wants the whole text to be the code",
            "normaliseCode",
            "edge",
            "expect(normaliseCode('AB-10')).toBeNull()",
            "expect(normaliseCode('ABC-10')).toBe('ABC-10')",
            "expect(normaliseCode('SUMMERTIME-10')).toBeNull()",
            "expect(normaliseCode('SUMMER-10245')).toBeNull()",
        ),
    ],
}


if __name__ == "__main__":
    shutil.rmtree(ROOT / RECORDING, ignore_errors=True)
    record(ROOT / RECORDING)
