from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from store_samples import Clock

from testwright.store import Store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, database_url: str | None, clock: Clock) -> AsyncIterator[Store]:
    async with Store.open(tmp_path / "home", database_url, now=clock) as store:
        yield store
