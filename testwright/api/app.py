"""The web application: the guard in front, then whose request it is, then the routes."""

from fastapi import Depends, FastAPI

from testwright import __version__
from testwright.api import (
    about,
    delivered,
    entering,
    handing_over,
    installing,
    on_github,
    pages,
    repositories,
    retrying,
    sessions,
    stream,
    timeline,
    trigger,
)
from testwright.api.credentials import Credentials
from testwright.api.errors import handle_errors
from testwright.api.guard import RequestGuard
from testwright.api.head import HeadAsGet
from testwright.api.metrics import Metrics
from testwright.api.metrics import add_routes as add_metrics
from testwright.api.queries import known_parameters_only
from testwright.api.services import ApiServices
from testwright.api.starting import Starter
from testwright.domain.access import is_loopback


def create_app(services: ApiServices, metrics: Metrics | None = None) -> FastAPI:
    """All routes but the last. Mount what else is to be served, then call `finish_routes`."""
    app = FastAPI(
        title="Testwright",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(known_parameters_only)],
    )
    app.state.services = services
    settings = services.settings
    app.add_middleware(HeadAsGet)  # what is added last stands first
    app.add_middleware(
        Credentials,
        access=services.store.access,
        always=not is_loopback(settings.host),
        requests_a_minute=settings.requests_a_minute,
    )
    app.add_middleware(RequestGuard, settings=settings)
    handle_errors(app)
    starter = Starter(services)
    trigger.add_routes(app, services, starter)
    metrics = metrics or Metrics()
    add_metrics(app, services, metrics)
    stream.add_routes(app, services, metrics.stream)
    sessions.add_routes(app, services)
    entering.add_routes(app, services)
    timeline.add_routes(app, services)
    retrying.add_routes(app, services, starter)
    installing.add_routes(app, services)
    delivered.add_routes(app, services, starter)
    handing_over.add_routes(app, services)
    on_github.add_routes(app, services)
    repositories.add_routes(app, services)
    about.add_routes(app, services)
    pages.add_reference(app)
    return app


def finish_routes(app: FastAPI) -> None:
    """Add what catches every other address. The last thing to do to the application."""
    services: ApiServices = app.state.services
    pages.add_last_routes(app, services.web_build)
