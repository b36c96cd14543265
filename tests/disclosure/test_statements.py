"""Signed words in the place of an item: when they may be given, and what they meet."""

from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from disclosure.enums import Audience, ObligationKind, StatementKind
from disclosure.models import Item, Obligation, Statement
from disclosure.services import draft, statements
from govportal.models import AuditEvent, PublicRevision, User
from govportal.permissions import Role
from tests.factories import make_agency, make_item, make_member
from tests.factories.obligations import make_obligation, noon
from tests.factories.published import draft_one, publish_edition, reread

NIL, UNCHANGED = StatementKind.NIL, StatementKind.UNCHANGED
JULY_1 = date(2026, 7, 1)
OF_OLD = {"formed_on": date(2025, 11, 1)}


@pytest.fixture
def obligation(db: None) -> Obligation:
    """The presence of the first half of 2026."""
    return make_obligation()


@pytest.fixture
def approver(obligation: Obligation) -> User:
    return make_member(Role.APPROVER, obligation.agency)


def published(obligation: Obligation, day: date, *, audience: str = Audience.PUBLIC) -> None:
    edition = {"published_on": day, "published_at": noon(day)}
    make_item(agency=obligation.agency, catalogue_entry=obligation.entry, audience=audience, edition=edition)


def amend(item: Item, body: str, *, at: datetime) -> None:
    content = draft.Content(title="公示办法", body=body, change_note="改", formed_on=OF_OLD["formed_on"])
    edition = draft.add_edition(Item.objects.get(pk=item.pk), content, author=item.created_by, at=at)
    publish_edition(reread(edition), at=at)


def test_sign_nil_meets_the_half_year_today(obligation: Obligation, approver: User) -> None:
    before = PublicRevision.objects.count()

    statement = statements.sign(obligation.pk, NIL, actor=approver, at=noon(JULY_1), note=" 本期没有 ")

    obligation.refresh_from_db()
    assert (obligation.met_on, obligation.met_by, statement.note) == (JULY_1, None, "本期没有")
    assert PublicRevision.objects.count() == before + 1
    assert AuditEvent.objects.filter(action="statement.sign").count() == 1


@pytest.mark.parametrize(("day", "may"), [(date(2026, 6, 15), False), (date(2026, 6, 16), True), (JULY_1, True)])
def test_sign_nil_from_the_last_fifteen_days_on(
    obligation: Obligation, approver: User, day: date, *, may: bool
) -> None:
    reasons = statements.reasons_against(obligation, NIL, approver, noon(day))

    assert reasons == ([] if may else ["期间还没有结束，2026-06-16 起可以声明本期无此类信息。"])


def test_sign_nil_refused_when_something_was_published_in_the_period(obligation: Obligation, approver: User) -> None:
    published(obligation, date(2026, 6, 30))

    with pytest.raises(ValidationError, match="不能声明本期无此类信息"):
        statements.sign(obligation.pk, NIL, actor=approver, at=noon(JULY_1))


def test_sign_nil_refused_after_an_amendment_in_substance_and_not_after_one_of_form(
    obligation: Obligation, approver: User
) -> None:
    edition = draft_one(
        agency=obligation.agency, catalogue_entry=obligation.entry, body="<p>期限五天，</p>", content=OF_OLD
    )
    publish_edition(edition, at=noon(date(2025, 12, 1)))

    amend(edition.item, "<p>期限五天。</p>", at=noon(date(2026, 6, 20)))
    of_form = statements.reasons_against(obligation, NIL, approver, noon(JULY_1))
    amend(edition.item, "<p>期限九天。</p>", at=noon(date(2026, 6, 30)))
    in_substance = statements.reasons_against(obligation, NIL, approver, noon(JULY_1))

    assert of_form == []
    assert in_substance == [f"本期已公开 {edition.item.index_number}，不能声明本期无此类信息。"]


def test_sign_nil_refused_by_no_correction_notice_and_no_archive_taken_over(
    obligation: Obligation, approver: User
) -> None:
    make_item(
        agency=obligation.agency, catalogue_entry=obligation.entry, item_type="correction",
        edition={"published_on": date(2026, 6, 1), "published_at": noon(date(2026, 6, 1))},
    )  # fmt: skip
    make_item(
        agency=obligation.agency, catalogue_entry=obligation.entry,
        edition={"published_on": date(2019, 6, 1), "published_at": noon(date(2026, 6, 1))},
    )  # fmt: skip

    assert statements.reasons_against(obligation, NIL, approver, noon(JULY_1)) == []


