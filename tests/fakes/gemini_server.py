"""A Gemini that does as it is told: `model_server` in Gemini's dialect, and what only Gemini says."""

from typing import Any

from tests.fakes.dialects import GEMINI
from tests.fakes.model_server import Call, ModelServer, Reply, answer, json_answer, overloaded, refusal

__all__ = ["Call", "GeminiServer", "answer", "blocked_prompt", "json_answer", "no_candidates", "overloaded", "refusal"]


class GeminiServer(ModelServer):
    def __init__(self, *script: Reply) -> None:
        super().__init__(GEMINI, *script)

    def __enter__(self) -> "GeminiServer":
        super().__enter__()
        return self


def response_body(text: str, **options: Any) -> dict[str, Any]:
    """The JSON of one answer; `thought` is what it thought aloud, `cached` the tokens it had kept."""
    return GEMINI.whole(text, "stop", options.pop("usage", (11, 7)), **options)


def no_candidates() -> Reply:
    return json_answer({"candidates": [], "usageMetadata": {"promptTokenCount": 11, "totalTokenCount": 11}})


def blocked_prompt(reason: str = "SAFETY") -> Reply:
    return json_answer({"promptFeedback": {"blockReason": reason}})
