"""What is taken of the paths that were given, and what is said of it before anything begins."""

from tests.unit.store.store_samples import new_session
from testwright.api.estimates import Estimate, Spending
from testwright.cli.choosing import chosen, none_left
from testwright.cli.plans import Plan, announced
from testwright.sources.picking import Choice, Picked
from testwright.store import Store


async def test_projects_of_which_nothing_is_left_are_left_out(tmp_path):
    for name, test in (("a", True), ("b", False)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "price.py").write_text("def price(): return 1\n")
        if test:
            (tmp_path / name / "test_price.py").write_text("def test_price(): assert True\n")
    projects = {tmp_path / "a": ["price.py"], tmp_path / "b": ["price.py"]}

    async with Store.open(tmp_path / "home") as store:
        taken = await chosen(store, projects, Choice(untested=True))

    assert taken == {tmp_path / "b": [Picked(path="price.py", because=("no tests",))]}


async def test_without_a_choice_every_file_is_taken_in_its_order(tmp_path):
    async with Store.open(tmp_path / "home") as store:
        taken = await chosen(store, {tmp_path: ["b.py", "a.py"]}, Choice())

    assert [one.path for one in taken[tmp_path]] == ["b.py", "a.py"]


def test_nothing_left_is_said_with_the_reason():
    assert none_left(Choice(since="main")) == "No file has changed since main."
    assert none_left(Choice(since="main", untested=True)) == "No file without tests has changed since main."
    assert none_left(Choice(untested=True)) == "There is no file without tests."


def test_what_a_session_will_take_is_said_before_it_begins(tmp_path):
    plan = Plan(
        root=tmp_path / "shop",
        picked=[Picked(path="a.py")],
        new=new_session("a.py"),
        time=Estimate(seconds=90, low=45, high=180),
        spending=Spending(tokens=0, usd=0.0, basis="history"),
    )

    assert announced(plan) == "shop: 1 file, about 1m 30s (45s to 3m)"
