"""Several people at one case: one wins, the others are told so; numbers follow one another."""

from functools import partial

import pytest
from django.utils.timezone import localdate

from evaluation.accountability_enums import CaseState, NoticeKind
from evaluation.models import AccountabilityCase, AccountabilityNotice
from evaluation.services import accountability_decide, accountability_notices, accountability_open
from govportal.models import PrivateFile
from govportal.now import now
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from tests.factories import make_member
from tests.factories.accountability import (
    inspectors_over,
    make_case,
    make_decision,
    make_notice,
    make_opening,
    make_overseen,
)
from tests.factories.complaints import make_complaint
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
S = CaseState


def names(outcomes: list[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_referral_taken_up_by_eight_at_once_is_one_case() -> None:
    agency = make_overseen()
    complaint = make_complaint(ComplaintState.ANSWERED, agency=agency)
    Complaint.objects.filter(pk=complaint.pk).update(referred_on=localdate())
    wanted = make_opening(agency, complaint_id=complaint.pk)
    actor = inspectors_over(agency)[0]

    outcomes = at_once(partial(accountability_open.open_case, wanted, actor=actor, at=now()), times=8)

    assert names(outcomes) == ["AccountabilityCase"] + ["ValidationError"] * 7
    make_case(agency=agency)
    year = localdate().year
    found = sorted(AccountabilityCase.objects.values_list("number", flat=True))
    assert found == [f"责任追究〔{year}〕{number}号" for number in (1, 2)]


def test_case_decided_and_dropped_by_eight_at_once_ends_once() -> None:
    row = make_case(S.HEARD, people=2)
    people = [make_member(Role.INSPECTOR, row.office) for _number in range(8)]
    decision = make_decision(row)

    outcomes = at_once(
        *(partial(accountability_decide.decide, row.pk, decision, actor=one, at=now()) for one in people[:4]),
        *(partial(accountability_decide.drop, row.pk, reasons="不属实。", actor=one, at=now()) for one in people[4:]),
    )

    assert names(outcomes) == ["AccountabilityCase"] + ["ValidationError"] * 7
    row.refresh_from_db()
    papers = AccountabilityNotice.objects.exclude(kind=NoticeKind.HEARING)
    assert papers.count() == (3 if row.state == S.DECIDED else 2)


def test_paper_opened_by_four_at_once_is_made_once() -> None:
    notice = make_notice()

    outcomes = at_once(partial(accountability_notices.file_of, notice.pk), times=4)

    assert names(outcomes) == ["PrivateFile"] * 4
    assert len({one.pk for one in outcomes if isinstance(one, PrivateFile)}) == PrivateFile.objects.count() == 1
