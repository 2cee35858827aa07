"""What was recorded is said again, for the same question and no other."""

import pytest

from testwright.domain.drafts import Usage
from testwright.domain.errors import InputError, PermanentError
from testwright.domain.ports import Answer
from testwright.providers.buying import Shop
from testwright.providers.models import Access, Models
from testwright.providers.recording import Recording, Replayed


class OneAnswer:
    """An AnswerCache that has the answer to everything."""

    async def get(self, key):
        return Answer(text="täst\n", finish="length", usage=Usage(tokens=7, cost_usd=0.5), reason="why")


def models(**options):
    return Models(usual="gemini-3.8-flash", access=Access(keys={"gemini": "key"}), **options)


def ask(model, prompt="write tests"):
    return model.generate(system="s", prompt=prompt, schema={"type": "object"})


async def test_an_answer_is_said_again_as_it_was_and_costs_nothing(tmp_path):
    recording = Recording(folder=tmp_path / "rec")
    shop = Shop(OneAnswer(), recording=recording)
    recorded = await ask(models().language_model(None, shop, None, 3))

    again = models(replays=recording)
    said = await ask(again.language_model(None, shop, None, 3))

    assert (said.text, said.finish, said.reason) == (recorded.text, recorded.finish, recorded.reason)
    assert said.usage == Usage()
    assert (recording.model, recording.note) == ("gemini:gemini-3.8-flash", "Recorded from gemini:gemini-3.8-flash.")
    assert again.why_not("gemini") is None
    assert again.receiver(again.named(None)) is None


@pytest.mark.parametrize(("prompt", "seed"), [("something else", 3), ("write tests", 4)])
async def test_a_question_that_was_not_recorded_is_an_error_that_says_what_to_do(tmp_path, prompt, seed):
    recording = Recording(folder=tmp_path)
    await ask(models().language_model(None, Shop(OneAnswer(), recording=recording), None, 3))

    with pytest.raises(PermanentError) as caught:
        await ask(Replayed(provider="gemini", model="gemini-3.8-flash", recording=recording, seed=seed), prompt)

    assert caught.value.code == "replay_missing"
    assert "The code, the options, the runner" in caught.value.hint
    assert "record the session again" in caught.value.hint


def test_a_folder_without_a_recording_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        models(replays=Recording(folder=tmp_path / "nowhere")).named(None)

    assert caught.value.code == "no_recording"


async def test_it_is_known_what_shaped_the_questions_and_a_missing_answer_says_what_differs(tmp_path):
    made = Recording(folder=tmp_path, now={"writer": "both", "Testwright": "0.1.0"})
    await ask(models().language_model(None, Shop(OneAnswer(), recording=made), None, 3))
    again = Recording(folder=tmp_path, now={"writer": "both", "Testwright": "0.2.0"})

    assert again.then == {"writer": "both", "Testwright": "0.1.0"}
    with pytest.raises(PermanentError) as caught:
        await ask(Replayed(provider="gemini", model="gemini-3.8-flash", recording=again, seed=3), "something else")

    assert caught.value.hint == "Since it was recorded, Testwright was 0.1.0, and is 0.2.0: record the session again."
