"""Runs a project's own command for tests, in a copy that it may write into, and brings home what that leaves behind.

Only the standard library. The order comes in TESTWRIGHT_ORDER; nothing is judged here.
"""

import base64
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from typing import Any

REPORT = "testwright-report.json"
MOST_FILES = 200
MOST_BYTES = 8 << 20
MOST_OUTPUT = 1 << 20
LEAST_SECONDS = 5.0


def main() -> None:
    order = json.loads(os.environ["TESTWRIGHT_ORDER"])
    out = os.environ["OUT"]
    place = os.path.join(os.environ.get("TMPDIR") or "/tmp", "project")
    shutil.copytree(os.getcwd(), place, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    for folder, _, names in os.walk(place):  # what was mounted read-only is ours to build in
        os.chmod(folder, 0o755)
        for name in names:
            if not os.path.islink(os.path.join(folder, name)):
                os.chmod(os.path.join(folder, name), 0o755 if name.endswith("w") or name.endswith(".sh") else 0o644)
    for inside, host in order["links"]:
        link = os.path.join(os.path.expanduser("~"), inside)
        os.makedirs(os.path.dirname(link), exist_ok=True)
        if not os.path.lexists(link):
            os.symlink(host, link)
    runs = Runs(order, place, os.path.join(out, REPORT))
    if order["mutants"]:
        runs.challenge(order["source"])
    else:
        runs.ordinary()
    runs.save(finished=True)


class Runs:
    """What was run so far; every piece is written down at once, so that an end in between loses nothing."""

    def __init__(self, order: dict[str, Any], place: str, path: str) -> None:
        self.order, self.place, self.path = order, place, path
        self.found: dict[str, Any] = {"finished": False, "runs": [], "turns": [], "alone": [], "mutants": []}
        self.began = time.monotonic()

    def ordinary(self) -> None:
        seconds = self.order["seconds"]
        self.found["runs"].append(self.run(self.order["argv"], seconds, aloud=True))
        self.save()
        for argv in self.order["turns"]:
            self.found["turns"].append(self.run(argv, seconds))
            self.save()
        each = self.found["runs"][0]["seconds"] * 3 + LEAST_SECONDS
        for name, argv in self.order["alone"]:
            if time.monotonic() - self.began > 0.8 * seconds * (1 + len(self.order["turns"])):
                return
            self.found["alone"].append([name, self.run(argv, each)])
            self.save()

    def challenge(self, source: str) -> None:
        path = os.path.join(self.place, source)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        asleep = dict(lines_asleep(text, self.order["sign"]))
        lines = text.split("\n")
        first = self.run(self.order["argv"], self.order["seconds"], aloud=True)
        again = self.run(self.order["argv"], self.order["seconds"])
        self.found["runs"] = [first, again]
        each = max(first["seconds"], again["seconds"]) * 3 + LEAST_SECONDS
        for number in self.order["mutants"]:
            if time.monotonic() - self.began > self.order["seconds"]:
                return
            line, instead = asleep[number]
            changed = [*lines[: line - 1], instead, *lines[line:]]
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(changed))
            moment = time.time() + 2  # builders that go by the time of a file take seconds for moments
            os.utime(path, (moment, moment))
            self.found["mutants"].append([number, self.run(self.order["argv"], each)])
            self.save()

    def run(self, argv: list[str], seconds: float, aloud: bool = False) -> dict[str, Any]:
        for path in [*self.matching("report"), *self.matching("coverage")]:
            os.unlink(path)
        began = time.monotonic()
        try:
            process = subprocess.Popen(
                argv,
                cwd=self.place,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return {"status": None, "why": str(error), "seconds": 0.0, "reports": [], "coverage": []}
        try:
            printed, late = process.communicate(timeout=seconds)[0], False
        except subprocess.TimeoutExpired:
            late = True
            os.killpg(process.pid, signal.SIGKILL)
            printed = process.communicate()[0]
        if aloud:
            sys.stderr.write(printed[-MOST_OUTPUT // 8 :].decode(errors="replace"))
        reports = self.texts("report")
        if self.order["report"] == "-":
            reports = [printed[:MOST_OUTPUT].decode(errors="replace")]
        return {
            "status": None if late else process.returncode,
            "why": "out of time" if late else "",
            "seconds": time.monotonic() - began,
            "reports": [packed(text) for text in reports],
            "coverage": [packed(text) for text in self.texts("coverage")] if aloud else [],
        }

    def matching(self, what: str) -> list[str]:
        pattern = self.order[what]
        if not pattern or pattern == "-":
            return []
        found = glob.glob(os.path.join(glob.escape(self.place), pattern), recursive=True)
        inside = os.path.realpath(self.place) + os.sep
        return sorted(path for path in found if os.path.isfile(path) and os.path.realpath(path).startswith(inside))

    def texts(self, what: str) -> list[str]:
        left = MOST_BYTES
        texts: list[str] = []
        for path in self.matching(what)[:MOST_FILES]:
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read(left))
            left -= len(texts[-1])
        return texts

    def save(self, finished: bool = False) -> None:
        self.found["finished"] = finished
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.found, file)
        os.replace(self.path + ".new", self.path)


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


def lines_asleep(text: str, sign: str) -> Iterator[tuple[int, tuple[int, str]]]:
    """The changes that lie behind the end of a text: number, and the line with what it becomes."""
    for line in text.split("\n"):
        words = line.split(" ")
        if len(words) == 5 and words[1] == sign:
            yield int(words[2]), (int(words[3]), base64.b64decode(words[4]).decode())


if __name__ == "__main__":
    main()
