"""What is promised of the jobs, the store and the stream, measured over real HTTP on loopback and printed as a table.

    python bench/durable [trigger engine steps live streams replay width restart] [--soak SECONDS]

Each figure starts a service of its own in a folder of its own, and ends it. The line of a file is a short one with as
many steps and events as the real one (`house.py`); everything else is the service itself.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from figures import FIGURES, Row
from soak import soak


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("figures", nargs="*", help=f"some of: {' '.join(FIGURES)}; all without a name")
    parser.add_argument("--soak", type=float, default=0.0, metavar="SECONDS", help="only this: at work for so long")
    given = parser.parse_args()
    if given.soak:
        with tempfile.TemporaryDirectory(prefix="testwright-soak-") as folder:
            return said(soak(Path(folder), given.soak))
    missed = 0
    for name in given.figures or FIGURES:
        with tempfile.TemporaryDirectory(prefix=f"testwright-{name}-") as folder:
            missed += said(FIGURES[name](Path(folder)))
    return missed


def said(rows: Sequence[Row]) -> int:
    for row in rows:
        print(f"{row.what:<62} {row.seen:>44}   wanted {row.wanted}{'' if row.holds else '   MISSED'}", flush=True)
    return sum(not row.holds for row in rows)


if __name__ == "__main__":
    sys.exit(bool(main()))
