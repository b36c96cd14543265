"""The steps of a power or service as a numbered outline: what the drawing shows, readable line by line.

Pure. Steps are the dictionaries of FieldKind.FLOW: key, name, lane, days, note, next. Branches hang below the step
that asks, and the outline goes on where they meet; an edge to a step that already has its number becomes a reference.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Nobody reads further in; what would hang deeper stands at the end and is referred to.
MOST_LEVELS = 8


@dataclass(slots=True)
class Node:
    """One line of the outline: a step with its branches, or a reference to a step that stands elsewhere."""

    key: str
    name: str
    number: str
    lane: str = ""
    days: Any = None
    note: str = ""
    is_reference: bool = False
    is_return: bool = False
    branches: list["Node"] = field(default_factory=list)

    @property
    def is_counted(self) -> bool:
        """Whether the time is a number of working days; else it is shown as it is written (当场)."""
        return str(self.days).isdecimal()


def outline(steps: Sequence[Mapping[str, Any]]) -> list[Node]:
    """Every step once, in order; unknown keys in `next` are ignored, steps nobody leads to come last."""
    return _Outline(steps).build()


class _Outline:
    def __init__(self, steps: Sequence[Mapping[str, Any]]) -> None:
        self.steps = {str(step["key"]): step for step in steps if step.get("key")}
        self.next = {
            key: [k for k in map(str, step.get("next") or []) if k in self.steps] for key, step in self.steps.items()
        }
        self.placed: dict[str, Node] = {}
        self.references: list[Node] = []

    def build(self) -> list[Node]:
        nodes: list[Node] = []
        for key in self.steps:
            if key not in self.placed:
                nodes += self._sequence(key, frozenset(), 1)
        self._number(nodes, "")
        for node in self.references:
            node.number = self.placed[node.key].number
        return nodes

    def _sequence(self, key: str | None, stop: frozenset[str], level: int) -> list[Node]:
        """Steps at one level from `key` until a step of `stop` or one that already stands in the outline."""
        nodes: list[Node] = []
        while key is not None and key not in stop and key not in self.placed:
            step = self.steps[key]
            node = Node(
                key,
                str(step.get("name", "")),
                "",
                lane=str(step.get("lane") or ""),
                days=step.get("days"),
                note=str(step.get("note") or ""),
            )
            self.placed[key] = node
            nodes.append(node)
            key = self._branch(node, stop, level)
        if nodes and key is not None and not nodes[-1].branches:
            nodes[-1].branches.append(self._reference(key, is_return=key not in stop))
        return nodes

    def _branch(self, node: Node, stop: frozenset[str], level: int) -> str | None:
        """Hang what forks off below the node; the key with which its own level goes on."""
        ahead = [key for key in self.next[node.key] if key not in self.placed or key in stop]
        node.branches += [
            self._reference(key, is_return=True)
            for key in self.next[node.key]
            if key in self.placed and key not in stop
        ]
        if len(ahead) < 2:
            return ahead[0] if ahead else None
        if level == MOST_LEVELS:
            node.branches += [self._reference(key, is_return=False) for key in ahead]
            return None
        meeting = self._meeting(ahead)
        for key in ahead:
            below = self._sequence(key, stop | ({meeting} if meeting else set()), level + 1)
            node.branches += below or [self._reference(key, is_return=False)]
        return meeting if meeting not in self.placed else None

    def _meeting(self, branches: list[str]) -> str | None:
        """The first step that every branch comes to."""
        reached = [self._reach(key) for key in branches]
        return next((key for key in reached[0] if all(key in other for other in reached[1:])), None)

    def _reach(self, start: str) -> dict[str, None]:
        """Steps reachable from `start` without going back, nearest first."""
        found, waiting = {start: None}, deque([start])
        while waiting:
            for key in self.next[waiting.popleft()]:
                if key not in found and key not in self.placed:
                    found[key] = None
                    waiting.append(key)
        return found

    def _reference(self, key: str, *, is_return: bool) -> Node:
        node = Node(key, str(self.steps[key].get("name", "")), "", is_reference=True, is_return=is_return)
        self.references.append(node)
        return node

    def _number(self, nodes: list[Node], prefix: str) -> None:
        """Numbers as the style sheet counts them: every step counts, references do not."""
        for position, node in enumerate((node for node in nodes if not node.is_reference), 1):
            node.number = f"{prefix}{position}"
            self._number(node.branches, f"{node.number}.")
