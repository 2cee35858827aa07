"""The web process: everything wired, served on the API's port and on the page's."""

from collections.abc import Awaitable, Callable

from testwright.api.server import serve
from testwright.settings import Settings
from testwright.wiring import open_service

__all__ = ["run_web", "serve"]


async def run_web(settings: Settings, once_up: Callable[[str, str], Awaitable[None]] | None = None) -> None:
    """Build the service and serve it until Ctrl-C or SIGTERM."""
    async with open_service(settings) as service:
        await serve(service.app, settings, close_streams=service.close_streams, once_up=once_up)
