import pytest

from testwright.domain.errors import PermanentError
from testwright.jobs.client import EngineChoice, choose_engine, make_client


def choice(
    dev: str | None = None, base: str | None = None, event_key: str | None = None, signing_key: str | None = None
) -> EngineChoice:
    return choose_engine(
        inngest_dev=dev, inngest_base_url=base, inngest_event_key=event_key, inngest_signing_key=signing_key
    )


@pytest.mark.parametrize("dev", [None, "", "0", "false", "False"])
def test_nothing_set_is_the_embedded_engine(dev: str | None) -> None:
    assert choice(dev).mode == "embedded"


@pytest.mark.parametrize(
    ("dev", "base", "url"),
    [
        ("1", None, "http://localhost:8288"),
        ("true", None, "http://localhost:8288"),
        ("http://inngest:9000/", None, "http://inngest:9000"),
        ("1", "http://elsewhere:8288", "http://elsewhere:8288"),
    ],
)
def test_the_dev_server_is_asked_where_it_is(dev: str, base: str | None, url: str) -> None:
    chosen = choice(dev, base)

    assert (chosen.mode, chosen.api_base_url, chosen.event_api_base_url) == ("dev", url, url)


def test_a_server_of_ones_own_and_the_cloud_are_told_apart() -> None:
    own = choice(base="https://jobs.example.org", event_key="e", signing_key="signkey-prod-00")
    cloud = choice(event_key="e", signing_key="signkey-prod-00")

    assert own.event_api_base_url == "https://jobs.example.org"
    assert (cloud.api_base_url, cloud.event_api_base_url) == ("https://api.inngest.com", "https://inn.gs")


@pytest.mark.parametrize(
    ("base", "event_key", "signing_key", "missing"),
    [
        ("https://jobs.example.org", None, None, "INNGEST_SIGNING_KEY"),
        (None, "e", None, "INNGEST_SIGNING_KEY"),
        ("https://jobs.example.org", None, "signkey-prod-00", "INNGEST_EVENT_KEY"),
    ],
)
def test_a_missing_key_is_named_and_so_is_the_dev_server(
    base: str | None, event_key: str | None, signing_key: str | None, missing: str
) -> None:
    with pytest.raises(PermanentError, match=missing) as refused:
        choice(base=base, event_key=event_key, signing_key=signing_key)

    assert "INNGEST_DEV=1" in str(refused.value.hint)


@pytest.mark.parametrize("dev", ["localhost:8288", "yes please", "ftp://x"])
def test_an_address_that_is_none_is_refused(dev: str) -> None:
    with pytest.raises(PermanentError, match="INNGEST_DEV"):
        choice(dev)


def test_the_embedded_engines_client_checks_signatures_and_knows_no_host_of_inngest() -> None:
    client = make_client(choice(), signing_key="signkey-embedded-00", event_key=None)

    assert client.is_production
    assert "inngest" not in client.api_origin + client.event_api_origin
    assert "inn.gs" not in client.event_api_origin


def test_the_dev_servers_client_does_not_sign() -> None:
    assert not make_client(choice("1"), signing_key=None, event_key=None).is_production


@pytest.mark.parametrize(
    ("chosen", "taken"),
    [
        (choice(), None),
        (choice("1"), None),
        (choice(base="https://jobs.example.org", event_key="e", signing_key="signkey-prod-00"), "signkey-prod-11"),
    ],
)
def test_a_second_signing_key_opens_the_functions_to_a_server_alone(
    chosen: EngineChoice, taken: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INNGEST_SIGNING_KEY_FALLBACK", "signkey-prod-22")  # which the SDK reads by itself
    client = make_client(chosen, signing_key="signkey-prod-00", signing_key_fallback="signkey-prod-11", event_key=None)

    assert client.signing_key_fallback == taken
