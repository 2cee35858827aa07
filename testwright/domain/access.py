"""Who may come in: keys, links that open the page once, and tickets for a stream. Of secrets only digests are kept."""

import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LOCAL_OWNER = "local"
"""Whoever can reach a loopback address is the one owner, as long as there is no key."""
LAUNCH_LASTS = timedelta(minutes=10)
PAGE_LASTS = timedelta(days=30)
TICKET_LASTS = timedelta(seconds=60)
_FORM = re.compile(r"tw_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")


class KeyKind(StrEnum):
    API = "api"
    LAUNCH = "launch"
    """Opens the page once, and becomes a key of kind PAGE in that browser's cookie."""
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key without its secret. `digest` is the SHA-256 of the whole key, 32 bytes."""

    key_id: str
    name: str
    kind: KeyKind
    owner: str
    reads_only: bool
    digest: bytes
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def opens_to(self, secret: str) -> bool:
        return hmac.compare_digest(self.digest, digest_of(secret))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One opening of a stream by a ticket. A later one of the same ticket ends it."""

    ticket: bytes
    number: int
    owner: str
    key_id: str | None


def new_secret() -> tuple[str, str]:
    """A key's public id, and the whole key: 256 random bits behind a prefix that can be searched for."""
    key_id = secrets.token_hex(4)
    return key_id, f"tw_{key_id}_{secrets.token_urlsafe(32)}"


def key_id_in(secret: str) -> str | None:
    """The public part of something that has a key's form."""
    found = _FORM.fullmatch(secret)
    return found.group(1) if found else None


def digest_of(secret: str) -> bytes:
    """No slow hash is needed: these secrets are random, nobody chose them."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
