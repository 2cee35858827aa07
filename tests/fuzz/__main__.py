"""Coverage-guided fuzzing for a bounded time: `python -m tests.fuzz [--seconds N] [TARGET …]`, or `make fuzz`.

Each target has its share of the seconds, in a process of its own. What breaks one is kept in tests/fixtures/crashes,
where `tests/unit/test_fuzz_targets.py` tries it again for ever after.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.targets import SEEDS, TARGETS

CRASHES = Path(__file__).parents[1] / "fixtures" / "crashes"
_LONGEST_INPUT_SECONDS = 10


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz")
    arguments.add_argument("--seconds", type=int, default=180, help="for all targets together")
    arguments.add_argument("targets", nargs="*", help=", ".join(TARGETS))
    wished = arguments.parse_args()
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed: it has no wheel for this system. Nothing was fuzzed.", file=sys.stderr)
        return 3
    names = wished.targets or list(TARGETS)
    share = max(1, wished.seconds // len(names))
    return max(_fuzz(name, share) for name in names)


def _fuzz(name: str, seconds: int) -> int:
    kept = CRASHES / name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[name]):
            Path(corpus, f"seed-{number}").write_bytes(seed)
        options = [f"-max_total_time={seconds}", f"-timeout={_LONGEST_INPUT_SECONDS}", "-max_len=8192"]
        ran = subprocess.run(
            [*(sys.executable, "-m", "tests.fuzz.one", name), corpus, *options, f"-artifact_prefix={kept}/"],
            capture_output=True,
            text=True,
        )
    said = [line for line in ran.stderr.splitlines() if line.startswith(("Done", "#")) or "exec/s" in line]
    if ran.returncode == 0:
        print(f"✓ {name:15} {said[-1] if said else ''}")
        if not any(kept.iterdir()):
            kept.rmdir()
    else:
        print(f"✕ {name:15} exit status {ran.returncode}; the input is in {kept}")
        print(ran.stdout[-2000:], ran.stderr[-3000:])
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
