"""Where the order in which a set holds its parts can be seen."""

import pytest

from testwright.languages.python.set_orders import sees_order

BAG = "class Bag:\n    def __init__(self):\n        self.seen = set()\n"


@pytest.mark.parametrize(
    "text",
    [
        'list({"a", "b"})[0]',
        "for name in set(names):\n    print(name)",
        'NAMES = {"a", "b"}\nfor name in NAMES:\n    pass',
        '", ".join({"a", "b"})',
        '[*{"a", "b"}]',
        '{"a"}.pop()',
        'f"{set(names)}"',
        'first, *_ = {"a", "b"}',
        "next(iter(frozenset(names)))",
        'first = sorted({"ab", "cd"}, key=len)',
        "def names_of(rows):\n    return set(rows)",
        'both = {"a"} | other\nlist(both)',
        f"{BAG}    def all(self):\n        return list(self.seen)",
        "known = defaultdict(set)",
        "for key in a.keys() & b.keys():\n    pass",
        'number = hash("a")',
        "key = id(thing)",
    ],
)
def test_what_may_be_looped_over_is_seen(text):
    assert sees_order(text)


@pytest.mark.parametrize(
    "text",
    [
        'if word in {"a", "b"}:\n    pass',
        'WORDS = {"a", "b"}\ndef knows(word):\n    return word in WORDS',
        'assert names_of(rows) == {"a", "b"}',
        'self.assertEqual(names_of(rows), {"a", "b"})',
        "assert set(found) == set(wanted)",
        "count = len(set(names))",
        "names = sorted(set(names))",
        "seen = set()\nfor name in names:\n    if name in seen:\n        continue\n    seen.add(name)",
        f"{BAG}    def put(self, name):\n        self.seen.add(name)",
        "for number in {1, 2, 3}:\n    pass",
        "isinstance(names, set)",
        "def count(names: set[str]) -> int:\n    return 1",
        'ages = {"ann": 1}\nfor name in ages:\n    pass',
    ],
)
def test_what_is_only_asked_for_its_members_is_not(text):
    assert not sees_order(text)


def test_a_suite_may_loop_over_what_its_source_only_keeps():
    source = 'NAMES = {"a", "b"}'

    assert sees_order("assert list(shop.NAMES)[0] == 'a'", source)
    assert not sees_order("assert 'a' in shop.NAMES", source)
