"""A repository behind a git address, as a folder of our own: one commit, without its history.

The address is a stranger's word, and so is all that comes from it: nothing of it runs, only public places are asked, no
redirect is followed, and it is measured before it is written out.
"""

import contextlib
import ipaddress
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from testwright.domain.errors import FieldProblem, InputError, TransientError
from testwright.sources.git_runs import environment, git, in_one_line
from testwright.sources.keeping import Imported, keep

_BRANCH = re.compile(r"(?!-)[A-Za-z0-9._/-]{1,200}")
_PORTS = {"https": 443, "http": 80, "git": 9418}
_SECONDS_BETWEEN_LOOKS = 0.2
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.symlinks=false",
    "http.followRedirects=false",
    "protocol.allow=never",
    "fetch.fsckObjects=false",
    "gc.auto=0",
)

Lookup = Callable[[str, int], Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLimits:
    """`private_hosts` are those (`name` or `name:port`) that may lie in a private network, or speak http or git."""

    private_hosts: frozenset[str] = frozenset()
    most_bytes: int = 300 << 20
    most_files: int = 100_000
    seconds: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    url: str
    scheme: str
    host: str
    port: int
    name: str


def addresses_of(host: str, port: int) -> Collection[str]:
    return {str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}


def import_git(
    url: str,
    branch: str | None,
    imports: Path,
    limits: GitLimits,
    *,
    header: str | None = None,
    look_up: Lookup = addresses_of,
) -> Imported:
    """Fetch the newest commit of a branch (or of the usual one) into a folder below `imports`.

    `header` is an HTTP header that says who asks. Raises InputError `bad_git_url`, `git_refused`, `project_too_large`,
    or TransientError when nobody answers.
    """
    address = _checked(url, limits)
    if branch is not None and (not _BRANCH.fullmatch(branch) or ".." in branch):
        raise _bad("branch", "is no name of a branch or tag")
    pinned = _resolved(address, limits, look_up)
    imports.mkdir(mode=0o700, parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=imports))
    try:
        _fetch(address, branch, pinned, making, limits, header)
        _refuse_large(making, limits)
        git(making, ["-c", "core.symlinks=false", "checkout", "--quiet", "--force", "--detach", "HEAD"], seconds=60)
        commit = git(making, ["rev-parse", "HEAD"]).decode().strip()
        return keep(making, imports, name=address.name, kind="git", pin=commit, address=address.url)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _checked(url: str, limits: GitLimits) -> _Address:
    if any(not character.isprintable() or character.isspace() for character in url) or url.startswith("-"):
        raise _bad("gitUrl", "is no address")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise _bad("gitUrl", "is no address") from error
    scheme = parts.scheme.lower()
    listed = bool({host, f"{host}:{port}"} & limits.private_hosts)
    if scheme not in _PORTS or (scheme != "https" and not listed):
        raise _bad("gitUrl", "has to begin with https://")
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]+", host):
        raise _bad("gitUrl", "names no host")
    if parts.username is not None or parts.password is not None:
        raise _bad("gitUrl", "holds a password; a token is taken from GITHUB_TOKEN instead")
    if parts.query or parts.fragment or not parts.path.strip("/"):
        raise _bad("gitUrl", "names no repository")
    name = parts.path.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
    named = re.sub(r"[^A-Za-z0-9._-]", "-", name).strip("-.") or "repository"
    return _Address(url=url, scheme=scheme, host=host, port=port or _PORTS[scheme], name=named[:60])


def _resolved(address: _Address, limits: GitLimits, look_up: Lookup) -> str:
    """The one address that is asked, so that the name cannot lead elsewhere between the check and the use."""
    try:
        found = sorted(look_up(address.host, address.port))
    except OSError as error:
        raise TransientError(
            f"{address.host} is not known on the network.", code="network", hint="Check the address and your network."
        ) from error
    listed = {address.host, f"{address.host}:{address.port}"} & limits.private_hosts
    if not found or (not listed and any(not _is_public(each) for each in found)):
        raise _bad(
            "gitUrl",
            "leads into a private network",
            hint="List the host in TESTWRIGHT_GIT_HOSTS if repositories may be taken from there.",
        )
    return found[0]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inside is not None:
            return inside.is_global
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF).is_global
    return found.is_global and not found.is_multicast


