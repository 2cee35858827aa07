"""What a project's own command may see of this machine."""

import pytest

from tests.fakes.scripted_model import Files
from testwright.domain.commands import command_from
from testwright.domain.errors import PermanentError
from testwright.toolchains.commanded import commanded_runner

RUST = '[commands.rust]\nrun = ["cargo", "test"]\nreport = "junit.xml"\nsuite = "tests/{name}.rs"\n'
JAVA = '[commands.java]\nrun = ["mvn", "test"]\nreport = "*.xml"\nsuite = "src/test/java/{Name}Test.java"\n'


def home_of(folder, default="stable-x86_64"):
    cargo = folder / ".rustup" / "toolchains" / "stable-x86_64" / "bin" / "cargo"
    cargo.parent.mkdir(parents=True)
    cargo.touch()
    (folder / ".rustup" / "settings.toml").write_text(f'default_toolchain = "{default}"\n')
    for name in (".cargo/registry", ".m2/repository"):
        (folder / name).mkdir(parents=True)
    (folder / ".cargo" / "credentials.toml").touch()
    (folder / ".m2" / "settings.xml").touch()
    return folder


def places(runner):
    return [mount.host for mount in runner.mounts]


def test_rust_of_a_persons_home_comes_first_on_the_path_and_its_fetched_packages_along(tmp_path):
    home = home_of(tmp_path)

    runner = commanded_runner("command:rust", Files({"testwright.toml": RUST}), home=home, etc=tmp_path)

    assert dict(runner.env)["PATH"].startswith(f"{home}/.rustup/toolchains/stable-x86_64/bin:")
    assert f"{home}/.cargo/registry" in places(runner)
    assert command_from(runner.fact("command")).run == ("cargo", "test")
    assert runner.version == "stable-x86_64"


def test_what_holds_passwords_is_never_among_the_mounts(tmp_path):
    home = home_of(tmp_path)

    for framework, text in (("command:rust", RUST), ("command:java", JAVA)):
        runner = commanded_runner(framework, Files({"testwright.toml": text}), home=home, etc=tmp_path)

        above = {str(home), f"{home}/.cargo", f"{home}/.m2"}
        assert not above & {*places(runner)}


@pytest.mark.parametrize("default", ["../../../etc", "gone"])
def test_a_toolchain_that_is_none_is_not_mounted(tmp_path, default):
    home = home_of(tmp_path, default)

    runner = commanded_runner("command:rust", Files({"testwright.toml": RUST}), home=home, etc=tmp_path)

    assert not any(".rustup" in place for place in places(runner))


def test_without_a_command_it_is_said_where_to_name_one(tmp_path):
    with pytest.raises(PermanentError, match="does not say how its tests in rust") as error:
        commanded_runner("command:rust", Files({}), home=tmp_path, etc=tmp_path)

    assert "[commands.rust]" in error.value.hint
