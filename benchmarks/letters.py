"""How long an officer waits for a letter: every kind once, set in full, after the fonts have been read."""

import time

from benchmarks.measure import Context, Measure
from requests_app import letters
from requests_app.letter_rules import LetterKind
from tests.requests_app.letter_samples import sample

LIMIT = 0.3  # seconds


def run(context: Context) -> list[Measure]:
    letters.render_pdf(LetterKind.OTHER, sample(LetterKind.OTHER))
    times = {kind: _seconds(kind) for kind in LetterKind}
    slowest = max(times, key=lambda kind: times[kind])
    long = "\n".join(["该信息载明施工单位的账户和单价，属于其不为公众所知悉的经营信息。"] * 40)
    return [
        Measure(f"a letter, the slowest of {len(times)} ({slowest.value})", times[slowest], "s", LIMIT),
        Measure("a letter, the mean of all kinds", sum(times.values()) / len(times), "s", LIMIT),
        Measure("a letter with 40 paragraphs of reasons", _seconds(LetterKind.PARTIAL, reasons=long), "s"),
    ]


def _seconds(kind: LetterKind, **changes: str) -> float:
    """The least of three: what the letter takes, not what else the machine does meanwhile."""
    return min(_once(kind, changes) for _turn in range(3))


def _once(kind: LetterKind, changes: dict[str, str]) -> float:
    facts = sample(kind, **changes)
    began = time.perf_counter()
    letters.render_pdf(kind, facts)
    return time.perf_counter() - began
