"""Reports to the superior body: entered once, met on the day they were filed."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from disclosure.enums import ObligationKind
from disclosure.models import Filing, Obligation
from disclosure.services import filings
from govportal.models import Agency, AuditEvent, PublicRevision, User
from govportal.permissions import Role
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.obligations import make_obligation, noon

TODAY = date(2026, 7, 10)


@pytest.fixture
def obligation(db: None) -> Obligation:
    return make_obligation(kind=ObligationKind.FILING)


@pytest.fixture
def publisher(obligation: Obligation) -> User:
    return make_member(Role.PUBLISHER, obligation.agency)


@pytest.fixture
def superior(db: None) -> Agency:
    return make_agency()


def enter(obligation: Obligation, actor: User, superior: Agency, **values: object) -> Filing:
    values = {"filed_on": date(2026, 7, 8), "title": "半年工作报告", "at": noon(TODAY)} | values
    return filings.file(obligation.pk, actor=actor, filed_with=superior, **values)  # type: ignore[arg-type]


def test_file_meets_it_on_the_day_it_was_filed(obligation: Obligation, publisher: User, superior: Agency) -> None:
    before = PublicRevision.objects.count()

    filing = enter(obligation, publisher, superior, number="澄政办〔2026〕3号", attachment=make_attachment())

    obligation.refresh_from_db()
    assert (obligation.met_on, obligation.met_by, filing.number) == (date(2026, 7, 8), None, "澄政办〔2026〕3号")
    assert PublicRevision.objects.count() == before + 1
    assert AuditEvent.objects.get(action="filing.file").after["filed_with"] == superior.code


def test_file_every_reason_at_once(publisher: User, obligation: Obligation) -> None:
    stranger = make_member(Role.STAFF, obligation.agency)
    presence = make_obligation(agency=obligation.agency)

    with pytest.raises(ValidationError) as refused:
        enter(presence, stranger, obligation.agency, filed_on=date(2026, 7, 11))

    assert refused.value.messages == [
        "您不是本单位的承办人或审定人。",
        "这项义务不以报送履行。",
        "收件机关不能是本单位。",
        "报送日期不能晚于今天。",
    ]


def test_file_before_its_period_began_refused(obligation: Obligation, publisher: User, superior: Agency) -> None:
    with pytest.raises(ValidationError, match="不能早于本期开始"):
        enter(obligation, publisher, superior, filed_on=date(2025, 12, 31))


def test_file_twice_or_what_was_cancelled_refused(obligation: Obligation, publisher: User, superior: Agency) -> None:
    enter(obligation, publisher, superior)
    with pytest.raises(ValidationError, match="已经履行"):
        enter(obligation, publisher, superior)
    cancelled = make_obligation(kind=ObligationKind.FILING, agency=obligation.agency, cancelled_at=noon(TODAY))

    with pytest.raises(ValidationError, match="已取消"):
        enter(cancelled, publisher, superior)


def test_file_without_a_title_leaves_nothing(obligation: Obligation, publisher: User, superior: Agency) -> None:
    with pytest.raises(ValidationError):
        enter(obligation, publisher, superior, title=" ")

    assert not Filing.objects.exists()
    assert Obligation.objects.open().exists()


def test_filing_constraint_one_an_obligation(obligation: Obligation, publisher: User, superior: Agency) -> None:
    filing = enter(obligation, publisher, superior)
    filing.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        filing.save(force_insert=True)
