"""What any provider is made from."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens, as the operator knows them. No price list is built in: it would go stale."""

    input_usd: float
    output_usd: float

    def of(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input_usd + output_tokens * self.output_usd) / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOptions:
    """`limit_seconds` ends a call that takes longer as a whole, however slowly it trickles in."""

    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    limit_seconds: float = 120.0
    price: Price | None = None
