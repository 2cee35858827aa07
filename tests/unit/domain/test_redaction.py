"""What looks like a secret never leaves; what does not is left alone; and it takes no time."""

import time

import pytest

from testwright.domain.redaction import MASK, redacted

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"


@pytest.mark.parametrize(
    "secret",
    [
        "AIza" + "B" * 35,
        "sk-" + "a1" * 20,
        "ghp_" + "Z9" * 18,
        "AKIA" + "A1B2C3D4E5F6G7H8",
        JWT,
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIEow and the rest was cut off",
    ],
)
def test_known_kinds_of_secrets_are_masked(secret):
    assert redacted(f"before {secret}") == f"before {MASK}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('password = "hunter2hunter2"', f'password = "{MASK}"'),
        ("apiKey: 'q8r7t6y5u4i3'", f"apiKey: '{MASK}'"),
        ('x = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF"', f'x = "{MASK}"'),
        ("postgres://app:s3cr3t@db/x", f"postgres://app:{MASK}@db/x"),
    ],
)
def test_secrets_in_assignments_and_addresses_are_masked(text, masked):
    assert redacted(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "def add(a, b):\n    return a + b",
        'ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"',
        'tokenKind = "identifier"',
        'message = "The token is not valid here."',
        'secretSauce = "tomato-basil-garlic"',
        "https://example.com:8080/path",
        "risk-assessment-of-the-year",
        'color = "#ff00ff"',
    ],
)
def test_ordinary_code_is_left_alone(text):
    assert redacted(text) == text


def test_known_values_are_masked_wherever_they_stand():
    assert redacted("xhunter22x", known=("hunter22", "x")) == f"x{MASK}x"


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 100_000,
        "eyJ-" * 100_000,
        "-----BEGIN " * 50_000,
        "a" * 500_000,
        'k="' * 100_000,
        "a:" * 200_000,
        "sk-" * 100_000,
    ],
)
def test_hostile_text_takes_no_time(text):
    began = time.perf_counter()
    redacted(text)

    assert time.perf_counter() - began < 1.0
