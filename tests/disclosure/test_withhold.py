"""不予公开备案: two people, filed with a superior body, looked at again, released; never named in the audit trail."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from disclosure.enums import EditionState, Mode, WithholdingGround, WithholdingState
from disclosure.models import Edition, Withholding, WithholdingReview
from disclosure.rules import WITHHOLDING_GROUNDS
from disclosure.services import draft, review, withhold
from govportal.models import Agency, AuditEvent, Notice, PublicRevision, User
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.published import AT, draft_one, publish_edition, sign_through
from tests.factories.registers import make_withholding

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
NEXT = date(2026, 9, 1)
NAME = "某干部家庭情况核查"


@pytest.fixture
def agency() -> Agency:
    return make_agency(parent=make_agency(name="澄明县人民政府"), name="民政局")


@pytest.fixture
def publisher(agency: Agency) -> User:
    return make_member(Role.PUBLISHER, agency, email="publisher@county.example")


@pytest.fixture
def approver(agency: Agency) -> User:
    return make_member(Role.APPROVER, agency)


def matter(**values: Any) -> withhold.Matter:
    typed: dict[str, Any] = {
        "name": NAME,
        "ground": WithholdingGround.THIRD_PARTY,
        "reason": "涉及个人隐私，当事人不同意公开。",
        "basis": "条例第十五条",
        "review_on": NEXT,
    }
    return withhold.Matter(**typed | values)


def in_force(agency: Agency, publisher: User, approver: User) -> Withholding:
    row = withhold.register(agency, matter(), actor=publisher, at=AT)
    return withhold.decide(row.pk, actor=approver, at=AT)


def texts(rows: Iterator[AuditEvent]) -> str:
    return " ".join(f"{e.subject_name} {e.before} {e.after} {e.note} {e.basis}" for e in rows)


def test_every_ground_has_its_rule_and_the_rows_of_the_report_follow_one_another() -> None:
    assert [rule.ground for rule in WITHHOLDING_GROUNDS] == list(WithholdingGround)
    assert [rule.report_row for rule in WITHHOLDING_GROUNDS] == [f"（三）{n}" for n in range(1, 8)]
    assert {rule.article for rule in WITHHOLDING_GROUNDS} == {
        "第十四条", "第十五条", "第十六条第一款", "第十六条第二款",
    }  # fmt: skip


def test_matter_is_proposed_by_one_and_decided_by_another(agency: Agency, publisher: User, approver: User) -> None:
    before = PublicRevision.objects.count()

    row = in_force(agency, publisher, approver)

    assert (row.state, row.decided_by, row.decided_at) == (WithholdingState.IN_FORCE, approver, AT)
    assert PublicRevision.objects.count() == before + 1
    assert Withholding.objects.all().counts() == {WithholdingGround.THIRD_PARTY: 1}


def test_audit_names_ground_and_never_the_matter(agency: Agency, publisher: User, approver: User) -> None:
    row = in_force(agency, publisher, approver)
    assert agency.parent
    deposit = withhold.Deposit(agency=agency.parent, filed_on=TODAY, number="备1号")
    withhold.file_with(row.pk, deposit, actor=publisher, at=AT)
    withhold.review(row.pk, withhold.Verdict(is_kept=False, reason=f"{NAME}已结束"), actor=approver, at=AT)

    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == [
        "withholding.register",
        "withholding.in_force",
        "withholding.file",
        "withholding.release",
    ]
    assert NAME not in texts(AuditEvent.objects.iterator())
    assert NAME not in " ".join(f"{notice.subject}{notice.body}" for notice in Notice.objects.all())


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PUBLISHER])
def test_nobody_but_a_publisher_registers(agency: Agency, role: Role) -> None:
    with pytest.raises(ValidationError, match="承办人"):
        withhold.register(agency, matter(), actor=make_member(role, agency), at=AT)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.APPROVER])
def test_nobody_but_an_approver_decides_or_reviews(agency: Agency, publisher: User, role: Role) -> None:
    actor = make_member(role, agency)
    proposed = withhold.register(agency, matter(), actor=publisher, at=AT)
    held = make_withholding(agency=agency)

    with pytest.raises(ValidationError, match="审定人"):
        withhold.decide(proposed.pk, actor=actor, at=AT)
    with pytest.raises(ValidationError, match="审定人"):
        withhold.review(held.pk, withhold.Verdict(is_kept=False, reason="可以公开"), actor=actor, at=AT)


def test_proposer_cannot_decide_or_review_his_own(agency: Agency, publisher: User) -> None:
    make_member(Role.APPROVER, agency, user=publisher)
    row = withhold.register(agency, matter(), actor=publisher, at=AT)
    held = make_withholding(agency=agency, proposed_by=publisher)

    for refused in (
        withhold.reasons_against_deciding(row, publisher),
        withhold.reasons_against_review(held, None, publisher, TODAY),
    ):
        assert refused == ["提出人不能审定、评估自己提出的备案。"]


def test_database_refuses_a_decision_of_the_proposer_or_by_nobody(agency: Agency, publisher: User) -> None:
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        make_withholding(agency=agency, proposed_by=publisher, decided_by=publisher)
    with pytest.raises(IntegrityError, match="in_force_is_decided"), transaction.atomic():
        make_withholding(agency=agency, decided_by=None)
    for column in ("ground", "state"):
        decided = {"decided_by": make_member(Role.APPROVER, agency), "decided_at": AT}
        row = make_withholding(agency=agency, state=WithholdingState.PROPOSED, **decided)
        with pytest.raises(IntegrityError, match=column), transaction.atomic():
            Withholding.objects.filter(pk=row.pk).update(**{column: "other"})


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"name": " "}, "须写明事项名称"),
        ({"reason": ""}, "须写明事项名称"),
        ({"basis": ""}, "须写明事项名称"),
        ({"review_on": TODAY}, "须在今天以后"),
        ({"review_on": TODAY + timedelta(days=400)}, "至少每12个月"),
        ({"postponed_until": TODAY}, "暂缓公开的截止日期"),
    ],
)
def test_faulty_matter_is_refused_with_its_reason(
    agency: Agency, publisher: User, values: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        withhold.register(agency, matter(**values), actor=publisher, at=AT)

    assert not Withholding.objects.exists()


def test_unknown_ground_is_refused(agency: Agency, publisher: User) -> None:
    with pytest.raises(ValidationError, match="ground"):
        withhold.register(agency, matter(ground="whim"), actor=publisher, at=AT)


def test_filing_opens_the_matter_to_the_staff_of_that_body(agency: Agency, publisher: User, approver: User) -> None:
    row = in_force(agency, publisher, approver)
    superior = agency.parent
    assert superior
    reader, stranger = make_member(Role.PUBLISHER, superior), make_member(Role.PUBLISHER, make_agency())
    administrator = make_member(Role.ADMINISTRATOR, superior)
    before = list(Withholding.objects.visible_to(reader))

    withhold.file_with(
        row.pk, withhold.Deposit(agency=superior, filed_on=TODAY, number=" 备1号 "), actor=publisher, at=AT
    )

    row.refresh_from_db()
    assert (row.filed_with, row.filed_on, row.filing_number) == (superior, TODAY, "备1号")
    assert (before, list(Withholding.objects.visible_to(reader))) == ([], [row])
    for other in (stranger, administrator):
        assert not Withholding.objects.visible_to(other).exists()


def test_filing_is_refused_below_early_late_and_before_decision(
    agency: Agency, publisher: User, approver: User
) -> None:
    row = in_force(agency, publisher, approver)
    below, superior = make_agency(parent=agency), agency.parent
    assert superior

    def reasons(body: Agency, day: date) -> list[str]:
        return withhold.reasons_against_filing(row, withhold.Deposit(agency=body, filed_on=day), publisher, TODAY)

    assert reasons(agency, TODAY) == reasons(below, TODAY) == ["备案机关不能是本单位或它的下级。"]
    assert reasons(superior, TODAY + timedelta(1)) == ["备案日期还没有到。"]
    assert reasons(superior, TODAY - timedelta(1)) == ["备案日期不能早于审定日期。"]
    assert withhold.reasons_against_filing(row, None, approver, TODAY) == ["您不是民政局的承办人。"]
    proposed = withhold.register(agency, matter(), actor=publisher, at=AT)
    assert "不能登记报备" in withhold.reasons_against_filing(proposed, None, publisher, TODAY)[0]


def test_kept_matter_gets_its_next_day(agency: Agency, publisher: User, approver: User) -> None:
    row = in_force(agency, publisher, approver)
    later = datetime(2026, 9, 1, 2, tzinfo=UTC)
    due = Withholding.objects.review_due(NEXT)

    assert list(due) == [row] and not Withholding.objects.review_due(NEXT - timedelta(1)).exists()
    verdict = withhold.Verdict(is_kept=True, reason="仍然涉及隐私", next_review_on=date(2027, 3, 1))
    withhold.review(row.pk, verdict, actor=approver, at=later)

    row.refresh_from_db()
    assert (row.state, row.review_on) == (WithholdingState.IN_FORCE, date(2027, 3, 1))
    assert not due.all().exists()


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (withhold.Verdict(is_kept=True, reason="仍然涉及隐私"), "须确定下次评估日期"),
        (withhold.Verdict(is_kept=True, reason="仍然", next_review_on=TODAY), "须在今天以后"),
        (withhold.Verdict(is_kept=False, reason=" "), "须写明评估意见"),
    ],
)
def test_faulty_verdict_is_refused(
    agency: Agency, publisher: User, approver: User, verdict: withhold.Verdict, reason: str
) -> None:
    row = in_force(agency, publisher, approver)

    with pytest.raises(ValidationError, match=reason):
        withhold.review(row.pk, verdict, actor=approver, at=AT)

    assert not WithholdingReview.objects.exists()


def test_release_is_public_told_and_final(agency: Agency, publisher: User, approver: User) -> None:
    row = in_force(agency, publisher, approver)
    before = PublicRevision.objects.count()

    withhold.review(row.pk, withhold.Verdict(is_kept=False, reason="已可公开"), actor=approver, at=AT)

    row.refresh_from_db()
    assert (row.state, row.released_at) == (WithholdingState.RELEASED, AT)
    assert PublicRevision.objects.count() == before + 1
    assert Withholding.objects.all().counts() == {}
    assert [notice.address for notice in Notice.objects.all()] == ["publisher@county.example"]
    with pytest.raises(ValidationError, match="不用评估"):
        withhold.review(row.pk, withhold.Verdict(is_kept=False, reason="再评"), actor=approver, at=AT)


def test_review_is_append_only(agency: Agency) -> None:
    row = make_withholding(agency=agency)
    done = WithholdingReview.objects.create(
        withholding=row, is_kept=False, reason="可以公开", reviewed_by=row.proposed_by, reviewed_at=AT
    )

    with pytest.raises(Exception, match="append"), transaction.atomic():
        WithholdingReview.objects.filter(pk=done.pk).update(reason="改")
    with pytest.raises(IntegrityError, match="next"), transaction.atomic():
        WithholdingReview.objects.create(
            withholding=row, is_kept=True, reason="不", reviewed_by=row.proposed_by, reviewed_at=AT
        )


# --- with a text --------------------------------------------------------------------------------------------------


def withheld_edition(agency: Agency, publisher: User) -> Edition:
    """Approved as not to be published, its withholding in force by that very signature."""
    edition = draft_one(agency=agency, author=publisher, content={"mode": Mode.NOT_PUBLIC})
    make_withholding(agency=agency, edition=edition, state=WithholdingState.PROPOSED, proposed_by=publisher)
    return sign_through(edition)


def test_approval_of_the_text_puts_the_matter_in_force(agency: Agency, publisher: User) -> None:
    edition = withheld_edition(agency, publisher)

    row = Withholding.objects.get()
    assert (edition.state, row.state) == (EditionState.APPROVED, WithholdingState.IN_FORCE)
    assert row.decided_by != publisher
    assert withhold.reasons_against_deciding(row, publisher) != []


def test_matter_with_a_text_is_not_decided_apart(agency: Agency, publisher: User, approver: User) -> None:
    edition = draft_one(agency=agency, author=publisher)
    row = make_withholding(agency=agency, edition=edition, state=WithholdingState.PROPOSED, proposed_by=publisher)

    with pytest.raises(ValidationError, match="随它的文本"):
        withhold.decide(row.pk, actor=approver, at=AT)


def test_approver_who_proposed_the_withholding_is_refused_with_words(agency: Agency, publisher: User) -> None:
    edition = draft_one(agency=agency, author=publisher, content={"mode": Mode.NOT_PUBLIC})
    approver = make_member(Role.APPROVER, agency)
    make_withholding(agency=agency, edition=edition, state=WithholdingState.PROPOSED, proposed_by=approver)

    with pytest.raises(ValidationError, match="自己提出的备案"):
        sign_through(edition)


def edit(edition: Edition, actor: User, mode: Mode) -> Edition:
    content = draft.Content(title="公示办法", body="<p>正文。</p>", formed_on=date(2026, 2, 27), mode=mode)
    return draft.edit(edition.pk, content, actor=actor, at=AT, lock_version=edition.lock_version)


@pytest.mark.parametrize("mode", [Mode.PROACTIVE, Mode.ON_REQUEST])
def test_text_keeps_its_mode_while_withheld(agency: Agency, publisher: User, mode: Mode) -> None:
    edition = withheld_edition(agency, publisher)

    with pytest.raises(ValidationError, match="须先评估解除"):
        edit(edition, publisher, mode)

    assert edit(edition, publisher, Mode.NOT_PUBLIC).state == EditionState.DRAFT


def test_discarding_the_text_is_no_way_around(agency: Agency, publisher: User) -> None:
    edition = edit(withheld_edition(agency, publisher), publisher, Mode.NOT_PUBLIC)
    review.discard(edition.pk, actor=publisher, at=AT)

    with pytest.raises(ValidationError, match="须先评估解除"):
        draft.add_edition(
            edition.item, draft.Content(title="公示办法", change_note="改为公开"), author=publisher, at=AT
        )


def test_released_text_goes_through_the_procedure_and_is_published(agency: Agency, publisher: User) -> None:
    edition = withheld_edition(agency, publisher)
    approver = make_member(Role.APPROVER, agency)
    row = Withholding.objects.get()
    withhold.review(row.pk, withhold.Verdict(is_kept=False, reason="已可公开"), actor=approver, at=AT)

    edition = edit(edition, publisher, Mode.PROACTIVE)
    publish_edition(edition)

    edition.refresh_from_db()
    assert edition.state == EditionState.PUBLISHED
