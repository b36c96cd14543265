"""The last days of a case: who reports, who verifies, and that nobody else is told of either."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from evaluation.accountability_enums import CaseState
from evaluation.accountability_queues import SOURCES
from evaluation.accountability_rules import VERIFICATION_DAYS
from evaluation.models import AccountabilityCase
from govportal.contributions import Deadline, Reach
from govportal.models import Membership
from govportal.permissions import Role
from tests.factories import make_member
from tests.factories.accountability import inspectors_over, make_case, make_head, reread, working_day_after

pytestmark = pytest.mark.django_db
S = CaseState
CORRECTION, VERIFICATION = SOURCES


def deadlines(row: AccountabilityCase) -> list[Deadline]:
    far = Reach(until=localdate() + timedelta(days=90))
    found = [one for source in SOURCES for one in source.open(far)]
    return [one for one in found if one.key.endswith(f":{row.pk}")]


def test_heads_are_told_to_report_and_the_office_once_the_day_has_passed_or_nobody_answers() -> None:
    row = make_case(S.DECIDED)
    office = {one.pk for one in inspectors_over(row.agency)}
    both = make_member(Role.INSPECTOR, row.office)
    make_member(Role.STAFF, row.agency, user=both)

    [nobody] = deadlines(row)
    head = make_head(row.agency)
    [before] = deadlines(row)
    AccountabilityCase.objects.filter(pk=row.pk).update(correction_due_on=localdate())
    [today] = deadlines(row)

    assert set(nobody.handlers) == office
    assert before.handlers == today.handlers == (head.pk,) and before.due_on == row.correction_due_on
    assert CORRECTION.still_open([before.key]) == {before.key: localdate()}
    assert CORRECTION.concerns and [CORRECTION.concerns(one, before.key) for one in (head, both)] == [True, False]


def test_those_who_have_the_case_are_told_to_verify_and_nobody_of_the_agency() -> None:
    row = make_case(S.CORRECTED)
    both = make_member(Role.INSPECTOR, row.office)
    make_member(Role.STAFF, row.agency, user=both)
    office = {one.pk for one in inspectors_over(row.agency)}

    [found] = deadlines(row)

    assert found.key.startswith("accountability_verification:") and set(found.handlers) == office
    assert found.due_on == working_day_after(VERIFICATION_DAYS)
    assert VERIFICATION.still_open([found.key]) == {found.key: found.due_on}
    AccountabilityCase.objects.filter(pk=row.pk).update(corrected_by=row.opened_by)  # who noted it verifies nothing
    assert set(deadlines(reread(row))[0].handlers) == office - {row.opened_by_id}
    Membership.objects.filter(role=Role.INSPECTOR, agency=row.office).exclude(user=row.opened_by).delete()
    assert deadlines(row)[0].handlers == (row.opened_by_id,)  # but is told where nobody else is left
    assert Membership.objects.filter(user=both).count() == 1
    closed = make_case(S.CLOSED)
    assert deadlines(closed) == []
