"""What past sessions tell of a repository: only what was run, and only of the text that it was run with."""

from dataclasses import replace

from store_samples import EVIDENCE, ME, UNVERIFIED, deliver_all, new_session, suite

from testwright.domain.evidence import Percentages
from testwright.domain.records import Application


async def _deliver(store, session_id, *suites, round=1):
    for index, delivered in enumerate(suites, start=1):
        await store.desk(session_id, round, index).deliver(delivered)
    await store.finish_round(session_id, round)


async def test_a_file_counts_with_what_the_projects_own_tests_reach(store):
    accepted = await store.accept(new_session())
    await deliver_all(store, accepted.session_id)

    (measured,) = await store.measured_files(ME, "shop")

    assert (measured.path, measured.lines, measured.text) == ("src/price.ts", 10.0, "export const one = 1\n")


async def test_once_a_suite_stands_in_the_folder_what_it_reaches_counts(store):
    accepted = await store.accept(new_session())
    await deliver_all(store, accepted.session_id)
    (test,) = await store.tests(accepted.session_id)
    made = Application(test_id=test.test_id, path=test.test_file_path, before=None, after="", folders=())
    await store.note_application(accepted.session_id, made)

    (measured,) = await store.measured_files(ME, "shop")

    assert measured.lines == 80.0


async def test_the_newest_session_has_the_last_word(store, clock):
    first = await store.accept(new_session())
    await deliver_all(store, first.session_id)
    clock.forward(60)
    second = await store.accept(new_session(text="export const two = 2\n"))
    fuller = replace(EVIDENCE, before=Percentages(lines=55.0, branches=None))
    await _deliver(store, second.session_id, suite(evidence=fuller))

    (measured,) = await store.measured_files(ME, "shop")

    assert (measured.lines, measured.text) == (55.0, "export const two = 2\n")


async def test_what_nobody_ran_is_not_measured(store):
    accepted = await store.accept(new_session())
    await _deliver(store, accepted.session_id, suite(evidence=UNVERIFIED))

    assert await store.measured_files(ME, "shop") == []
    assert await store.session_figures(ME, "shop") == []


async def test_other_repositories_and_owners_see_nothing(store):
    accepted = await store.accept(new_session())
    await deliver_all(store, accepted.session_id)

    assert await store.measured_files("somebody", "shop") == []
    assert await store.session_figures(ME, "elsewhere") == []


async def test_sessions_are_summed_up_the_oldest_first(store, clock):
    first = await store.accept(new_session("a.ts", "b.ts"))
    await _deliver(store, first.session_id, suite("a.ts"), suite("b.ts", evidence=UNVERIFIED))
    clock.forward(60)
    second = await store.accept(new_session("a.ts", "b.ts"))
    await deliver_all(store, second.session_id)

    older, newer = await store.session_figures(ME, "shop")

    assert (older.session_id, older.files, older.tests) == (first.session_id, 1, 4)
    assert (newer.files, newer.tests, newer.lines_before, newer.lines_after) == (2, 8, 10.0, 80.0)
    assert (newer.noticed, newer.tried) == (2, 2)
