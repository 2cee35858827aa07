"""An invoice and the life it leads."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from invoicing.tax import Goods, tax_on


class Status(Enum):
    DRAFT = "draft"
    SENT = "sent"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Line:
    text: str
    quantity: int
    unit_cents: int
    goods: Goods = Goods.STANDARD

    @property
    def net(self) -> int:
        return self.quantity * self.unit_cents


@dataclass
class Invoice:
    number: str
    country: str = "DE"
    lines: list[Line] = field(default_factory=list)
    status: Status = Status.DRAFT
    paid_cents: int = 0

    def add(self, text: str, quantity: int, unit_cents: int, goods: Goods = Goods.STANDARD) -> "Invoice":
        if self.status is not Status.DRAFT:
            raise RuntimeError("only a draft can be changed")
        if quantity < 1:
            raise ValueError("quantity must be at least 1")
        self.lines.append(Line(text, quantity, unit_cents, goods))
        return self

    @property
    def net(self) -> int:
        return sum(line.net for line in self.lines)

    @property
    def total(self) -> int:
        return sum(line.net + tax_on(line.net, self.country, line.goods) for line in self.lines)

    @property
    def open_cents(self) -> int:
        return max(0, self.total - self.paid_cents)

    def send(self) -> None:
        if not self.lines:
            raise RuntimeError("an empty invoice cannot be sent")
        self.status = Status.SENT

    def pay(self, cents: int) -> int:
        """Book a payment and return what is still open."""
        if self.status is not Status.SENT:
            raise RuntimeError(f"a {self.status.value} invoice cannot be paid")
        self.paid_cents += cents
        if self.open_cents == 0:
            self.status = Status.PAID
        return self.open_cents


def due_date(sent: date, days: int = 14) -> date:
    """The day of payment; one that falls on a weekend moves to Monday."""
    due = sent + timedelta(days=days)
    if due.weekday() >= 5:
        due += timedelta(days=7 - due.weekday())
    return due
