"""GitHub's REST API: what a token may see, suites as one commit on a new branch there, and the pull request for it."""

import base64
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from testwright.domain.errors import InputError, TransientError
from testwright.sources.export import ExportedFile
from testwright.sources.git_branch import Planned, planned, why_not
from testwright.sources.git_runs import GitRefused, git
from testwright.sources.keeping import imported_at

_ANSWER_SECONDS = 30.0
_VERSION = "2022-11-28"
_PAGE = 100
_ADDRESS = re.compile(r"(?:https?://(?:[^@/]+@)?|ssh://git@|git@)([^/:]+(?::\d+)?)[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
_NAME = re.compile(r"([\w.-]{1,100})/([\w.-]{1,100})")
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _UNPROCESSABLE, _TOO_MANY = 401, 403, 404, 422, 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository on GitHub."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """`is_new` is false when it was open already; `refused` are files that are not in it, with the reason."""

    url: str
    number: int
    is_new: bool
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A repository that the token may see. `git_url` is what to import it by."""

    place: Place
    is_private: bool
    default_branch: str
    pushed_at: str | None
    git_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    path: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTree:
    """The files of one commit. `is_cut` when GitHub gave only some of them."""

    ref: str
    commit: str
    entries: tuple[TreeEntry, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPull:
    """What a pull request would hold, and the one that is open for the branch already."""

    base: str
    plan: Planned | None
    is_open: PullRequest | None = None


def credentials_for(url: str, github_url: str, token: str | None) -> str | None:
    """The header that opens a repository of that GitHub; None for any other place, which the token is not for."""
    parts, api = urlsplit(url), urlsplit(github_url)
    is_safe = parts.scheme == "https" or parts.scheme == api.scheme
    if token is None or not is_safe or parts.netloc.lower() != _web_host(github_url):
        return None
    return f"Authorization: Basic {base64.b64encode(f'x-access-token:{token}'.encode()).decode()}"


def place_of(root: Path, github_url: str) -> Place:
    """Where a checkout comes from, by its remote `origin`, or where we imported it from. Raises InputError `no_github`
    when that is not GitHub.
    """
    imported = imported_at(root)
    try:
        asked = ["config", "--local", "--get", "remote.origin.url"]
        address = (imported.address or "") if imported else git(root, asked).decode("utf-8", "replace").strip()
    except GitRefused:
        address = ""
    found = _ADDRESS.fullmatch(address)
    if found is None or found[1].lower() != _web_host(github_url):
        raise InputError(
            f"{root.name} has no remote `origin` on GitHub.",
            code="no_github",
            hint="Commit the suites to a branch with --branch NAME, and push it yourself.",
        )
    return Place(owner=found[2], name=found[3])


def place_named(name: str) -> Place | None:
    """`owner/name`, where it looks like one."""
    found = _NAME.fullmatch(name)
    return Place(owner=found[1], name=found[2]) if found and not {".", ".."} & {found[1], found[2]} else None


def _web_host(github_url: str) -> str:
    return urlsplit(github_url).netloc.lower().removeprefix("api.")


class GitHub:
    """What a token may do. Every method raises InputError or TransientError with what to do next."""

    def __init__(self, url: str, token: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.url = url
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": _VERSION,
                "User-Agent": "testwright",
            },
            timeout=_ANSWER_SECONDS,
            follow_redirects=False,
            transport=transport,
        )

    async def __aenter__(self) -> "GitHub":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def repositories(self, page: int) -> tuple[list[Listed], bool]:
        """Those that the token may see, the last pushed first, a hundred a page; and whether there are more."""
        address = f"/user/repos?sort=pushed&per_page={_PAGE}&page={page}"
        found = await self._call("GET", address, what="the list of repositories")
        return [_listed(one) for one in found if isinstance(one, dict)], len(found) == _PAGE

    async def tree(self, place: Place, ref: str | None) -> RemoteTree:
        """All files of the newest commit of a branch or tag (else of the usual branch)."""
        about = await self._call("GET", f"/repos/{place}", what=str(place))
        ref = ref or str(about["default_branch"])
        newest = await self._call("GET", f"/repos/{place}/commits/{quote(ref, safe='')}", what=f"the branch {ref}")
        address = f"/repos/{place}/git/trees/{newest['commit']['tree']['sha']}?recursive=1"
        told = await self._call("GET", address, what="the files")
        entries = tuple(
            TreeEntry(path=str(one["path"]), size=int(one.get("size") or 0))
            for one in told["tree"]
            if one.get("type") == "blob"
        )
        return RemoteTree(ref=ref, commit=str(newest["sha"]), entries=entries, is_cut=bool(told.get("truncated")))

    async def plan_pull_request(
        self, place: Place, files: Sequence[ExportedFile], *, branch: str, base: str | None, prefix: str = ""
    ) -> PlannedPull:
        """What `open_pull_request` would do. Nothing is changed."""
        about = await self._call("GET", f"/repos/{place}", what=str(place))
        base = base or str(about["default_branch"])
        open_already = await self._open_for(place, branch)
        if open_already is not None:
            return PlannedPull(base=base, plan=None, is_open=open_already)
        reference = await self._call("GET", f"/repos/{place}/git/ref/heads/{quote(base)}", what=f"the branch {base}")
        parent = str(reference["object"]["sha"])
        weighed = [(file, why_not(file, await self._text(place, prefix + file.path, parent))) for file in files]
        return PlannedPull(base=base, plan=planned(parent, weighed))

    async def open_pull_request(
        self,
        place: Place,
        files: Sequence[ExportedFile],
        *,
        branch: str,
        base: str | None,
        title: str,
        body: str,
        prefix: str = "",
    ) -> PullRequest:
        """One commit on a new branch, from the newest of `base` (else of the usual branch), and a request to take it.

        Nothing is written over: a file that is there and is not what tests were added to stays out of it. A request
        that is open for the branch already is given as it is. `prefix` is the project's folder in the repository.
        """
        would = await self.plan_pull_request(place, files, branch=branch, base=base, prefix=prefix)
        if would.is_open is not None:
            return would.is_open
        assert would.plan is not None
        base, plan = would.base, would.plan
        texts = [(prefix + file.path, file.text) for file in plan.taken]
        commit = await self._commit(place, plan.parent, texts, title)
        wanted = {"ref": f"refs/heads/{branch}", "sha": commit}
        await self._call("POST", f"/repos/{place}/git/refs", wanted, what=f"the branch {branch}")
        request = {"title": title, "head": branch, "base": base, "body": body}
        made = await self._call("POST", f"/repos/{place}/pulls", request, what="the pull request")
        return PullRequest(url=str(made["html_url"]), number=int(made["number"]), is_new=True, refused=plan.refused)

    async def comment_once(self, place: Place, number: int, body: str, mark: str) -> str:
        """The one comment with this mark on a pull request: made, or brought up to date. Returns its address."""
        page = 1
        while True:
            listed = await self._call(
                "GET", f"/repos/{place}/issues/{number}/comments?per_page=100&page={page}", what="the comments"
            )
            mine = next((one for one in listed if mark in str(one.get("body"))), None)
            if mine is not None:
                path = f"/repos/{place}/issues/comments/{int(mine['id'])}"
                return str((await self._call("PATCH", path, {"body": body}, what="the comment"))["html_url"])
            if len(listed) < 100:
                break
            page += 1
        made = await self._call("POST", f"/repos/{place}/issues/{number}/comments", {"body": body}, what="the comment")
        return str(made["html_url"])

    async def _open_for(self, place: Place, branch: str) -> PullRequest | None:
        found = await self._call(
            "GET", f"/repos/{place}/pulls?state=open&head={quote(f'{place.owner}:{branch}')}", what="pull requests"
        )
        mine = [one for one in found if one["head"]["ref"] == branch]
        return PullRequest(url=mine[0]["html_url"], number=mine[0]["number"], is_new=False) if mine else None

    async def _text(self, place: Place, path: str, commit: str) -> bytes | None:
        address = f"/repos/{place}/contents/{quote(path)}?ref={commit}"
        found = await self._call("GET", address, what=path, may_be_missing=True)
        if found is None:
            return None
        return base64.b64decode(found.get("content") or "") if isinstance(found, dict) else b""

    async def _commit(self, place: Place, parent: str, texts: Sequence[tuple[str, str]], message: str) -> str:
        before = await self._call("GET", f"/repos/{place}/git/commits/{parent}", what="the newest commit")
        entries = [{"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in texts]
        tree = {"base_tree": before["tree"]["sha"], "tree": entries}
        made = await self._call("POST", f"/repos/{place}/git/trees", tree, what="the files")
        commit = {"message": message, "tree": made["sha"], "parents": [parent]}
        return str((await self._call("POST", f"/repos/{place}/git/commits", commit, what="the commit"))["sha"])

    async def _call(
        self, method: str, path: str, body: object = None, *, what: str, may_be_missing: bool = False
    ) -> Any:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise TransientError("GitHub does not answer.", code="network", hint="Try again later.") from error
        if answer.status_code == _NOT_FOUND and may_be_missing:
            return None
        if answer.is_success:
            try:
                return answer.json()
            except ValueError as error:
                raise TransientError("GitHub's answer cannot be read.", code="network") from error
        raise _refusal(answer, what)


def _listed(told: Mapping[str, Any]) -> Listed:
    owner, _, name = str(told["full_name"]).partition("/")
    return Listed(
        place=Place(owner=owner, name=name),
        is_private=bool(told.get("private")),
        default_branch=str(told.get("default_branch") or ""),
        pushed_at=told.get("pushed_at"),
        git_url=str(told["clone_url"]),
    )


def _refusal(answer: httpx.Response, what: str) -> InputError | TransientError:
    status, said = answer.status_code, _said(answer)
    waiting = _seconds_to_wait(answer)
    if status in (_FORBIDDEN, _TOO_MANY) and waiting is not None:
        return TransientError(
            f"GitHub allows no more requests with this token for {waiting:.0f} s.",
            code="github_busy",
            hint="Try again then.",
            retry_after_seconds=waiting,
        )
    if status == _UNAUTHORIZED:
        return InputError(
            "GitHub does not know the token.", code="github_token", hint="Set GITHUB_TOKEN to one that holds."
        )
    if status == _FORBIDDEN:
        reads = answer.request.method == "GET"
        hint = f"It has to be allowed to {'read contents' if reads else 'write contents and pull requests'}."
        return InputError(f"The token may not do that to {what}: {said}.", code="github_token", hint=hint)
    if status == _NOT_FOUND or (status == _UNPROCESSABLE and "no commit found" in said.lower()):
        hint = "Check the name, and whether the token may see it."
        problem = f"{what} is not there on GitHub, or not for this token."
        return InputError(problem, status=404, code="github_missing", hint=hint)
    if status == _UNPROCESSABLE and "already exists" in said.lower():
        hint = "Give the branch another name."
        return InputError(f"{what} is there on GitHub already.", status=409, code="branch_exists", hint=hint)
    if status >= 500:
        return TransientError(f"GitHub has trouble of its own ({status}).", code="network", hint="Try again later.")
    return InputError(f"GitHub refuses {what} ({status}): {said}.", code="github_refused")


def _said(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        parts = [str(told.get("message") or ""), *(str(one.get("message") or "") for one in told.get("errors") or ())]
    except (ValueError, AttributeError):
        return "no reason given"
    plain = "; ".join(part for part in parts if part)
    return "".join(character for character in plain if character.isprintable())[:300].rstrip(".") or "no reason given"


def _seconds_to_wait(answer: httpx.Response) -> float | None:
    """How long a limit lasts; None when the refusal is not about one."""
    after, left, until = (answer.headers.get(name, "") for name in _LIMIT_HEADERS)
    if after.isdigit():
        return float(after)
    if left == "0" and until.isdigit():
        return max(1.0, float(until) - time.time())
    return 60.0 if answer.status_code == _TOO_MANY else None


_LIMIT_HEADERS = ("retry-after", "x-ratelimit-remaining", "x-ratelimit-reset")
