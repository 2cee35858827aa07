"""What any provider is made from."""

from dataclasses import dataclass, field

COUNT_SECONDS = 15.0
"""What it may take to have the tokens of a question counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens. `cached_usd` is for the part of a prompt that the provider had kept.

    Some models cost more, as a whole, once a prompt is longer than `long_tokens`: then `long` holds the price.
    """

    input_usd: float
    output_usd: float
    cached_usd: float | None = None
    long_tokens: int | None = None
    long: "Price | None" = None

    @property
    def is_free(self) -> bool:
        return self.input_usd == 0 == self.output_usd

    def of(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float:
        if self.long is not None and self.long_tokens is not None and input_tokens > self.long_tokens:
            return self.long.of(input_tokens, output_tokens, cached_tokens)
        kept = min(cached_tokens, input_tokens)
        kept_usd = self.input_usd if self.cached_usd is None else self.cached_usd
        fresh = (input_tokens - kept) * self.input_usd + kept * kept_usd
        return (fresh + output_tokens * self.output_usd) / 1_000_000


FREE = Price(input_usd=0.0, output_usd=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOptions:
    """`limit_seconds` ends a call that takes longer as a whole, however slowly it trickles in.

    `most_output_tokens` is what an answer may have at most, thinking included; it bounds what one call can cost.
    """

    model: str
    api_key: str = field(default="", repr=False)
    base_url: str | None = None
    limit_seconds: float = 300.0
    most_output_tokens: int = 32_768
    price: Price | None = None
