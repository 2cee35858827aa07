"""`testwright keys`: who may call the service, once somebody has to be let in by name."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from testwright.cli.exits import ALL_PROVEN
from testwright.cli.storage import open_store
from testwright.domain.access import Key
from testwright.domain.errors import InputError
from testwright.settings import read_settings
from testwright.store.access import AccessBook


@asynccontextmanager
async def _book() -> AsyncIterator[AccessBook]:
    async with open_store() as store:
        yield store.access


async def add(name: str, *, owner: str, reads_only: bool) -> int:
    """The key goes to stdout alone, so that it can be piped to where it belongs."""
    async with _book() as book:
        is_first = not await book.has_keys()
        key, secret = await book.add_key(name, owner=owner, reads_only=reads_only)
    print(secret)
    print(f"That is the key {key.key_id}, shown this once. Send it as: Authorization: Bearer KEY", file=sys.stderr)
    if is_first:
        print("From now on every request to the service needs a key, also on this machine.", file=sys.stderr)
    return ALL_PROVEN


async def show(*, as_json: bool) -> int:
    async with _book() as book:
        keys, now = await book.keys(), book.now()
    if as_json:
        print(json.dumps({"keys": [_as_json(key, live=key.is_live(now)) for key in keys]}, indent=2))
        return ALL_PROVEN
    if not keys:
        print("There is no key: whoever works on this machine may call the service, and nobody else.")
    for key in keys:
        glyph = "✓" if key.is_live(now) else "–"
        what = (
            "revoked" if key.revoked_at else "run out" if not key.is_live(now) else "reads" if key.reads_only else "all"
        )
        print(f"{glyph} {key.key_id}  {key.name:<20} {what:<8} of {key.owner}, made {key.created_at:%Y-%m-%d %H:%M}")
    return ALL_PROVEN


async def revoke(key_id: str) -> int:
    async with _book() as book:
        key = await book.revoke(key_id.removeprefix("tw_")[:8])
        if key is None:
            raise InputError(f"There is no key {key_id}.", hint="`testwright keys list` shows their ids.")
        is_open = not await book.has_keys()
    print(f"The key {key.key_id} ({key.name}) lets nobody in any more.")
    if is_open:
        print("No key is left: on this machine the service may be called without one again.")
    return ALL_PROVEN


async def launch(owner: str) -> int:
    settings = read_settings()
    async with _book() as book:
        token = await book.add_launch(owner=owner)
    print(f"http://localhost:{settings.page_port}/launch?token={token}")
    return ALL_PROVEN


def _as_json(key: Key, *, live: bool) -> dict[str, object]:
    return {
        "keyId": key.key_id,
        "name": key.name,
        "kind": key.kind,
        "owner": key.owner,
        "readsOnly": key.reads_only,
        "createdAt": key.created_at.isoformat(),
        "expiresAt": key.expires_at.isoformat() if key.expires_at else None,
        "revokedAt": key.revoked_at.isoformat() if key.revoked_at else None,
        "live": live,
    }
