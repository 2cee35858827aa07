"""What is shown while it is written: bounded, at most ten times a second, to those who watch, and kept nowhere."""

import asyncio

from testwright.store.live_texts import MOST_SHOWN, SECONDS_BETWEEN, LiveTexts

SESSION, PATH = "sess_1", "src/price.ts"


class Bell:
    def __init__(self) -> None:
        self.rung = asyncio.Event()
        self.times: list[float] = []

    def ring(self) -> None:
        self.times.append(asyncio.get_running_loop().time())
        self.rung.set()

    async def wait(self) -> None:
        async with asyncio.timeout(10):
            await self.rung.wait()
        self.rung.clear()


def test_while_nobody_watches_there_is_nobody_to_hear():
    texts = LiveTexts()

    with texts.passage(SESSION, PATH) as hear:
        assert hear is None


async def test_who_watches_another_session_hears_nothing():
    texts, bell = LiveTexts(), Bell()

    with texts.watch("sess_2", bell.ring) as onlooker, texts.watch(SESSION, lambda: None):
        with texts.passage(SESSION, PATH) as hear:
            assert hear is not None
            await hear("it('adds')")
        await asyncio.sleep(2 * SECONDS_BETWEEN)

        assert (bell.times, onlooker.look()) == ([], {})


async def test_many_pieces_are_few_rings_and_the_newest_text_is_seen():
    texts, bell, seen = LiveTexts(), Bell(), []

    with texts.watch(SESSION, bell.ring) as onlooker, texts.passage(SESSION, PATH) as hear:
        assert hear is not None
        for number in range(60):
            await hear(f"{number} ")
            await asyncio.sleep(0.005)
            if bell.rung.is_set():
                bell.rung.clear()
                seen.append(onlooker.look()[PATH])
        await hear("last")
        await bell.wait()
        seen.append(onlooker.look()[PATH])

    assert 2 <= len(seen) < 60
    assert all(
        later - earlier > 0.9 * SECONDS_BETWEEN for earlier, later in zip(bell.times, bell.times[1:], strict=False)
    )
    assert seen[-1].endswith("58 59 last")


async def test_a_text_that_is_done_is_shown_no_more_and_nothing_of_it_is_left():
    texts, bell = LiveTexts(), Bell()

    with texts.watch(SESSION, bell.ring) as onlooker:
        with texts.passage(SESSION, PATH) as hear:
            assert hear is not None
            await hear("it('adds')")
            await bell.wait()
            assert onlooker.look() == {PATH: "it('adds')"}
        await bell.wait()
        assert onlooker.look() == {PATH: ""}

    assert (texts._texts, texts._onlookers) == ({}, {})


async def test_who_comes_late_sees_what_is_being_written_at_once():
    texts = LiveTexts()

    with texts.watch(SESSION, lambda: None), texts.passage(SESSION, PATH) as hear:
        assert hear is not None
        await hear("it('adds')")
        with texts.watch(SESSION, lambda: None) as late:
            assert late.look() == {PATH: "it('adds')"}


async def test_only_the_end_of_a_long_text_is_held_and_parts_that_are_written_at_once_share_the_room():
    texts = LiveTexts()

    with (
        texts.watch(SESSION, lambda: None),
        texts.passage(SESSION, PATH) as one,
        texts.passage(SESSION, PATH) as other,
    ):
        assert one is not None
        assert other is not None
        await one("a" * 1_000_000 + "first")
        await other("b" * 1_000_000 + "second")
        with texts.watch(SESSION, lambda: None) as late:
            shown = late.look()[PATH]

    assert len(shown) <= MOST_SHOWN + 2
    assert "first\n\nb" in shown
    assert shown.endswith("second")


async def test_quoted_code_is_shown_as_it_will_stand_in_the_file():
    texts = LiveTexts()

    with texts.watch(SESSION, lambda: None), texts.passage(SESSION, PATH) as hear:
        assert hear is not None
        for piece in ('{"tests": [{"code": "a = \\"', "x\\", 'y\\"\\n\\u00e9'):
            await hear(piece)
        with texts.watch(SESSION, lambda: None) as late:
            assert late.look() == {PATH: '{"tests": [{"code": "a = "xy"\né'}


async def test_code_that_is_not_quoted_keeps_its_backslashes_and_a_secret_is_masked():
    texts = LiveTexts()
    key = "AIza" + "Sy" + "D3k9" * 8 + "x"

    with texts.watch(SESSION, lambda: None), texts.passage(SESSION, PATH) as hear:
        assert hear is not None
        await hear(f"assert text == 'a\\n'\nkey = '{key}'")
        with texts.watch(SESSION, lambda: None) as late:
            shown = late.look()[PATH]

    assert "'a\\n'" in shown
    assert key not in shown
