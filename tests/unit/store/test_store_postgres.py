"""What holds on Postgres beyond what the other tests ask of both databases."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from store_samples import ME, new_session, payloads, processing

from tests.fakes.postgres_server import psql
from testwright.domain.errors import PermanentError, TransientError
from testwright.store import Store
from testwright.store.postgres import postgres_url as url_of

PATIENCE = 10.0
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_one_request_sent_to_several_processes_at_once_is_one_session(tmp_path, postgres_url):
    async with Store.open(tmp_path, postgres_url) as one, Store.open(tmp_path, postgres_url) as other:
        new = new_session(idempotency_key="once")
        answers = await asyncio.gather(*((one, other)[n % 2].accept(new) for n in range(20)))

    assert len({answer.session_id for answer in answers}) == 1
    assert [answer.started for answer in answers].count(True) == 1


async def test_one_named_session_is_made_once(tmp_path, postgres_url):
    async with Store.open(tmp_path, postgres_url) as one, Store.open(tmp_path, postgres_url) as other:
        answers = await asyncio.gather(*((one, other)[n % 2].accept(new_session(session_id="mine")) for n in range(10)))

        assert [answer.started for answer in answers].count(True) == 1
        assert (await one.session("mine", ME)).last_event_id == 1


async def test_only_one_of_many_runs_may_claim_a_round(tmp_path, postgres_url):
    async with Store.open(tmp_path, postgres_url) as one, Store.open(tmp_path, postgres_url) as other:
        session = (await one.accept(new_session())).session_id
        claims = await asyncio.gather(*((one, other)[n % 2].claim_round(session, 1, f"run-{n}") for n in range(12)))

    assert [claim for claim in claims if claim is not None] == [(1,)]


async def test_a_source_keeps_what_postgres_has_no_letter_for(tmp_path, postgres_url):
    texts = ["a\0b", "\ue000", "\ue0000\0\ue000", "plain"]
    async with Store.open(tmp_path, postgres_url) as store:
        files = new_session(*(f"{n}.ts" for n in range(len(texts)))).files
        files = tuple(replace(file, text=text) for file, text in zip(files, texts, strict=True))
        session = (await store.accept(new_session(files=files))).session_id
        await store.tell(session, 1, replace(processing(), message="it printed \0", extra={"reason": "\0 \ud800"}))

        assert [await store.file_text(session, f"{n}.ts") for n in range(len(texts))] == texts
        assert (await store.session(session, ME)).current_message == "it printed \0"
        assert (await payloads(store, session))[-1]["reason"] == "\0 \ud800"


async def test_cut_connections_are_made_anew_and_news_goes_on(tmp_path, postgres_url):
    async with Store.open(tmp_path, postgres_url) as here, Store.open(tmp_path, postgres_url) as there:
        session = (await here.accept(new_session())).session_id
        async with here.watch(session) as wakeup:
            await wakeup.wait(1.0)
            await asyncio.to_thread(psql, postgres_url, CUT)
            async with asyncio.timeout(PATIENCE):
                told = None
                while told is None:
                    with suppress(TransientError):
                        told = await there.tell(session, 1, processing())
                while told not in [event.id for event in await here.events_after(session, 0)]:
                    await wakeup.wait(60)


async def test_news_of_another_process_comes_at_once(tmp_path, postgres_url):
    async with Store.open(tmp_path, postgres_url) as here, Store.open(tmp_path, postgres_url) as there:
        session = (await here.accept(new_session())).session_id
        async with here.watch(session) as wakeup:
            await wakeup.wait(2.5)  # the connection that listens is there by now, and has rung
            await asyncio.sleep(0.1)
            await wakeup.wait(0.01)
            loop = asyncio.get_running_loop()
            begun = loop.time()
            await there.tell(session, 1, processing())
            await wakeup.wait(60)

            assert loop.time() - begun < 1.5  # looking again every two seconds would take longer, mostly


async def test_a_newer_schema_is_refused(tmp_path, postgres_url):
    async with Store.open(tmp_path, postgres_url):
        pass
    psql(postgres_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(PermanentError) as caught:
        async with Store.open(tmp_path, postgres_url):
            pass

    assert caught.value.code == "schema_newer"


@pytest.mark.parametrize("given", ["sqlite:///x", "postgresql://me:secret@host", "nonsense with secret", ""])
def test_what_is_no_address_of_a_postgres_database_is_refused_without_its_password(given):
    with pytest.raises(PermanentError) as caught:
        url_of(given)

    assert caught.value.code == "storage_settings"
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"


async def test_a_server_that_does_not_answer_is_told_as_such_without_its_password(tmp_path):
    with pytest.raises(PermanentError) as caught:
        async with Store.open(tmp_path, "postgresql://me:secret@127.0.0.1:9/shop"):
            pass

    assert caught.value.code == "storage_unusable"
    assert "secret" not in caught.value.message
