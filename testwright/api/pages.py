"""The page itself, the written reference, and the answer to every address that is nowhere."""

import re
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Match, Route

from testwright.api.envelope import refusal
from testwright.api.errors import method_not_allowed

_ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_REFERENCE = Path(__file__).parent / "reference"
_REFERENCE_FILES = {"reference.js": "text/javascript", "reference.css": "text/css"}
_OURS = frozenset({"api", "healthz", "readyz", "metrics", "docs"})
"""First parts of addresses at which nobody looks for a page, written in any case."""
_PAGE_ROUTES = re.compile(r"|sessions(/[^/]+(/review)?)?/?|repositories(/.*)?|settings/?|index\.html")
"""The addresses that the page knows. Its own "there is nothing here" goes out as what it is, a 404."""
_SAFE_PART = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*")
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Testwright</title>
<h1>Testwright is running, but its page is not built</h1>
<p>Run <code>make install</code> in the project's folder: it builds the page. Then reload.</p>
<p>The API works without it; see <a href="/docs">its reference</a>.</p>
</html>
"""


def add_reference(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return FileResponse(_REFERENCE / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/docs/{name}", include_in_schema=False)
    async def docs_file(name: str) -> Response:
        if name not in _REFERENCE_FILES:
            return _nowhere()
        return FileResponse(_REFERENCE / name, media_type=_REFERENCE_FILES[name], headers={"Cache-Control": "no-cache"})


def add_last_routes(app: FastAPI, web_build: Path | None) -> None:
    """What catches everything else: it must come after all other routes."""

    async def elsewhere(request: Request) -> Response:
        path = str(request.path_params["path"])
        if allowed := _methods_here(app.routes, request):
            return method_not_allowed(allowed)
        if path.startswith("/") or path.split("/")[0].lower() in _OURS:
            return _nowhere()
        if request.method != "GET":
            return method_not_allowed(["GET"]) if _PAGE_ROUTES.fullmatch(path) else _nowhere()
        return _page(web_build, path, is_read="text/html" in request.headers.get("accept", ""))

    app.add_route("/{path:path}", elsewhere, methods=_ALL_METHODS, include_in_schema=False)


def _methods_here(routes: list[BaseRoute], request: Request) -> set[str]:
    """The methods that this address takes, this one not being among them."""
    return {
        method
        for route in routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is Match.PARTIAL
        for method in route.methods or ()
    }


def _page(web_build: Path | None, path: str, *, is_read: bool) -> Response:
    """`is_read`: a person looks at the answer, so that what is nowhere may be said by the page."""
    is_known = _PAGE_ROUTES.fullmatch(path) is not None
    if not is_known and "." not in path.split("/")[-1] and not is_read:
        return _nowhere()
    parts = path.split("/")
    if web_build is None or not (web_build / "index.html").is_file():
        return _nowhere() if "." in parts[-1] else HTMLResponse(_NOT_BUILT, 503, {"Cache-Control": "no-cache"})
    if "." in parts[-1]:
        file = web_build.joinpath(*parts)
        # Only plain names: no "..", no empty part, no drive letter; and a link must not lead out of the folder.
        if not all(_SAFE_PART.fullmatch(part) for part in parts) or not file.is_file():
            return _nowhere()
        if not file.resolve().is_relative_to(web_build.resolve()):
            return _nowhere()
        # Names below assets/ hold a hash of the contents.
        lasting = parts[0] == "assets"
        caching = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return FileResponse(file, headers={"Cache-Control": caching})
    if parts[0] == "assets":
        return _nowhere()
    return FileResponse(web_build / "index.html", 200 if is_known else 404, headers={"Cache-Control": "no-cache"})


def _nowhere() -> Response:
    return refusal(404, "not_found", "There is nothing at this address.", hint="All addresses are listed at /docs.")
