"""Measures line and branch coverage of one source file with coverage.py: of the whole run, and of each case alone.

Standard library and coverage.py only, and syntax that Python 3.8 reads. Silent where coverage.py is not installed.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from typing import Any

MOST_CASE_CHARACTERS = 2 << 20  # the report has a limit, and the verdicts matter more


class Meter:
    version = ""

    def __init__(self, source: str, wanted: bool) -> None:
        self.source = source
        self.running: Any = None
        self._trace: Any = None
        self._lost: set[str] = set()
        self._case = ""
        if wanted:
            try:
                coverage = importlib.import_module("coverage")
            except ImportError:
                return
            self.version = coverage.__version__
            self.running = coverage.Coverage(data_file=None, branch=True, include=[source], config_file=False)
            self.running.set_option("run:disable_warnings", ["no-data-collected", "module-not-measured"])
            if sys.version_info >= (3, 12):  # what sys.monitoring has seen once it does not tell a second time
                with contextlib.suppress(Exception):
                    self.running.set_option("run:core", "ctrace")
            self.running.start()
            self._trace = sys.gettrace()

    def begin(self, case: str) -> None:
        """From here on what runs belongs to this case."""
        if self.running is not None:
            self._case = case
            if self._trace is not None and sys.gettrace() is not self._trace:
                sys.settrace(self._trace)  # an earlier test traced something itself, and did not put it back
            self._switch(case)

    def end(self) -> None:
        if self.running is not None:
            if self._trace is not None and sys.gettrace() is not self._trace:
                self._lost.add(self._case)
            self._switch("")

    def read(self) -> dict[str, Any] | None:
        if self.running is None:
            return None
        self.running.stop()
        try:
            return self._read()
        except Exception:
            return None  # nothing was measured is better than a number that is not true

    def cases(self, cases: Iterable[str], coverage: dict[str, Any]) -> dict[str, dict[str, str]]:
        """For each case a hexadecimal number per list: bit n says that it ran entry n of that list.

        Whose measuring was cut short is left out; so are all, where they would be too long to tell.
        """
        try:
            return self._cases(sorted(cases), coverage)
        except Exception:
            return {}

    def _switch(self, context: str) -> None:
        try:
            self.running.switch_context(context)
        except Exception:
            self._lost.add(self._case)

    def _cases(self, cases: list[str], coverage: dict[str, Any]) -> dict[str, dict[str, str]]:
        lines = {line: 1 << place for place, line in enumerate(coverage["covered"])}
        branches = {branch: 1 << place for place, branch in enumerate(coverage["branches_covered"])}
        if len(cases) * (len(lines) + len(branches)) // 4 > MOST_CASE_CHARACTERS:
            return {}
        reporter = importlib.import_module("coverage.python").PythonFileReporter(self.source, self.running)
        data = self.running.get_data()
        measured = {}
        for case in cases:
            if case not in self._lost:
                data.set_query_context(case)
                arcs = data.arcs(self.source) or ()
                ran = reporter.translate_lines({line for arc in arcs for line in arc if line > 0})
                took = reporter.translate_arcs(arcs)
                measured[case] = {
                    "lines": f"{sum(lines.get(line, 0) for line in set(ran)):x}",
                    "branches": f"{sum(branches.get(f'{start}->{end}', 0) for start, end in set(took)):x}",
                }
        data.set_query_contexts(None)
        return measured

    def _read(self) -> dict[str, Any]:
        descriptor, path = tempfile.mkstemp(suffix=".json")
        os.close(descriptor)
        try:
            self.running.json_report(outfile=path)
            with open(path, encoding="utf-8") as file:
                (measured,) = json.load(file)["files"].values()
        except importlib.import_module("coverage.exceptions").NoDataError:  # the file was never loaded
            _, statements, _, missing, _ = self.running.analysis2(self.source)
            measured = {"executed_lines": sorted(set(statements) - set(missing)), "missing_lines": sorted(missing)}
        finally:
            with contextlib.suppress(OSError):  # coverage.py takes its file away when it has nothing to say
                os.unlink(path)
        return {
            "covered": measured["executed_lines"],
            "missed": measured["missing_lines"],
            "branches_covered": [f"{start}->{end}" for start, end in measured.get("executed_branches", ())],
            "branches_missed": [f"{start}->{end}" for start, end in measured.get("missing_branches", ())],
        }
