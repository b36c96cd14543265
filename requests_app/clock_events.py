"""The vocabulary of the clock: what can happen to a request, and why a history of such events cannot be. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LAST_YEAR = 2200  # as far as a calendar of holidays can be imported


class ClockKind(StrEnum):
    CORRECTION_ASKED = "correction_asked"
    CORRECTED = "corrected"
    THIRD_PARTY_ASKED = "third_party_asked"
    THIRD_PARTY_ANSWERED = "third_party_answered"
    CO_AGENCY_ASKED = "co_agency_asked"
    CO_AGENCY_ANSWERED = "co_agency_answered"
    EXTENDED = "extended"
    DELAYED = "delayed"
    FEE_NOTIFIED = "fee_notified"
    FEE_PAID = "fee_paid"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # the applicant did not correct or pay


@dataclass(frozen=True, slots=True)
class Event:
    """`ref` tells questions apart, `days` are those of an extension or a delay, `delivered_on` is of a letter.

    A letter whose delivery is not proven counts as delivered on the day of asking.
    """

    kind: ClockKind
    on: date
    ref: str = ""
    days: int | None = None
    delivered_on: date | None = None


class ClockState(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"
    AWAITING_CORRECTION = "awaiting_correction"
    AWAITING_PAYMENT = "awaiting_payment"
    ENDED = "ended"


class FaultCode(StrEnum):
    NO_RULE = "no_rule"  # the day lies before the law
    OUT_OF_RANGE = "out_of_range"
    BEFORE_RECEIPT = "before_receipt"
    OUT_OF_ORDER = "out_of_order"  # earlier than the event before it
    AFTER_END = "after_end"
    NOT_ASKED = "not_asked"  # corrected, paid, answered, lapsed without what must come before
    TWICE = "twice"
    STANDS_STILL = "stands_still"  # while a correction or a payment is awaited
    WRONG_DAYS = "wrong_days"
    AFTER_DUE = "after_due"
    DELIVERED_EARLY = "delivered_early"  # before it was sent


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a history cannot be: the event by its place from 0 (None: the receipt), and the rule.

    `bound`: the day (AFTER_DUE, OUT_OF_ORDER) or the number of days (WRONG_DAYS) that the rule allows.
    """

    code: FaultCode
    position: int | None
    event: Event | None
    basis: str = ""
    bound: date | int | None = None

    def __str__(self) -> str:
        what = "receipt"
        if self.event is not None and self.position is not None:
            what = f"event {self.position + 1}, {self.event.kind} on {self.event.on}"
        bound = "" if self.bound is None else f"[{self.bound}]"
        return " ".join(filter(None, (f"{what}: {self.code}", bound, self.basis)))


class ImpossibleHistory(ValueError):
    """A history that the law does not allow; `faults` say which events and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)
