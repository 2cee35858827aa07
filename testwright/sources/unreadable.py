"""Why a file below a folder has no text for us: the reasons that its owner can do something about."""

import os
import stat

from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.sources.descriptors import MOST_TEXT_BYTES
from testwright.sources.folder import is_secret


def why_unreadable(root: str, path: str, most_bytes: int) -> PermanentError | None:
    """None when there is no such file. No link is followed, so nothing outside of the root can be felt for."""
    here, found = root, None
    for part in path.split("/"):
        here = os.path.join(here, part)
        try:
            found = os.lstat(here)
        except OSError:
            return None
        if stat.S_ISLNK(found.st_mode):
            what = "is a link" if here == os.path.join(root, path) else "lies behind a linked folder"
            return _failure(path, what, "not_a_file", "Name the file by its real path; links are not followed")
    assert found is not None
    if stat.S_ISDIR(found.st_mode):
        return _failure(path, "is a folder", "not_a_file", "Name the files in it")
    if not stat.S_ISREG(found.st_mode):
        return _failure(path, "is not a regular file", "not_a_file", "Leave it out")
    if found.st_size > min(most_bytes, MOST_TEXT_BYTES):
        limit = f"the limit is {min(most_bytes, MOST_TEXT_BYTES):,}"
        return _failure(path, f"has {found.st_size:,} bytes; {limit}", "too_large", "Split it, or leave it out")
    if is_secret(path):
        return _failure(path, "is never read: its name says that it holds secrets", "not_readable", "Rename it")
    if not os.access(here, os.R_OK):
        return _failure(path, "may not be read by this service", "not_readable", "Change its rights, then retry")
    return _failure(path, "is not UTF-8 text", "not_utf8", "Save it as UTF-8 and retry, or leave it out")


def _failure(path: str, what: str, code: str, hint: str) -> PermanentError:
    return PermanentError(f"{base_name(path)} {what}.", code=code, hint=f"{hint}.", retryable=True)
