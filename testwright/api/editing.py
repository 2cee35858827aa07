"""A suite that a person has edited: it goes before the court again, in a further round of its session."""

from testwright.api.lookups import find_session
from testwright.api.problems import size_in_words
from testwright.api.requests import RetryRequest, TestChange
from testwright.api.retrying import further_round
from testwright.api.services import ApiServices
from testwright.api.starting import Starter
from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.records import TestRecord


async def verify_edited(
    services: ApiServices, starter: Starter, owner: str, record: TestRecord, change: TestChange
) -> None:
    """Raises InputError when there is nothing to verify, or the suite is not the one that counts."""
    session = await find_session(services, record.session_id, owner)
    newest = {test.file_path: test.test_id for test in await services.store.tests(record.session_id)}
    if newest.get(record.file_path) != record.test_id:
        raise _conflict(
            "There is a newer revision of this suite.", "not_newest", f"Edit {newest.get(record.file_path)} instead."
        )
    if any(made.path == record.test_file_path for made in await services.store.applications(record.session_id)):
        raise _conflict(
            f"{record.test_file_path} was written into the folder.",
            "suite_applied",
            "Take it back, edit it, and apply it again.",
        )
    text = _edited_text(services, record, change)
    wish = RetryRequest(paths=[record.file_path])
    await further_round(services, starter, session, owner, [record.file_path], wish, edited=text)


def _edited_text(services: ApiServices, record: TestRecord, change: TestChange) -> str:
    field = "testCode" if change.test_code is not None else "without"
    text = change.test_code if change.test_code is not None else record.test_code
    most = services.settings.max_file_bytes
    if len(text.encode()) > most:
        limit = size_in_words(most)
        raise InputError(
            f"The edited suite is larger than {limit}.",
            status=413,
            code="too_large",
            hint="Make it shorter, or raise TESTWRIGHT_MAX_FILE_BYTES.",
            fields=(FieldProblem(field, f"may have at most {limit}"),),
        )
    try:
        shorter = services.suite_without(record.file_path, text, frozenset(change.without or ()))
    except ValueError as error:
        raise InputError(
            f"The edited suite cannot be read: {error}.",
            hint="Correct it and send it again.",
            fields=(FieldProblem(field, str(error)),),
        ) from error
    if change.without is None:
        return text
    if shorter == services.suite_without(record.file_path, text, frozenset()):
        raise InputError(
            "The suite has none of these tests.",
            hint="Name tests as its evidence does.",
            fields=(FieldProblem(field, "names no test of the suite"),),
        )
    return shorter


def _conflict(message: str, code: str, hint: str) -> InputError:
    return InputError(message, status=409, code=code, hint=hint)
