from testwright.writers.explorer.python.probe.pairing import pairs
from testwright.writers.explorer.python.probe.scenarios import Choice
from testwright.writers.explorer.python.probe.telling import told_apart
from testwright.writers.explorer.python.probe.ways import Row, Way


def row(parameter, *texts, label=""):
    return Row(parameter, label, [Choice(text) for text in texts], optional=bool(label))


def calls(way):
    return [(scenario.made.call() if scenario.made else scenario.setup[0], scenario.call()) for scenario in pairs(way)]


def test_options_of_an_object_that_decide_are_tried_two_at_a_time_on_a_long_text():
    maker = Way(
        "W", "W", None, [row("width", "70", "3", label="width"), row("most", "1", label="most"), row("name", '"x"')]
    )
    wrap = Way("W.wrap", "w.wrap", None, [row("text", '"a"', '"a long text"')], setups=[("w = W()",)], subject="w")
    wrap.maker, wrap.decisive = maker, frozenset({"width", "most"})

    assert calls(wrap) == [
        ('W("x", width=70, most=1)', 'w.wrap("a long text")'),
        ('W("x", width=3, most=1)', 'w.wrap("a long text")'),
    ]


def test_nothing_is_paired_where_one_thing_decides():
    way = Way("f", "f", None, [row("a", "1", "2"), row("b", "1", "2")])
    way.decisive = frozenset({"a"})

    assert calls(way) == []


def record(call, *checks, arguments=(), error=None):
    return {
        "symbol": "Box",
        "call": call,
        "checks": [["", "instance", "Box"], *([of, "equals", value] for of, value in checks)],
        "arguments": [[name, name, text] for name, text in arguments],
        "error": error,
        "documented": False,
    }


def test_an_object_is_told_whole_once_and_then_by_what_is_different():
    plain = record("Box()", (".size", "1"), (".name", '"a"'), (".open", "True"))
    other = record("Box(size=2)", (".size", "2"), (".name", '"a"'), (".open", "True"), arguments=[("size", "2")])
    same = record("Box(size=1)", (".size", "1"), (".name", '"a"'), (".open", "True"), arguments=[("size", "1")])

    told = [[check[0] for check in each["checks"]] for each in told_apart([plain, other, same])]

    assert told == [["", ".size", ".name", ".open"], ["", ".size"], ["", ".size"]]


def test_errors_and_small_objects_are_told_as_they_are():
    small = [record("Box()", (".size", "1")), record("Box(2)", (".size", "1"))]

    assert told_apart(small) == small