def _fetch(
    address: _Address, branch: str | None, pinned: str, target: Path, limits: GitLimits, header: str | None
) -> None:
    shown = f"[{pinned}]" if ":" in pinned else pinned
    settings = [*_SETTINGS, f"protocol.{address.scheme}.allow=always"]
    settings += [f"http.curloptResolve={address.host}:{address.port}:{shown}"] if address.scheme != "git" else []
    words = [
        "clone",
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--single-branch",
        "--no-recurse-submodules",
        "--no-checkout",
    ]
    words += ["--template=", *([f"--branch={branch}"] if branch else []), "--", address.url, str(target)]
    program = shutil.which("git")
    if program is None:
        raise InputError("There is no git here.", code="git_missing", hint="Install git.")
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [program, *(word for setting in settings for word in ("-c", setting)), *words],
            cwd=home,
            env={**environment(home, address.scheme), **_secretly(header)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        try:
            problem = _watched(process, target, limits)
        finally:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, 9)
            process.wait()
        if problem is not None:
            raise problem
        if process.returncode != 0:
            said.seek(0)
            raise _refused(address, branch, in_one_line(said.read(1 << 14)))


def _secretly(header: str | None) -> dict[str, str]:
    """A setting that no list of processes shows."""
    if header is None:
        return {}
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraHeader", "GIT_CONFIG_VALUE_0": header}


def _watched(process: "subprocess.Popen[bytes]", target: Path, limits: GitLimits) -> InputError | None:
    until = time.monotonic() + limits.seconds
    while True:
        try:
            process.wait(_SECONDS_BETWEEN_LOOKS)
        except subprocess.TimeoutExpired:
            if _size_of(target) > limits.most_bytes:
                return _too_large(f"more than {limits.most_bytes >> 20} MB were sent")
            if time.monotonic() > until:
                return InputError(
                    f"The repository did not arrive within {limits.seconds:g} s.",
                    code="git_slow",
                    hint="Try again later.",
                )
        else:
            return None


def _size_of(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _refuse_large(folder: Path, limits: GitLimits) -> None:
    """Before anything is written out: a few bytes of a pack may stand for very many."""
    entries = [entry for entry in git(folder, ["ls-tree", "-r", "-l", "-z", "HEAD"]).split(b"\0") if entry]
    if len(entries) > limits.most_files:
        raise _too_large(f"{len(entries):,} files")
    sizes = [entry.partition(b"\t")[0].split()[-1] for entry in entries]
    if sum(int(size) for size in sizes if size.isdigit()) > limits.most_bytes:
        raise _too_large(f"more than {limits.most_bytes >> 20} MB")


def _too_large(found: str) -> InputError:
    return InputError(
        f"The repository is too large to import: {found}.",
        status=413,
        code="project_too_large",
        hint="Clone it yourself, and give the folder that matters.",
    )


_NO_ANSWER = ("could not resolve", "could not connect", "couldn't connect", "failed to connect", "timed out", "refused")
"""In curl's words, which are not the same in all its versions."""


def _refused(address: _Address, branch: str | None, said: str) -> InputError | TransientError:
    lower = said.lower()
    if "could not read username" in lower or "authentication failed" in lower or "403" in lower or "401" in lower:
        problem, hint = "is not there, or not for everybody", "Set GITHUB_TOKEN for a private repository on GitHub."
    elif "not found" in lower and "branch" in lower:
        return _bad("branch", f"{branch!r} is not there")
    elif "not found" in lower or "does not exist" in lower or "not exported" in lower:
        problem, hint = "is not there, or not for everybody", "Check the address; a private one needs GITHUB_TOKEN."
    elif "redirect" in lower or "error: 30" in lower:
        problem, hint = "leads elsewhere, which is not followed", "Give the address that it leads to."
    elif any(sign in lower for sign in _NO_ANSWER):
        return TransientError(f"{address.host} does not answer.", code="network", hint="Try again later.")
    else:
        problem, hint = f"cannot be fetched; git says: {said}", "Check the address and the branch."
    return InputError(
        f"{address.name} {problem}.", code="git_refused", hint=hint, fields=(FieldProblem("gitUrl", problem),)
    )


def _bad(field: str, problem: str, *, hint: str = "Give an address such as https://host/owner/name.git.") -> InputError:
    what = "The git address" if field == "gitUrl" else "The branch"
    return InputError(f"{what} {problem}.", code="bad_git_url", hint=hint, fields=(FieldProblem(field, problem),))


def is_address(text: str) -> bool:
    """Whether a word of a command line means a repository elsewhere, not a path."""
    return re.match(r"[a-z][a-z0-9+.-]*://|[^/\s]+@[^/\s]+:", text, re.IGNORECASE) is not None
