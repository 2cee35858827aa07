"""Nobody's code leaves the machine unasked."""

import pytest

from testwright.cli.consent import ask_consent
from testwright.domain.errors import InputError


def answering(word, asked):
    def ask(question):
        asked.append(question)
        return f"{word}\n"

    return ask


def test_the_question_names_who_gets_the_code_and_is_asked_once_for_each_project(tmp_path):
    asked = []
    ask = answering("y", asked)

    for root in ("shop", "shop", "other"):
        ask_consent(tmp_path / "home", tmp_path / root, "Google (Gemini)", yes=False, ask=ask)

    assert len(asked) == 2
    assert "files of shop are sent to Google (Gemini)" in asked[0]


def test_another_receiver_is_asked_for_anew(tmp_path):
    asked = []
    for receiver in ("Google (Gemini)", "Anthropic"):
        ask_consent(tmp_path / "home", tmp_path / "shop", receiver, yes=False, ask=answering("yes", asked))

    assert len(asked) == 2


@pytest.mark.parametrize("word", ["", "n", "later"])
def test_anything_but_yes_sends_nothing_and_is_not_remembered(tmp_path, word):
    for _ in range(2):
        with pytest.raises(InputError) as caught:
            ask_consent(tmp_path / "home", tmp_path / "shop", "Anthropic", yes=False, ask=answering(word, []))
        assert caught.value.code == "consent_needed"


def test_where_nobody_can_be_asked_the_refusal_says_how_to_agree(tmp_path):
    with pytest.raises(InputError) as caught:
        ask_consent(tmp_path / "home", tmp_path / "shop", "Anthropic", yes=False, ask=None)

    assert "Anthropic" in caught.value.message
    assert "--yes" in caught.value.hint


def test_yes_on_the_command_line_tells_and_is_remembered(tmp_path, capsys):
    ask_consent(tmp_path / "home", tmp_path / "shop", "Anthropic", yes=True, ask=None)
    ask_consent(tmp_path / "home", tmp_path / "shop", "Anthropic", yes=False, ask=None)

    assert capsys.readouterr().err.count("Anthropic") == 1
