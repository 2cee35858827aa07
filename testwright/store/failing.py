"""How a file's failure is told: what to do about it depends on where its text came from."""

import re

from testwright.domain.errors import CURED_BY_AN_EDIT, PermanentError, TestwrightError, TransientError
from testwright.domain.events import Event
from testwright.domain.paths import base_name
from testwright.store.rows import FileRow

_SEND_IT_AGAIN = "Send the corrected file in a new trigger with the same sessionId."
_TRY_AGAIN = re.compile(r"(,? (and|then|and then) (try again|retry))(?=\.?$)")


def file_failed(file: FileRow, error: TestwrightError) -> Event:
    """A retry reads a file of the folder again, but has only the old text of one that the client sent."""
    retryable = isinstance(error, TransientError) or (isinstance(error, PermanentError) and error.retryable)
    hint = error.hint
    if error.code in CURED_BY_AN_EDIT:
        retryable = file.from_folder
        hint = hint if file.from_folder else _to_be_sent_again(hint)
    told = {"code": error.code, "message": error.message}
    if hint is not None:
        told["hint"] = hint
    return Event(
        type="file_failed",
        message=f"{base_name(file.path)} failed: {error.message}",
        file_index=file.index,
        extra={"error": told, "retryable": retryable},
    )


def _to_be_sent_again(hint: str | None) -> str:
    advice = _TRY_AGAIN.sub("", hint) if hint else ""
    return f"{advice.rstrip('.')}. {_SEND_IT_AGAIN}" if advice else _SEND_IT_AGAIN
