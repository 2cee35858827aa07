"""Where settings come from, and where they never come from."""

import pytest

from testwright.domain.errors import InputError
from testwright.settings import read_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A project's folder to stand in, and a home of Testwright's own."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "TESTWRIGHT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "project").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("TESTWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_projects_own_env_file_changes_nothing(elsewhere):
    (elsewhere / "project" / ".env").write_text(
        "TESTWRIGHT_ALLOW_UNSANDBOXED=1\nTESTWRIGHT_GOOGLE_BASE_URL=http://127.0.0.1:1\nGOOGLE_API_KEY=theirs\n"
    )

    settings = read_settings()

    assert settings.allow_unsandboxed is False
    assert settings.google_base_url is None
    assert settings.google_api_key is None


def test_the_file_in_our_home_is_read_and_the_environment_wins(elsewhere, monkeypatch):
    (elsewhere / "home" / ".env").write_text("GOOGLE_API_KEY=ours\nTESTWRIGHT_MODEL=from-the-file\n")
    monkeypatch.setenv("TESTWRIGHT_MODEL", "from-the-environment")

    settings = read_settings()

    assert settings.google_api_key is not None
    assert settings.google_api_key.get_secret_value() == "ours"
    assert settings.model == "from-the-environment"


def test_a_wrong_setting_is_named_with_the_file_to_look_in(elsewhere, monkeypatch):
    monkeypatch.setenv("TESTWRIGHT_WIDTH", "none")

    with pytest.raises(InputError) as caught:
        read_settings()

    assert "width" in caught.value.message.lower()
    assert str(elsewhere / "home" / ".env") in (caught.value.hint or "")
