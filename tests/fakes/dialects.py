"""How the providers say things, for `model_server`: written from their published references."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.fakes.model_server import Dialect, Usage


def _events(bodies: Iterable[dict[str, Any]], *, named: bool = False) -> bytes:
    lines = [(f"event: {body['type']}\n" if named else "") + f"data: {json.dumps(body)}\n\n" for body in bodies]
    return "".join(lines).encode()


def _word(words: Mapping[str, str], finish: str | None) -> str | None:
    return None if finish is None else words.get(finish, finish)


class _Gemini:
    name = "gemini"
    key_header = "x-goog-api-key"
    words: Mapping[str, str] = {
        "stop": "STOP",
        "length": "MAX_TOKENS",
        "declined": "SAFETY",
        "malformed": "MALFORMED_FUNCTION_CALL",
    }

    def knows(self, path: str) -> bool:
        return path.startswith("/v1beta/models/") and ":" in path

    def counts(self, path: str, tokens: int) -> dict[str, Any] | None:
        return {"totalTokens": tokens} if path.endswith(":countTokens") else None

    def streams(self, path: str, body: dict[str, Any]) -> bool:
        return ":streamGenerateContent" in path

    def prompt(self, body: dict[str, Any]) -> str:
        return str(body["contents"][0]["parts"][0]["text"])

    def whole(
        self, text: str, finish: str | None, usage: Usage, *, thought: str | None = None, cached: int = 0
    ) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": thought, "thought": True}] if thought else []
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": [*parts, {"text": text}]}, "index": 0}
        if finish is not None:
            candidate["finishReason"] = _word(self.words, finish)
        body: dict[str, Any] = {"candidates": [candidate], "modelVersion": "fake"}
        if usage is not None:
            body["usageMetadata"] = {
                "promptTokenCount": usage[0],
                "candidatesTokenCount": usage[1],
                "totalTokenCount": sum(usage),
                **({"cachedContentTokenCount": cached} if cached else {}),
            }
        return body

    def stream(self, pieces: Sequence[str], finish: str | None, usage: Usage) -> bytes:
        bodies = [self.whole(piece, None, None) for piece in pieces[:-1]]
        return _events([*bodies, self.whole(pieces[-1], finish, usage)])

    def error(self, status: int, message: str, *, daily: bool = False, delay: str | None = None) -> dict[str, Any]:
        details: list[dict[str, Any]] = []
        if status == 429:
            quota = "GenerateRequestsPerDayPerProjectPerModel" if daily else "GenerateRequestsPerMinutePerProject"
            violation = {"quotaMetric": "generativelanguage.googleapis.com/requests", "quotaId": quota}
            details.append({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]})
        if delay is not None:
            details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
        return {"error": {"code": status, "message": message, "status": "FAKE", "details": details}}


class _OpenAI:
    name = "openai"
    key_header = "Authorization"
    words: Mapping[str, str] = {"stop": "stop", "length": "length", "declined": "content_filter"}

    def knows(self, path: str) -> bool:
        return path == "/v1/chat/completions"

    def counts(self, path: str, tokens: int) -> dict[str, Any] | None:
        return None

    def streams(self, path: str, body: dict[str, Any]) -> bool:
        return bool(body.get("stream"))

    def prompt(self, body: dict[str, Any]) -> str:
        return str(body["messages"][-1]["content"])

    def whole(self, text: str, finish: str | None, usage: Usage) -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": _word(self.words, finish)}
        return {"id": "1", "object": "chat.completion", "choices": [choice], **self._counted(usage)}

    def stream(self, pieces: Sequence[str], finish: str | None, usage: Usage) -> bytes:
        def chunk(delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
            return {"object": "chat.completion.chunk", "choices": [{"delta": delta, "finish_reason": reason}]}

        bodies = [chunk({"content": piece}, None) for piece in pieces]
        end = [chunk({}, _word(self.words, finish))] if finish is not None else []
        counted = [{"choices": [], **self._counted(usage)}] if usage is not None else []
        return _events([chunk({"role": "assistant"}, None), *bodies, *end, *counted]) + b"data: [DONE]\n\n"

    def error(self, status: int, message: str, *, daily: bool = False, delay: str | None = None) -> dict[str, Any]:
        kind = "insufficient_quota" if daily else "server_error"
        return {"error": {"message": message, "type": kind, "param": None, "code": kind if daily else None}}

    def _counted(self, usage: Usage) -> dict[str, Any]:
        if usage is None:
            return {}
        return {"usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}}


class _Anthropic:
    name = "anthropic"
    key_header = "x-api-key"
    words: Mapping[str, str] = {"stop": "end_turn", "length": "max_tokens", "declined": "refusal"}

    def knows(self, path: str) -> bool:
        return path == "/v1/messages"

    def counts(self, path: str, tokens: int) -> dict[str, Any] | None:
        return {"input_tokens": tokens} if path == "/v1/messages/count_tokens" else None

    def streams(self, path: str, body: dict[str, Any]) -> bool:
        return bool(body.get("stream"))

    def prompt(self, body: dict[str, Any]) -> str:
        return str(body["messages"][-1]["content"])

    def whole(self, text: str, finish: str | None, usage: Usage) -> dict[str, Any]:
        counted = {"usage": {"input_tokens": usage[0], "output_tokens": usage[1]}} if usage is not None else {}
        content = [{"type": "text", "text": text}]
        reason = _word(self.words, finish)
        return {"type": "message", "role": "assistant", "content": content, "stop_reason": reason, **counted}

    def stream(self, pieces: Sequence[str], finish: str | None, usage: Usage) -> bytes:
        begun = {"usage": {"input_tokens": usage[0], "output_tokens": 1}} if usage is not None else {}
        deltas = [
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in pieces
        ]
        ended = {"usage": {"output_tokens": usage[1]}} if usage is not None else {}
        reason = _word(self.words, finish)
        last = [{"type": "message_delta", "delta": {"stop_reason": reason}, **ended}, {"type": "message_stop"}]
        start = {"type": "message_start", "message": {"type": "message", "content": [], **begun}}
        return _events([start, {"type": "ping"}, *deltas, *(last if finish is not None else [])], named=True)

    def error(self, status: int, message: str, *, daily: bool = False, delay: str | None = None) -> dict[str, Any]:
        said = "This request would exceed your organization's daily limit" if daily else message
        return {"type": "error", "error": {"type": "rate_limit_error" if status == 429 else "fake", "message": said}}


class _Ollama:
    name = "ollama"
    key_header = "Authorization"
    words: Mapping[str, str] = {}

    def knows(self, path: str) -> bool:
        return path == "/api/chat"

    def counts(self, path: str, tokens: int) -> dict[str, Any] | None:
        return None

    def streams(self, path: str, body: dict[str, Any]) -> bool:
        return bool(body.get("stream", True))

    def prompt(self, body: dict[str, Any]) -> str:
        return str(body["messages"][-1]["content"])

    def whole(self, text: str, finish: str | None, usage: Usage) -> dict[str, Any]:
        counted = {"prompt_eval_count": usage[0], "eval_count": usage[1]} if usage is not None else {}
        ended = {"done": True, "done_reason": finish, **counted} if finish is not None else {"done": False}
        return {"model": "fake", "message": {"role": "assistant", "content": text}, **ended}

    def stream(self, pieces: Sequence[str], finish: str | None, usage: Usage) -> bytes:
        bodies = [self.whole(piece, None, None) for piece in pieces]
        bodies += [self.whole("", finish, usage)] if finish is not None else []
        return "".join(f"{json.dumps(body)}\n" for body in bodies).encode()

    def error(self, status: int, message: str, *, daily: bool = False, delay: str | None = None) -> dict[str, Any]:
        return {"error": message}


GEMINI: Dialect = _Gemini()
OPENAI: Dialect = _OpenAI()
ANTHROPIC: Dialect = _Anthropic()
OLLAMA: Dialect = _Ollama()
