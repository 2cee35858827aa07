"""`testwright github`: the repositories that a token may see, and the files of one of them."""

import json
import sys
from dataclasses import asdict

from testwright.cli.exits import ALL_PROVEN
from testwright.domain.access import LOCAL_OWNER
from testwright.domain.errors import InputError
from testwright.settings import read_settings
from testwright.sources.github import Listed, place_named
from testwright.wiring import github_for, language_of


async def list_repositories(*, as_json: bool) -> int:
    """All of them, page after page. Raises InputError or TransientError."""
    found: list[Listed] = []
    async with github_for(read_settings(), LOCAL_OWNER) as github:
        page, is_more = 1, True
        while is_more:
            listed, is_more = await github.repositories(page)
            found += listed
            page += 1
    if as_json:
        print(json.dumps([_as_json(one) for one in found], indent=2, ensure_ascii=False))
        return ALL_PROVEN
    for one in found:
        print(f"{one.git_url}  {one.default_branch}{'  private' if one.is_private else ''}")
    if found:
        print("testwright generate ADDRESS writes tests for one of them.", file=sys.stderr)
    else:
        print("The token sees no repository.", file=sys.stderr)
    return ALL_PROVEN


async def list_files(name: str, ref: str | None, *, as_json: bool) -> int:
    """The files of one, without fetching it. Raises InputError or TransientError."""
    place = place_named(name)
    if place is None:
        raise InputError(f"{name} names no repository.", hint="Give OWNER/NAME, as testwright github lists them.")
    async with github_for(read_settings(), LOCAL_OWNER) as github:
        tree = await github.tree(place, ref)
    if as_json:
        print(json.dumps(asdict(tree), indent=2, ensure_ascii=False))
        return ALL_PROVEN
    for entry in tree.entries:
        print(f"{entry.path}  {entry.size}  {language_of(entry.path) or '-'}")
    print(f"{place} at {tree.ref}, commit {tree.commit[:12]}", file=sys.stderr)
    if tree.is_cut:
        print("There are more files: GitHub lists no more of so many at once.", file=sys.stderr)
    return ALL_PROVEN


def _as_json(one: Listed) -> dict[str, object]:
    return {
        "repository": str(one.place),
        "gitUrl": one.git_url,
        "private": one.is_private,
        "defaultBranch": one.default_branch,
        "pushedAt": one.pushed_at,
    }
