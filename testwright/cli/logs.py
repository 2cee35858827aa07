"""How log lines look: for people, or one JSON object each; with what they are about, and without secrets."""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TextIO

from testwright.domain.redaction import redacted, secrets_of
from testwright.domain.subjects import subject


def log_to(stream: TextIO, *, level: str, as_json: bool) -> None:
    """All loggers write there from now on, the engine's and the server's too."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if as_json else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def log_to_terminal(level: str, form: str) -> None:
    log_to(sys.stderr, level=level, as_json=form == "json")


class _Lines(logging.Formatter):
    def __init__(self) -> None:
        super().__init__()
        self._secrets = tuple(secrets_of(os.environ))

    def said(self, record: logging.LogRecord) -> str:
        return redacted(record.getMessage(), self._secrets)

    def trace(self, record: logging.LogRecord) -> str | None:
        return None if not record.exc_info else redacted(self.formatException(record.exc_info), self._secrets)


class JsonLines(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.said(record),
            **subject(),
        }
        trace = self.trace(record)
        if trace is not None:
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=False)


class PlainLines(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).strftime("%Y-%m-%d %H:%M:%S")
        ids = " ".join(f"{name}={value}" for name, value in subject().items())
        line = f"{time} {record.levelname} {record.name}: {self.said(record)}{f' [{ids}]' if ids else ''}"
        trace = self.trace(record)
        return line if trace is None else f"{line}\n{trace}"
