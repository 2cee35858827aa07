"""Sessions that can be run again without a key: every answer in a file of its own, under the hash of its question.

A recording holds what a model said and nothing of what it was asked: no source text, no secret.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testwright.domain.drafts import Usage
from testwright.domain.errors import InputError, PermanentError
from testwright.domain.ports import Answer
from testwright.providers.questions import Question

_INDEX = "recording.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A folder of answers. `note` in its index says in words where they come from.

    `now` is what shapes questions beside code and options, by name: who writes, for how long it explores, which
    Testwright asks. The index keeps what it was when the answers were recorded.
    """

    folder: Path
    now: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> str:
        """The model that was asked, as `provider:model`. Raises InputError when this is no recording."""
        return str(self._index("model"))

    @property
    def note(self) -> str:
        """Where the answers come from, in words. Raises InputError when this is no recording."""
        return str(self._index("note"))

    @property
    def then(self) -> Mapping[str, Any]:
        """What `now` was when it was recorded, as far as it is known. Raises InputError when this is no recording."""
        kept = self._index("with", {})
        return kept if isinstance(kept, dict) else {}

    @property
    def differing(self) -> list[str]:
        """In words, what is not as it was."""
        return [
            f"{name} was {was}, and is {self.now[name]}"
            for name, was in self.then.items()
            if name in self.now and self.now[name] != was
        ]

    def _index(self, name: str, otherwise: Any = None) -> Any:
        try:
            index = json.loads((self.folder / _INDEX).read_text(encoding="utf-8"))
            return index[name] if otherwise is None else index.get(name, otherwise)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self.folder} holds no recording.",
                code="no_recording",
                hint="Give a folder that was written with --record.",
            ) from error

    def keep(self, key: str, model: str, answer: Answer) -> None:
        """Write an answer down, under the same name for the same question. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        index = self.folder / _INDEX
        if not index.exists():
            _write(index, {"model": model, "note": f"Recorded from {model}."})
        if self.now and self.then != self.now:
            _write(index, {"model": self.model, "note": self.note, "with": dict(self.now)})
        usage = answer.usage
        kept = {"finish": answer.finish, "reason": answer.reason, "tokens": usage.tokens, "costUsd": usage.cost_usd}
        _write(self.folder / f"{key}.json", {"text": answer.text, **kept})

    def find(self, key: str) -> Answer | None:
        """The answer, as having cost nothing: this time nobody is asked."""
        try:
            kept = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Answer(text=kept["text"], finish=kept["finish"], reason=kept["reason"], usage=Usage())


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A `LanguageModel` that says again what was recorded, and asks nobody."""

    provider: str
    model: str
    recording: Recording
    seed: int

    async def generate(
        self,
        *,
        system: str,
        prompt: str,
        schema: Mapping[str, Any] | None,
        on_text: Callable[[str], Awaitable[None]] | None = None,
    ) -> Answer:
        """Raises PermanentError `replay_missing` for a question that was never recorded."""
        question = Question(system=system, prompt=prompt, schema=schema, seed=self.seed)
        answer = self.recording.find(question.key(self.provider, self.model))
        if answer is None:
            raise PermanentError(
                f"The recording holds no answer to a question that {self.model} would be asked now.",
                code="replay_missing",
                hint=f"{_changed(self.recording.differing)}: record the session again.",
            )
        return answer

    async def count(self, *, system: str, prompt: str, schema: Mapping[str, Any] | None) -> int | None:
        return None


def _changed(differing: Sequence[str]) -> str:
    if differing:
        return f"Since it was recorded, {'; '.join(differing)}"
    return "The code, the options, the runner or what the explorer had time to see changed since it was recorded"


def _write(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all: a reader never finds half a file."""
    half = path.with_suffix(".part")
    half.write_text(json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    half.replace(path)
