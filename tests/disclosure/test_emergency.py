"""应急公开: one approver, a reason, and the review made good by other people in their order (domain §4.7)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from disclosure.enums import EditionAction, EditionState, ItemState, LogKind, Mode, Procedure, RecordKind, ReviewStep
from disclosure.models import Edition, Item, LogEntry
from disclosure.public_reviews import Supplement, afterwards
from disclosure.services import draft, publish, records, review
from disclosure.services.verify_log import verify
from govportal.models import Agency, AuditEvent, Holiday, HolidayYear, SiteProfile
from govportal.now import today
from govportal.permissions import Role
from tests.database import refused, run
from tests.factories import make_agency, make_attachment, make_member, make_user
from tests.factories.policies import draft_budget, draft_interpretation, draft_policy
from tests.factories.published import AT, draft_one, publish_one, reread, sign_through, signer, submit

REASON = "汛情紧急，须立即公告转移路线。"


def publish_now(edition: Edition, *, at: datetime = AT, reason: str = REASON) -> LogEntry:
    approver = signer(ReviewStep.APPROVAL, edition.item.agency)
    return publish.publish_in_emergency(edition.pk, actor=approver, at=at, reason=reason)


def urgent(agency: Agency | None = None) -> Edition:
    edition = draft_one(agency=agency or make_agency())
    publish_now(edition)
    return reread(edition)


@pytest.mark.django_db
def test_emergency_publishes_at_once_with_one_signature_and_says_what_it_owes() -> None:
    edition = draft_one()

    entry = publish_now(edition)

    edition = reread(edition)
    assert (entry.kind, entry.note, edition.state) == (LogKind.PUBLISH, REASON, EditionState.PUBLISHED)
    assert (edition.procedure, edition.emergency_reason) == (Procedure.EMERGENCY, REASON)
    assert Item.objects.get(pk=edition.item_id).state == ItemState.LIVE
    approval = edition.approvals.get()
    assert (approval.step, approval.digest, approval.note) == (ReviewStep.EMERGENCY, edition.review_digest, REASON)
    assert review.missing_afterwards(edition) == (ReviewStep.SECRECY, ReviewStep.PRE)
    assert list(edition.events.values_list("action", flat=True)) == [EditionAction.EMERGENCY_PUBLISH]
    assert verify().is_intact


@pytest.mark.parametrize("reason", ["", " \n　"])
@pytest.mark.django_db
def test_emergency_without_reason_is_refused_and_leaves_no_trace(reason: str) -> None:
    edition = draft_one()

    with pytest.raises(ValidationError, match="应急公开须写明理由"):
        publish_now(edition, reason=reason)

    edition = reread(edition)
    assert (edition.state, edition.procedure, edition.review_digest) == (EditionState.DRAFT, Procedure.REVIEW, "")
    assert not edition.approvals.exists() and not LogEntry.objects.exists()


@pytest.mark.django_db
def test_emergency_reason_longer_than_its_column_is_refused_and_leaves_no_trace() -> None:
    edition = draft_one()

    with pytest.raises(ValidationError):
        publish_now(edition, reason="长" * 501)

    assert reread(edition).state == EditionState.DRAFT
    assert not edition.approvals.exists()


@pytest.mark.django_db
def test_emergency_by_author_or_last_editor_is_refused_though_he_is_approver() -> None:
    agency = make_agency()
    author, editor = (make_member(Role.PUBLISHER, agency) for _number in range(2))
    edition = draft_one(agency=agency, author=author)
    draft.edit(edition.pk, draft.Content(title="二", body="<p>二</p>"), actor=editor, at=AT, lock_version=0)

    for writer in (author, editor):
        make_member(Role.APPROVER, agency, user=writer)
        with pytest.raises(ValidationError, match="起草人和最后修改人不能"):
            publish.publish_in_emergency(edition.pk, actor=writer, at=AT, reason=REASON)

    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.APPROVER])
@pytest.mark.django_db
def test_emergency_by_any_other_role_is_refused(role: Role) -> None:
    agency = make_agency()
    edition = draft_one(agency=agency)

    with pytest.raises(ValidationError, match="没有“应急公开”的角色"):
        publish.publish_in_emergency(edition.pk, actor=make_member(role, agency), at=AT, reason=REASON)


@pytest.mark.django_db
def test_emergency_of_what_is_approved_is_refused() -> None:
    edition = sign_through(draft_one())

    with pytest.raises(ValidationError, match="不能应急公开"):
        publish.publish_in_emergency(
            edition.pk, actor=make_member(Role.APPROVER, edition.item.agency), at=AT, reason=REASON
        )


@pytest.mark.django_db
def test_emergency_formed_tomorrow_is_refused() -> None:
    edition = draft_one(content={"formed_on": date(today().year + 1, 1, 1)})

    with pytest.raises(ValidationError, match="还没有到"):
        publish_now(edition)


@pytest.mark.parametrize(("days", "due"), [(1, date(2026, 3, 3)), (2, date(2026, 3, 5)), (4, date(2026, 3, 7))])
@pytest.mark.django_db
def test_emergency_review_falls_due_by_working_days_under_the_calendar(days: int, due: date) -> None:
    """From Monday 2 March: Wednesday is given off, Saturday is worked for it."""
    year = HolidayYear.objects.get_or_create(year=2026)[0]
    Holiday.objects.create(date=date(2026, 3, 4), name="调休", is_off=True, notice=year)
    Holiday.objects.create(date=date(2026, 3, 7), name="调休", is_off=False, notice=year)
    SiteProfile.objects.update_or_create(pk=1, defaults={"emergency_review_days": days})
    edition = draft_one()

    publish_now(edition)

    assert reread(edition).review_due_on == due


@pytest.mark.django_db
def test_emergency_review_counts_from_the_day_in_beijing() -> None:
    SiteProfile.objects.update_or_create(pk=1, defaults={"emergency_review_days": 1})
    edition = draft_one()

    publish_now(edition, at=datetime(2026, 3, 2, 17, 0, tzinfo=UTC))

    assert (reread(edition).published_on, reread(edition).review_due_on) == (date(2026, 3, 3), date(2026, 3, 4))


@pytest.mark.django_db
def test_emergency_amendment_is_substantive_by_the_servers_word() -> None:
    item = publish_one()
    content = draft.Content(title=item.title, body="<p>二</p>", change_note="增加附件", is_substantive=False)
    files = [(make_attachment(), "名单")]
    draft.add_edition(item, content, author=item.created_by, at=AT, attachments=files)

    entry = publish_now(reread(item.editions.get(number=2)))

    assert entry.kind == LogKind.AMEND
    assert item.editions.get(number=2).is_substantive
    assert verify().is_intact


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"body": ""}, "缺少必备要素：正文"),
        ({"effective_on": date(2026, 5, 1), "expires_on": date(2026, 4, 30)}, "有效期至早于施行日期"),
        ({"formed_on": date(2026, 3, 3)}, "还没有到"),
        ({"mode": Mode.ON_REQUEST}, "不能主动公开"),
    ],
)
@pytest.mark.django_db
def test_emergency_skips_the_reviews_and_not_the_rules_of_content(content: dict[str, Any], reason: str) -> None:
    edition = draft_one(content=content)

    with pytest.raises(ValidationError, match=reason):
        publish_now(edition)

    assert not LogEntry.objects.exists()


@pytest.mark.django_db
def test_emergency_publishes_nobodys_whole_name() -> None:
    party = {"party": "王小明", "kind": "penalty"}
    edition = draft_one(item_type="enforcement", content={"extra": party})

    with pytest.raises(ValidationError, match="应当写作"):
        publish_now(edition)


@pytest.mark.django_db
def test_emergency_amendment_without_change_note_is_refused() -> None:
    item = publish_one()
    content = draft.Content(title=item.title, body="<p>二</p>", formed_on=item.formed_on, change_note="改")
    second = draft.add_edition(item, content, author=item.created_by, at=AT)
    run("UPDATE disclosure_edition SET change_note = '' WHERE id = %s", second.pk)

    with pytest.raises(ValidationError, match="修改说明"):
        publish_now(reread(second))


# --- What was waived is owed ------------------------------------------------------------------------------


def sign_all(edition: Edition) -> None:
    while step := review.step_afterwards(edition):
        review.sign_afterwards(edition.pk, actor=signer(step, edition.item.agency), at=AT)


@pytest.mark.django_db
def test_emergency_without_meeting_and_interpretation_owes_both_until_they_are_there() -> None:
    agency = make_agency()
    policy = draft_policy(agency, has_meeting=False)
    publish_now(policy)
    policy = reread(policy)
    sign_all(policy)
    assert review.missing_afterwards(policy) == (Supplement.MEETING, Supplement.INTERPRETATION)
    assert afterwards([policy], today())[policy.pk].is_overdue

    records.add_afterwards(policy.pk, evidence(RecordKind.MEETING), actor=policy.created_by, at=AT)

    assert review.missing_afterwards(policy) == (Supplement.INTERPRETATION,)
    interpretation = sign_through(draft_interpretation(policy))
    assert review.missing_afterwards(policy) == (Supplement.INTERPRETATION,)
    publish.publish(interpretation.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT)
    assert review.missing_afterwards(policy) == ()
    assert not afterwards([policy], today())[policy.pk].is_overdue
    assert verify().is_intact


@pytest.mark.django_db
def test_emergency_budget_without_audit_owes_it() -> None:
    edition = draft_budget(has_audit=False)
    publish_now(edition)
    edition = reread(edition)

    assert review.missing_afterwards(edition)[-1] == Supplement.AUDIT
    with pytest.raises(ValidationError, match="不缺这种佐证记录"):
        records.add_afterwards(edition.pk, evidence(RecordKind.MEETING), actor=edition.created_by, at=AT)
    with pytest.raises(ValidationError, match="不是本单位的承办人"):
        records.add_afterwards(edition.pk, evidence(RecordKind.AUDIT), actor=make_member(Role.PUBLISHER), at=AT)
    records.add_afterwards(edition.pk, evidence(RecordKind.AUDIT), actor=edition.created_by, at=AT)

    with pytest.raises(ValidationError, match="没有待补的佐证记录"):
        records.add_afterwards(edition.pk, evidence(RecordKind.AUDIT), actor=edition.created_by, at=AT)
    assert AuditEvent.objects.filter(action="record.add").count() == 1


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.django_db
def test_afterwards_takes_three_statements_however_many_emergencies(n: int, django_assert_num_queries: Any) -> None:
    editions = []
    for _number in range(n):
        policy = draft_policy(make_agency(), has_meeting=False)
        publish_now(policy)
        editions.append(reread(policy))

    with django_assert_num_queries(3):
        found = afterwards(editions, today())

    assert len(found) == n


@pytest.mark.django_db
def test_record_guard_takes_one_record_a_kind_of_an_emergency_and_keeps_it() -> None:
    edition = draft_budget(has_audit=False)
    publish_now(edition)
    insert = (
        "INSERT INTO disclosure_supportingrecord (edition_id, kind, title, number, dated_on, added_by_id) "
        "VALUES (%s, %s, '审计报告', '', '2026-02-27', %s)"
    )

    assert not refused(insert, edition.pk, "audit", edition.created_by_id)
    assert refused(insert, edition.pk, "audit", edition.created_by_id)
    assert refused("UPDATE disclosure_supportingrecord SET title = '别的' WHERE edition_id = %s", edition.pk)
    assert refused("DELETE FROM disclosure_supportingrecord WHERE edition_id = %s", edition.pk)


def evidence(kind: RecordKind) -> records.Evidence:
    return records.Evidence(kind=kind, title="纪要", dated_on=date(2026, 2, 27))


# --- 补审 ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_afterwards_steps_are_signed_by_other_people_in_their_order() -> None:
    agency = make_agency()
    edition = draft_budget(agency=agency)
    publish_now(edition)
    edition = reread(edition)
    people = {step: signer(step, agency) for step in (ReviewStep.SECRECY, ReviewStep.PRE, ReviewStep.SECOND)}

    for step, person in people.items():
        for other in set(people.values()) - {person}:
            with pytest.raises(ValidationError):
                review.sign_afterwards(edition.pk, actor=other, at=AT)
        approval = review.sign_afterwards(edition.pk, actor=person, at=AT, note="补审")
        assert (approval.step, approval.digest) == (step, edition.review_digest)

    assert review.missing_afterwards(edition) == ()
    with pytest.raises(ValidationError, match="没有待补的审查"):
        review.sign_afterwards(edition.pk, actor=people[ReviewStep.SECRECY], at=AT)
    assert AuditEvent.objects.filter(action="edition.review_afterwards").count() == 3
    assert verify().is_intact


@pytest.mark.parametrize("who", ["author", "approver of the emergency", "superuser", "administrator"])
@pytest.mark.django_db
def test_afterwards_by_who_wrote_or_decided_it_is_refused(who: str) -> None:
    agency = make_agency()
    edition = urgent(agency)
    person = {
        "author": edition.created_by,
        "approver of the emergency": edition.approvals.get().signer,
        "superuser": make_user(is_superuser=True),
        "administrator": make_member(Role.ADMINISTRATOR, agency),
    }[who]
    if who in {"author", "approver of the emergency"}:
        make_member(Role.SECRECY_REVIEWER, agency, user=person)

    with pytest.raises(ValidationError):
        review.sign_afterwards(edition.pk, actor=person, at=AT)

    assert edition.approvals.count() == 1


@pytest.mark.django_db
def test_afterwards_one_person_signs_one_step_though_he_holds_two_roles() -> None:
    agency = make_agency()
    edition = urgent(agency)
    both = make_member(Role.PRE_REVIEWER, agency, user=make_member(Role.SECRECY_REVIEWER, agency))
    review.sign_afterwards(edition.pk, actor=both, at=AT)

    with pytest.raises(ValidationError, match="您已经作过“保密审查”"):
        review.sign_afterwards(edition.pk, actor=both, at=AT)

    assert review.missing_afterwards(edition) == (ReviewStep.PRE,)


@pytest.mark.django_db
def test_afterwards_signatures_given_before_the_emergency_count() -> None:
    edition = sign_through(draft_one(), until=ReviewStep.SECRECY)

    publish_now(edition)

    edition = reread(edition)
    assert set(edition.approvals.standing().values_list("step", flat=True)) == {"secrecy", "emergency"}
    assert review.missing_afterwards(edition) == (ReviewStep.PRE,)
    assert verify().is_intact


@pytest.mark.django_db
def test_afterwards_owes_nothing_for_what_went_through_the_review_or_is_not_public() -> None:
    item = publish_one()
    reviewed = item.current_edition
    assert reviewed is not None

    assert review.missing_afterwards(reviewed) == ()
    assert review.missing_afterwards(submit(draft_one())) == ()
    with pytest.raises(ValidationError, match="没有待补的审查"):
        review.sign_afterwards(reviewed.pk, actor=make_member(Role.SECRECY_REVIEWER, item.agency), at=AT)
