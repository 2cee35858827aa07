"""The web process: everything wired, served on the API's port and on the page's."""

from collections.abc import Awaitable, Callable

from testwright.api.server import serve
from testwright.settings import Settings
from testwright.wiring import open_service

__all__ = ["run_web", "serve"]


async def run_web(settings: Settings, once_up: Callable[[str, str, str | None], Awaitable[None]] | None = None) -> None:
    """Build the service and serve it until Ctrl-C or SIGTERM.

    `once_up` hears the addresses of the API and of the page, and where it is needed a token that opens the page once.
    """
    async with open_service(settings) as service:
        is_locked = await service.has_keys()

        async def greet(api: str, page: str) -> None:
            if once_up is not None:
                await once_up(api, page, await service.new_launch() if is_locked else None)

        await serve(service.app, settings, close_streams=service.close_streams, is_locked=is_locked, once_up=greet)
