"""Nobody's code leaves this machine unasked: the one who runs us hears where it goes, once for each project."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

from testwright.domain.errors import InputError

_FILE = "consents.json"


def ask_consent(home: Path, root: Path, receiver: str, *, yes: bool, ask: Callable[[str], str] | None = None) -> None:
    """Tell who `receiver` is that the project's files go to, and remember the answer in Testwright's home.

    `ask` shows a question and returns what was typed; None where nobody can be asked. Raises InputError
    `consent_needed` when the answer is not yes.
    """
    known = _remembered(home)
    key = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    if receiver in known.get(key, []):
        return
    sentence = f"To write tests, files of {root.name} are sent to {receiver}. What looks like a secret is masked first."
    if yes:
        print(sentence, file=sys.stderr)
    elif ask is None:
        raise InputError(
            sentence, code="consent_needed", hint="Add --yes to agree, or --model explorer, which sends nothing."
        )
    elif ask(f"{sentence}\nSend them? [y/N] ").strip().lower() not in ("y", "yes"):
        raise InputError(
            "Nothing was sent.", code="consent_needed", hint="`--model explorer` writes tests without asking anybody."
        )
    known.setdefault(key, []).append(receiver)
    _remember(home, known)


def question_on(terminal: bool) -> Callable[[str], str] | None:
    return _typed if terminal else None


def _typed(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()


def _remembered(home: Path) -> dict[str, list[str]]:
    try:
        found: dict[str, list[str]] = json.loads((home / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _remember(home: Path, known: dict[str, list[str]]) -> None:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = home / f"{_FILE}.part"
    half.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    half.replace(home / _FILE)
