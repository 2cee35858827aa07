"""Languages that are read by their layout: suites taken apart and put together, and changes of single lines."""

import pytest

from testwright.domain.drafts import Draft
from testwright.domain.errors import PermanentError
from testwright.domain.mutants import SWITCH
from testwright.domain.sessions import SourceFile
from testwright.frameworks.assets.python.testwright_command import lines_asleep
from testwright.languages import LANGUAGES, language_of
from testwright.languages.branching import decisions_in

RUST = """\
use fares::fare;

fn far() -> u32 { 9000 }

/// Children: } is no end here.
#[test]
fn children_ride_for_free() {
    assert_eq!(fare(far(), 5), 0, "not {} free");
}

#[test]
#[should_panic(expected = "{")]
fn nobody_rides() {
    let quote = '"';
    fare(u32::MAX, quote as u8);
}
"""
JAVA = """\
package parking;

import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.Test;

class FeeTest {
    private final Fee fee = new Fee();

    @Test
    void quarterIsFree() {
        assertEquals(0, fee.of(15));
    }

    @Test
    @DisplayName("a } day")
    public void aDay() throws Exception {
        assertEquals(1600, fee.of(24 * 60));
    }
}
"""
GO = """\
package fares

import "testing"

func TestChild(t *testing.T) {
	if Fare(9, 5) != 0 {
		t.Errorf("not free: {")
	}
}
"""
RUBY = """\
require "minitest/autorun"
require_relative "../lib/fares"

class FaresTest < Minitest::Test
  def test_child
    [1, 2].each do |age|
      assert_equal 0, Fares.of(9000, age)
    end
  end

  def test_adult
    assert_equal 370, Fares.of(1000, 30)
  end
end
"""
SUITES = {
    "rust": (RUST, ["children_ride_for_free", "nobody_rides"]),
    "java": (JAVA, ["quarterIsFree", "aDay"]),
    "go": (GO, ["TestChild"]),
    "ruby": (RUBY, ["test_child", "test_adult"]),
}


def source(name, text):
    return SourceFile(path=name, text=text, framework="")


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_is_taken_apart_and_put_together_again(name):
    language, (text, names) = LANGUAGES[name], SUITES[name]

    draft = language.split(text)
    again = language.split(language.render(draft))

    assert [case.name for case in draft.cases] == names
    assert again == draft
    assert not any(name in draft.preamble for name in names)


@pytest.mark.parametrize("name", ["java", "ruby"])
def test_what_the_tests_stand_in_is_closed_behind_them_and_keeps_one_alone(name):
    language, (text, names) = LANGUAGES[name], SUITES[name]
    draft = language.split(text)

    alone = language.render(draft.only(frozenset(names[1:])))

    assert language.split(alone).cases == draft.cases[1:]
    assert alone.rstrip().endswith("end" if name == "ruby" else "}")
    assert names[0] not in alone


def test_a_comment_above_a_test_goes_with_it():
    first = LANGUAGES["rust"].split(RUST).cases[0]

    assert first.code.startswith("/// Children")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("#[test]\nfn one() { fare(1);\n", "line 2 opens"),
        ("#[test]\nfn one() { fare(1); }\n}\n", "line 3 closes"),
        ("mod a { #[test]\n fn one() {} }\nmod b {\n#[test]\n fn two() {} }\n", "more than one block"),
    ],
)
def test_a_suite_that_cannot_be_read_says_where(text, problem):
    with pytest.raises(ValueError, match=problem):
        LANGUAGES["rust"].split(text)


CODE = """\
//! if this && that
pub fn fare(metres: u32, age: u8) -> u32 {
    if age < 6 && metres > 0 {
        return 0;
    }
    250 + 120 * metres
}

fn hidden() -> bool { true }

#[cfg(test)]
mod tests {
    #[test]
    fn own() { assert_eq!(super::fare(1, 1), 0); }
}
"""


def test_what_may_be_called_is_found_and_what_is_hidden_is_not():
    analysis = LANGUAGES["rust"].analyse(source("src/lib.rs", CODE))

    assert [(symbol.name, symbol.line, symbol.end_line) for symbol in analysis.symbols] == [("fare", 2, 7)]
    with pytest.raises(PermanentError, match="nothing that could be called"):
        LANGUAGES["rust"].analyse(source("src/lib.rs", "fn hidden() {}"))


@pytest.mark.parametrize(
    ("code", "gate"),
    [
        ("#[test]\nfn one() { assert_eq!(fare(1, 5), 0); }", None),
        ("#[test]\nfn one() { assert!(true); fare(1, 5); }", "asserts"),
        ("#[test]\nfn one() { assert_eq!(1, 1); fare(1, 5); }", "asserts"),
        ("#[test]\nfn one() { fare(1, 5); }", "asserts"),
        ("#[test]\nfn one() { assert_eq!(other(1), 0); }", "asserts"),
        ("#[test]\nfn one() { std::thread::sleep(d); assert_eq!(fare(1, 5), 0); }", "asserts"),
        ("#[test]\nfn one() { assert_eq!(fare(1, 5), 0); ", "reads"),
        ("fn one() { assert_eq!(fare(1, 5), 0); }", "reads"),
    ],
)
def test_a_test_that_proves_nothing_is_stopped_by_a_simple_rule(code, gate):
    language = LANGUAGES["rust"]
    draft = language.split("#[test]\nfn one() {}\n")
    case = draft.cases[0].__class__(name="one", code=code)
    analysis = language.analyse(source("src/lib.rs", CODE))

    fault = language.fault_of(case, Draft(preamble="use fares::fare;", cases=(case,)), analysis, frozenset())

    assert (fault.gate if fault else None) == gate


def test_changes_are_of_code_alone_and_lie_asleep_behind_the_end():
    language, file = LANGUAGES["rust"], source("src/lib.rs", CODE)
    mutants = language.mutants(file)

    text = language.switched(file, mutants)
    asleep = dict(lines_asleep(text, SWITCH))

    assert text.startswith(CODE)
    assert {mutant.line for mutant in mutants} == {3, 4, 6, 9}
    assert [mutant.number for mutant in mutants] == [*range(1, len(mutants) + 1)] == [*asleep]
    assert asleep[1] == (3, "    if age <= 6 && metres > 0 {")
    assert "    if age < 6 || metres > 0 {" in [line for _, line in asleep.values()]


def test_two_preambles_become_one_by_their_imports():
    language = LANGUAGES["rust"]

    assert language.joined("use a::b;\n\nfn far() {}", "use c::d;") == "use a::b;\nuse c::d;\n\nfn far() {}"
    assert language.joined("use a::b;", "use a::b;") == "use a::b;"
    with pytest.raises(ValueError, match="of their own"):
        language.joined("use a::b;\nfn far() {}", "fn near() {}")


def test_languages_are_known_by_their_endings_and_decisions_counted():
    assert [language_of(name) for name in ("a.rs", "A.java", "a.go", "a.rb")] == ["rust", "java", "go", "ruby"]
    assert decisions_in(CODE, "src/lib.rs") == 2
