"""Points by other arithmetic than scoring.py: whole cents and remainders, for comparison."""

from collections.abc import Sequence
from decimal import Decimal

from evaluation.scoring import AUTOMATIC, DEDUCT, Case, Rule


def cents(amount: Decimal) -> int:
    """Of an amount with two decimals at most."""
    text = f"{amount:.2f}"
    assert Decimal(text) == amount
    return int(text.replace(".", ""))


def brings(case: Case, judged_by: str) -> int:
    if case.excused != "":
        return case.possible
    if judged_by == "counted":
        return case.earned
    is_good = (
        (judged_by == "met" and case.done_on != "")
        or (judged_by == "on_time" and "" < case.done_on <= case.due_on)
        or (judged_by == "no_fault" and case.fault == "")
    )
    return case.possible * is_good


def expected_cents(rule: Rule, cases: Sequence[Case], deductions: Sequence[Decimal]) -> int:
    full, cap = cents(rule.full_marks), cents(rule.cap)
    if rule.mode != AUTOMATIC:
        lost = sum(cents(amount) for amount in deductions)
    elif rule.formula == DEDUCT:
        lost = cents(rule.per_fault) * sum(brings(case, rule.judged_by) < case.possible for case in cases)
    else:
        whole = sum(case.possible for case in cases)
        got = sum(brings(case, rule.judged_by) for case in cases)
        if not whole:
            return full
        if full * (whole - got) > cap * whole:
            return full - cap
        quotient, remainder = divmod(full * got, whole)
        return quotient + (2 * remainder >= whole)
    return full - min(lost, cap, full)
