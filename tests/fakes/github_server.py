"""A server on loopback that speaks the part of GitHub's REST protocol that we use, and refuses as GitHub does."""

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class FakeGitHub:
    """One repository, `ann/shop`, with one commit on `main`. `trees` are paths with texts, by the tree's name."""

    token: str = "ghp_good"
    port: int = 0
    limited_for: float | None = None
    broken: int | None = None
    may_write: bool = True
    refs: dict[str, str] = field(default_factory=lambda: {"heads/main": "c0"})
    commits: dict[str, dict[str, Any]] = field(default_factory=lambda: {"c0": {"tree": "t0", "message": "first"}})
    trees: dict[str, dict[str, str]] = field(default_factory=lambda: {"t0": {"cart.py": "cart\n"}})
    pulls: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    repositories: int = 1
    is_cut: bool = False
    limit_status: int = 403

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if (method, path) == ("GET", "/user/repos"):
            return 200, self._listed(int(query["page"][0]), int(query["per_page"][0]))
        place = re.fullmatch(r"/repos/ann/shop(/.*)?", path)
        if place is None:
            return 404, {"message": "Not Found"}
        if method != "GET" and not self.may_write:
            return 403, {"message": "Resource not accessible by personal access token"}
        return self._about(method, place[1] or "", query, body)

    def _about(self, method: str, rest: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        match method, rest.split("/")[1:]:
            case "GET", []:
                return 200, {"default_branch": "main", "full_name": "ann/shop"}
            case "GET", ["commits", name]:
                sha = self.refs.get(f"heads/{name}")
                if sha is None:
                    return 422, {"message": f"No commit found for SHA: {name}"}
                return 200, {"sha": sha, "commit": {"tree": {"sha": self.commits[sha]["tree"]}}}
            case "GET", ["git", "trees", name]:
                blobs = [{"path": path, "type": "blob", "size": len(text)} for path, text in self.trees[name].items()]
                return 200, {"tree": [{"path": "src", "type": "tree"}, *blobs], "truncated": self.is_cut}
            case "GET", ["git", "ref", *name]:
                sha = self.refs.get("/".join(name))
                return (200, {"object": {"sha": sha}}) if sha else (404, {"message": "Not Found"})
            case "GET", ["git", "commits", sha]:
                return 200, {"sha": sha, "tree": {"sha": self.commits[sha]["tree"]}}
            case "GET", ["contents", *parts]:
                return self._contents("/".join(parts), query["ref"][0])
            case "POST", ["git", "trees"]:
                return self._tree(body)
            case "POST", ["git", "commits"]:
                return self._kept(
                    self.commits, {"tree": body["tree"], "message": body["message"], "of": body["parents"]}
                )
            case "POST", ["git", "refs"]:
                return self._ref(body)
            case "GET", ["pulls"]:
                wanted = query["head"][0].removeprefix("ann:")
                return 200, [pull for pull in self.pulls if pull["head"]["ref"] == wanted]
            case "POST", ["pulls"]:
                pull = {**body, "head": {"ref": body["head"]}, "number": len(self.pulls) + 1}
                pull["html_url"] = f"https://github.example/ann/shop/pull/{pull['number']}"
                self.pulls.append(pull)
                return 201, pull
            case "GET", ["issues", number, "comments"]:
                page, size = int(query["page"][0]), int(query["per_page"][0])
                mine = [one for one in self.comments if one["issue"] == int(number)]
                return 200, mine[(page - 1) * size : page * size]
            case "POST", ["issues", number, "comments"]:
                comment = {"id": len(self.comments) + 1, "issue": int(number), "body": body["body"], "html_url": "new"}
                self.comments.append(comment)
                return 201, comment
            case "PATCH", ["issues", "comments", number]:
                comment = self.comments[int(number) - 1]
                comment |= {"body": body["body"], "html_url": "changed"}
                return 200, comment
        return 404, {"message": "Not Found"}

    def _listed(self, page: int, size: int) -> list[dict[str, Any]]:
        names = ["shop", *(f"other-{number}" for number in range(1, self.repositories))]
        return [
            {
                "full_name": f"ann/{name}",
                "private": name == "shop",
                "default_branch": "main",
                "pushed_at": "2026-11-01T00:00:00Z",
                "clone_url": f"{self.url}/ann/{name}.git",
            }
            for name in names[(page - 1) * size : page * size]
        ]

    def _contents(self, path: str, commit: str) -> tuple[int, Any]:
        text = self.trees[self.commits[commit]["tree"]].get(path)
        if text is None:
            return 404, {"message": "Not Found"}
        return 200, {"path": path, "content": base64.encodebytes(text.encode()).decode()}

    def _tree(self, body: Any) -> tuple[int, Any]:
        texts = dict(self.trees[body["base_tree"]])
        texts |= {entry["path"]: entry["content"] for entry in body["tree"]}
        return self._kept(self.trees, texts)

    def _kept(self, place: dict[str, Any], thing: Any) -> tuple[int, Any]:
        name = hashlib.sha1(json.dumps(thing, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
        place[name] = thing
        return 201, {"sha": name}

    def _ref(self, body: Any) -> tuple[int, Any]:
        name = body["ref"].removeprefix("refs/")
        if name in self.refs:
            return 422, {"message": "Reference already exists"}
        if ".." in name:
            return 422, {"message": "Reference name is invalid", "errors": [{"message": "is no name"}]}
        self.refs[name] = body["sha"]
        return 201, {"ref": body["ref"]}


@contextmanager
def github_server() -> Iterator[FakeGitHub]:
    fake = FakeGitHub()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            parts = urlsplit(self.path)
            fake.asked.append(f"{self.command} {self.path}")
            headers: dict[str, str] = {}
            if fake.broken is not None:
                status, told = fake.broken, {"message": "We had issues"}
            elif self.headers.get("authorization") != f"Bearer {fake.token}":
                status, told = 401, {"message": "Bad credentials"}
            elif fake.limited_for is not None:
                status, told = fake.limit_status, {"message": "API rate limit exceeded"}
                headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{time.time() + fake.limited_for:.0f}"}
            else:
                status, told = fake.answer(self.command, unquote(parts.path), parse_qs(parts.query), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        do_GET = do_POST = do_PATCH = _answer

        def log_message(self, format: str, *arguments: object) -> None:
            return

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.port = web.server_address[1]
    threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield fake
    finally:
        web.shutdown()
        web.server_close()
