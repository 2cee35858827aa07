"""What looks like a secret never leaves; what does not is left alone; and it takes no time."""

import time

import pytest

from testwright.domain.redaction import MASK, Redactor, credential_in, cut_short, redacted, secrets_of

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"


@pytest.mark.parametrize(
    "secret",
    [
        "AIza" + "B" * 35,
        "sk-" + "a1" * 20,
        "ghp_" + "Z9" * 18,
        "AKIA" + "A1B2C3D4E5F6G7H8",
        "sk-ant-api03-" + "Zq9" * 20,
        "sk_live_" + "4eC39HqLyjWD" * 2,
        "whsec_" + "a1b2" * 8,
        "github_pat_" + "A1" * 20,
        "xoxb-1234567890-abcdefghij",
        "npm_" + "a1" * 18,
        "pypi-AgEIcHlwaS5vcmc" + "A1_-" * 10,
        "hf_" + "aB" * 17,
        "SG." + "aB1" * 7 + "." + "cD2" * 14,
        "GOCSPX-" + "aB1" * 9,
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
        ('password = "s3cr3t9x"', f'password = "{MASK}"'),
        ('password: str = "hunter2hunter2"', f'password: str = "{MASK}"'),
        ('API_KEY: str | None = "hunter2hunter2"', f'API_KEY: str | None = "{MASK}"'),
        ('const apiToken: string = "hunter2hunter2"', f'const apiToken: string = "{MASK}"'),
        ('os.environ.get("API_KEY", "hunter2hunter2")', f'os.environ.get("API_KEY", "{MASK}")'),
        ('config("SECRET_KEY", default="hunter2hunter2")', f'config("SECRET_KEY", default="{MASK}")'),
        ('os.environ["API_KEY"] or "hunter2hunter2"', f'os.environ["API_KEY"] or "{MASK}"'),
        ("process.env.API_KEY || 'hunter2hunter2'", f"process.env.API_KEY || '{MASK}'"),
        ("process.env.API_KEY ?? `hunter2hunter2`", f"process.env.API_KEY ?? `{MASK}`"),
        ('secret_key = b"hunter2hunter2"', f'secret_key = b"{MASK}"'),
        ('if (token := "hunter2hunter2"):', f'if (token := "{MASK}"):'),
        ('PASSWORDS = ["hunter2hunter2"]', f'PASSWORDS = ["{MASK}"]'),
        ('{"Authorization": "Bearer abcdefghij0123456789"}', f'{{"Authorization": "Bearer {MASK}"}}'),
        ("Authorization: Basic dXNlcjpwYXNzd29yZDEyMw==", f"Authorization: Basic {MASK}"),
        ('curl -H "X-Api-Key: abcdefgh12345678"', f'curl -H "X-Api-Key: {MASK}"'),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", f"aws_secret_access_key = {MASK}"),
        ("AccountName=a;AccountKey=" + "aB3/" * 20 + "==;Endpoint=b", f"AccountName=a;{MASK};Endpoint=b"),
        ('getenv("PAY_KEY", "pk9x7q2w8e3r5t6y")', f'getenv("PAY_KEY", "{MASK}")'),
        ("KEY = '9f86d081884c7d659a2feaa0c55ad015'", f"KEY = '{MASK}'"),
        ("DB_PASSWORD=s3cr3t9xyz77", f"DB_PASSWORD={MASK}"),
        ("export API_TOKEN=q8r7t6y5u4i3", f"export API_TOKEN={MASK}"),
        ("https://hooks.slack.com/services/T0000/B000/XXXXyyyy1234", f"https://hooks.slack.com/services/{MASK}"),
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
        'password = "password"',
        "token = settings.api_token",
        "TOKEN_LENGTH=123456789012",
        "secret_key = os.environ['SECRET_KEY']",
        "access_token: AccessTokenType",
        'REFRESH = ("ACCESS_TOKEN", "REFRESH_TOKEN")',
        'tokenName = "refreshToken"',
        'sort_key = "created-at-2024-01-01"',
        'cache_key = "user:1234:profile5678"',
        'monkey = "chimpanzee12chimpanzee"',
        "const token = `${header}.${payload}`",
        'token = f"{self.prefix}-{number:04}"',
        "token_ratio = total_tokens/10.5",
        "Basic authentication is refused.",
        'def login(password: str, name: str = "somebody-else-1"): ...',
    ],
)
def test_ordinary_code_is_left_alone(text):
    assert redacted(text) == text


def test_where_a_text_is_cut_no_half_of_a_secret_is_left():
    text = f"the key is {'AIza' + 'B' * 35} and more"

    assert [cut_short(text, most) for most in (20, 40)] == ["the key is"] * 2
    assert cut_short(text, 1000) == text
    assert cut_short("one two three", 9) == "one two"


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
        "A_TOKEN=" * 50_000,
        "SG." * 100_000,
        "-----BEGIN PRIVATE KEY-----" * 20_000,
    ],
)
def test_hostile_text_takes_no_time(text):
    began = time.process_time()
    redacted(text)

    assert time.process_time() - began < 1.0


def test_what_was_masked_is_counted_by_kind_and_never_shown():
    redact = Redactor(("hunter22",))

    redact(f"hunter22 {JWT}\npassword = 'q8r7t6y5u4i3'\nAPI_TOKEN=q8r7t6y5u4i3")
    redact("hunter22 and sk-ant-" + "a1" * 20)

    assert dict(redact.found) == {
        "known value": 2,
        "JSON web token": 1,
        "secret in an assignment": 2,
        "Anthropic key": 1,
    }


def test_what_was_masked_once_is_not_masked_again():
    once = redacted("password = 'q8r7t6y5u4i3'")

    assert redacted(once) == once


def test_secrets_of_the_environment_are_those_whose_names_say_so():
    environment = {
        "STRIPE_SECRET": "q8r7t6y5u4i3",
        "HOME": "/home/somebody-with-a-long-name",
        "GITHUB_TOKEN": "short",
        "TOKEN_KIND": "bearer",
    }

    assert list(secrets_of(environment)) == ["q8r7t6y5u4i3"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("assert key == 'AIza" + "Sy4711_-" * 4 + "abc'", "Google key"),
        ("x = 'ghp_" + "a1" * 12 + "'", "GitHub token"),
        ("-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----", "private key"),
        ("password = 'hunter2hunter2'", None),
        ("token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'", None),
    ],
)
def test_a_credential_is_known_by_its_form_alone(text, kind):
    assert credential_in(text) == kind
