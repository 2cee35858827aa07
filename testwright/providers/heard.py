"""What a model said so far, in one piece or in many, and what becomes of it: the same for every provider."""

from dataclasses import dataclass, field

from testwright.domain.drafts import Usage
from testwright.domain.ports import Answer
from testwright.providers.options import Price

_MOST_ANSWER = 4 << 20
"""Characters after which an answer is cut off: no suite for one file is that long."""


@dataclass
class Heard:
    """`finish` is the provider's own word for how the answer ended, empty as long as it has not.

    `input_tokens` counts all of the prompt, `cached_tokens` the part of it that the provider had kept from before, and
    `output_tokens` what the model thought as well as what it said; all three are 0 until `counted`.
    """

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    finish: str = ""
    declined: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    counted: bool = False
    replies: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)[:_MOST_ANSWER]

    @property
    def is_full(self) -> bool:
        return self.length > _MOST_ANSWER

    @property
    def is_broken_off(self) -> bool:
        """A whole stream says how it finished, unless it says that there is nothing to say."""
        return not self.replies or (bool(self.pieces) and not self.finish and not self.is_full)

    def say(self, piece: str) -> str:
        if piece:
            self.pieces.append(piece)
            self.length += len(piece)
        return piece

    def count(self, *, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> None:
        """The last count of a stream is the count of all of it."""
        self.counted = True
        self.input_tokens, self.output_tokens, self.cached_tokens = input_tokens, output_tokens, cached_tokens

    def answer(self, *, cut_off_by: str, price: Price | None) -> Answer:
        """`cut_off_by` is the provider's word for an answer that grew too long."""
        usage = Usage(tokens=self.input_tokens + self.output_tokens, cost_usd=self._cost(price))
        if self.declined:
            return Answer(text="", finish="blocked", usage=usage, reason=self.declined)
        if self.finish == cut_off_by or self.is_full:
            return Answer(text=self.text, finish="length", usage=usage)
        if not self.text.strip():
            return Answer(text="", finish="empty", usage=usage, reason=self.finish)
        return Answer(text=self.text, finish="stop", usage=usage)

    def _cost(self, price: Price | None) -> float | None:
        if price is None or not self.counted:
            return 0.0 if price is not None and price.is_free else None
        return price.of(self.input_tokens, self.output_tokens, self.cached_tokens)
