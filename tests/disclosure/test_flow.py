"""The outline of a flow: every step once, branches below the step that asks."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure.flow import MOST_LEVELS, Node, outline


def step(key: str, *following: str) -> dict[str, Any]:
    return {"key": key, "name": key.upper(), "next": list(following)}


def shape(nodes: list[Node]) -> list[Any]:
    return [(f"->{n.number}" if n.is_reference else n.key, *([shape(n.branches)] if n.branches else [])) for n in nodes]


def test_outline_of_a_line_is_flat() -> None:
    nodes = outline([step("a", "b"), step("b", "c"), step("c")])

    assert [node.number for node in nodes] == ["1", "2", "3"]


def test_outline_with_branches_goes_on_where_they_meet() -> None:
    nodes = outline([step("a", "b"), step("b", "c", "d"), step("c", "d"), step("d")])

    assert shape(nodes) == [("a",), ("b", [("c", [("->3",)]), ("->3",)]), ("d",)]


def test_outline_with_return_edge_refers_back() -> None:
    nodes = outline([step("apply", "accept"), step("accept", "apply", "review"), step("review")])

    assert shape(nodes) == [("apply",), ("accept", [("->1",)]), ("review",)]
    assert nodes[1].branches[0].is_return


def test_outline_with_two_ends_hangs_both_below() -> None:
    nodes = outline([step("decide", "issue", "refuse"), step("issue"), step("refuse")])

    assert shape(nodes) == [("decide", [("issue",), ("refuse",)])]


def test_outline_counts_no_reference_as_a_step() -> None:
    nodes = outline([step("a", "b"), step("b", "a", "c", "d"), step("c"), step("d")])

    assert [(n.is_reference, n.number) for n in nodes[1].branches] == [(True, "1"), (False, "2.1"), (False, "2.2")]


def test_outline_of_deep_branches_goes_on_at_the_end() -> None:
    steps = [step(f"a{n}", f"b{n}", f"a{n + 1}") for n in range(200)]
    steps += [step(f"b{n}") for n in range(200)] + [step("a200")]

    nodes = outline(steps)

    def levels(nodes: list[Node]) -> int:
        return 1 + max((levels(node.branches) for node in nodes), default=0)

    assert levels(nodes) <= MOST_LEVELS + 2
    assert f"->{nodes[1].number}" in str(shape(nodes[:1]))


@settings(deadline=2000)
@given(st.lists(st.lists(st.integers(0, 8), max_size=3), min_size=1, max_size=8))
def test_outline_of_any_graph_holds_every_step_once(edges: list[list[int]]) -> None:
    steps = [step(str(i), *map(str, following)) for i, following in enumerate(edges)]

    def keys(nodes: list[Node]) -> list[str]:
        return [k for n in nodes for k in ([] if n.is_reference else [n.key]) + keys(n.branches)]

    assert sorted(keys(outline(steps))) == sorted(str(i) for i in range(len(edges)))