def test_published_in_the_period_counts_for_every_obligation_of_the_entry(obligation: Obligation) -> None:
    published(obligation, JULY_1)
    assert not Obligation.objects.published_in_period().exists()
    other = make_obligation(entry=obligation.entry, agency=obligation.agency, kind=ObligationKind.RECURRING)

    published(obligation, date(2026, 6, 29))
    published(obligation, date(2026, 6, 30))

    assert set(Obligation.objects.published_in_period()) == {obligation, other}


def test_sign_nil_publications_outside_or_inside_the_house_do_not_count(obligation: Obligation, approver: User) -> None:
    published(obligation, date(2025, 12, 31))
    published(obligation, JULY_1)
    published(obligation, date(2026, 6, 1), audience=Audience.INTERNAL)

    assert statements.reasons_against(obligation, NIL, approver, noon(JULY_1)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        (ObligationKind.EVENT, NIL),
        (ObligationKind.REVIEW, NIL),
        (ObligationKind.FILING, NIL),
        (ObligationKind.PRESENCE, UNCHANGED),
        (ObligationKind.RECURRING, UNCHANGED),
    ],
)
def test_sign_the_wrong_word_for_a_kind_refused(kind: ObligationKind, statement: StatementKind) -> None:
    obligation = make_obligation(kind=kind)
    actor = make_member(Role.APPROVER, obligation.agency)

    assert len(statements.reasons_against(obligation, statement, actor, noon(JULY_1))) == 1


@pytest.mark.django_db
def test_sign_unchanged_needs_something_that_is_public() -> None:
    obligation = make_obligation(kind=ObligationKind.REVIEW)
    actor = make_member(Role.APPROVER, obligation.agency)
    assert statements.reasons_against(obligation, UNCHANGED, actor, noon(JULY_1)) == [
        "这一事项还没有公开的信息，无从复核。"
    ]
    published(obligation, date(2024, 1, 1))

    statements.sign(obligation.pk, UNCHANGED, actor=actor, at=noon(JULY_1))

    assert Obligation.objects.met().get() == obligation


def test_sign_by_a_publisher_refused(obligation: Obligation) -> None:
    actor = make_member(Role.PUBLISHER, obligation.agency)

    assert statements.reasons_against(obligation, NIL, actor, noon(JULY_1)) == ["声明须由本单位审定人签署。"]


def test_sign_by_the_approver_of_another_agency_refused(obligation: Obligation) -> None:
    actor = make_member(Role.APPROVER, make_agency())

    assert statements.reasons_against(obligation, NIL, actor, noon(JULY_1)) == ["声明须由本单位审定人签署。"]


def test_sign_twice_or_what_was_cancelled_refused(obligation: Obligation, approver: User) -> None:
    statements.sign(obligation.pk, NIL, actor=approver, at=noon(JULY_1))
    with pytest.raises(ValidationError, match="已经履行"):
        statements.sign(obligation.pk, NIL, actor=approver, at=noon(JULY_1))

    Obligation.objects.update(met_on=None, cancelled_at=noon(JULY_1))
    with pytest.raises(ValidationError, match="已取消"):
        statements.sign(obligation.pk, NIL, actor=approver, at=noon(JULY_1))


def test_sign_note_too_long_leaves_nothing(obligation: Obligation, approver: User) -> None:
    with pytest.raises(ValidationError):
        statements.sign(obligation.pk, NIL, actor=approver, at=noon(JULY_1), note="长" * 501)

    assert not Statement.objects.exists()
    assert Obligation.objects.open().exists()


def test_statement_constraints_one_of_a_known_kind(obligation: Obligation, approver: User) -> None:
    values = {"obligation": obligation, "signed_by": approver, "signed_at": noon(JULY_1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.create(kind="nonsense", **values)
    Statement.objects.create(kind=NIL, **values)

    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.create(kind=NIL, **values)
