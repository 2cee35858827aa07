from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.fakes import postgres_server

# How long an example takes says something about the machine, and nothing about the promise.
settings.register_profile("promises", deadline=None)
settings.load_profile("promises")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """None for a file in the home folder: what is promised about the store is promised for both databases."""
    if request.param == "sqlite":
        yield None
        return
    url = postgres_server.a_database(migrated=True)
    yield url
    postgres_server.drop(url)


@pytest.fixture
def postgres_url() -> Iterator[str]:
    url = postgres_server.a_database()
    yield url
    postgres_server.drop(url)
