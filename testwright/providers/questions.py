"""What a model is asked, and the hash that its answer is kept under."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_AROUND_THE_PROMPT = 1_000
"""Tokens that a provider may count for roles, for the schema's wrapping and the like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that shapes an answer. `seed` lets a further round come to something else."""

    system: str
    prompt: str
    schema: Mapping[str, Any] | None
    seed: int

    def key(self, provider: str, model: str) -> str:
        asked = [provider, model, json.dumps(self.schema, sort_keys=True), str(self.seed), self.system, self.prompt]
        return hashlib.sha256("\0".join(asked).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def most_tokens(self) -> int:
        """No tokenizer in use makes more than one token of a byte."""
        text = self.system + self.prompt + (json.dumps(self.schema) if self.schema is not None else "")
        return len(text.encode("utf-8", "surrogatepass")) + _AROUND_THE_PROMPT
