"""The store that the settings name, for commands that need nothing else of the service."""

from contextlib import AbstractAsyncContextManager

from testwright.settings import read_settings
from testwright.store import Store


def open_store() -> AbstractAsyncContextManager[Store]:
    settings = read_settings()
    url = settings.database_url
    return Store.open(settings.home, url.get_secret_value() if url is not None else None)
