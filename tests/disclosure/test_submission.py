"""送审条件: what a text must be before anybody is asked to review it, and policies with their interpretations."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from disclosure.enums import (
    EditionAction,
    EditionState,
    ItemAction,
    ItemState,
    LogKind,
    Mode,
    RecordKind,
    RelationKind,
    ReviewStep,
)
from disclosure.models import Edition, Item, LogEntry, Relation
from disclosure.services import close, draft, publish, review, submission
from disclosure.services.verify_log import verify
from disclosure.types import ITEM_TYPES
from govportal.now import today
from govportal.permissions import Role
from tests.database import guards_off, run
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.policies import add_evidence, draft_budget, draft_interpretation, draft_policy
from tests.factories.published import AT, draft_one, publish_edition, publish_one, reread, sign_through, signer, submit

LATER = AT + timedelta(hours=1)


def faults(edition: Edition) -> str:
    """What the button says, in one line; submitting says the same."""
    found = review.reasons_against(edition, EditionAction.SUBMIT, edition.last_edited_by, at=AT)
    if found:
        with pytest.raises(ValidationError) as refusal:
            submit(edition)
        assert refusal.value.messages == found
        assert reread(edition).state == EditionState.DRAFT
    return "".join(found)


# --- The text itself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"body": " "}, "缺少必备要素：正文"),
        ({"formed_on": localdate(AT) + timedelta(days=1)}, "还没有到"),
        ({"effective_on": date(2026, 5, 1), "expires_on": date(2026, 4, 30)}, "有效期至早于施行日期"),
        ({"mode": Mode.NOT_PUBLIC}, "须写明不公开情形"),
    ],
)
@pytest.mark.django_db
def test_submit_of_what_is_not_ready_is_refused_with_its_reason(content: dict[str, Any], reason: str) -> None:
    assert reason in faults(draft_one(content=content))


@pytest.mark.django_db
def test_submit_formed_today_or_ending_on_its_first_day_passes() -> None:
    day = localdate(AT)

    assert faults(draft_one(content={"formed_on": day, "effective_on": day, "expires_on": day})) == ""


@pytest.mark.django_db
def test_submit_button_and_service_agree_on_the_substance_of_a_change() -> None:
    """A number changed by who calls it minor needs its audit record: the button says so before it is pressed."""
    edition = draft_budget()
    publish_edition(edition)
    content = draft.Content(
        title="2026年部门预算",
        body="<p>第一条　公示期不少于九个工作日。</p>",
        formed_on=edition.formed_on,
        extra=edition.extra,
        change_note="更正错字",
        is_substantive=False,
    )
    item = Item.objects.get(pk=edition.item_id)
    draft.add_edition(item, content, author=edition.created_by, at=AT)

    second = item.editions.select_related("item__agency", "item__current_edition", "last_edited_by").get(number=2)

    assert "审计记录" in faults(second)
    assert not second.is_substantive


@pytest.mark.parametrize("mode", [Mode.ON_REQUEST, Mode.NOT_PUBLIC])
@pytest.mark.django_db
def test_public_item_is_not_hidden_by_an_amendment(mode: Mode) -> None:
    item = publish_one()
    content = {"title": "二", "body": "<p>二</p>", "formed_on": date(2026, 2, 27), "change_note": "改"}
    with pytest.raises(ValidationError, match="已公开的信息不能改为不公开，请先申请撤回"):
        draft.add_edition(item, draft.Content(**content, mode=mode), author=item.created_by, at=AT)  # type: ignore[arg-type]
    second = draft.add_edition(item, draft.Content(**content), author=item.created_by, at=AT)  # type: ignore[arg-type]

    with pytest.raises(ValidationError, match="已公开的信息不能改为不公开，请先申请撤回"):
        draft.edit(
            second.pk,
            draft.Content(**content, mode=mode),  # type: ignore[arg-type]
            actor=item.created_by,
            at=AT,
            lock_version=0,
        )
    run("UPDATE disclosure_edition SET mode = %s WHERE id = %s", mode, second.pk)

    assert "已公开的信息不能改为不公开" in faults(reread(second))


@pytest.mark.parametrize("state", [ItemState.WITHDRAWN, ItemState.TERMINATED, ItemState.VOID, ItemState.EXPIRED])
@pytest.mark.django_db
def test_ended_item_is_neither_drafted_nor_submitted_before_it_is_restored(state: ItemState) -> None:
    ended, closing = publish_one(), publish_one()
    content = draft.Content(
        title="二", body="<p>二</p>", formed_on=date(2026, 2, 27), expires_on=date(2026, 3, 1), change_note="改"
    )
    begun = draft.add_edition(closing, content, author=closing.created_by, at=AT)
    Item.objects.update(state=state)

    with pytest.raises(ValidationError, match="须先恢复"):
        draft.add_edition(ended, content, author=ended.created_by, at=AT)
    with pytest.raises(ValidationError, match="须先恢复"):
        draft.edit(begun.pk, content, actor=closing.created_by, at=AT, lock_version=0)
    assert "须先恢复" in faults(reread(begun))


@pytest.mark.parametrize("expires_on", [None, date(2026, 3, 2)])
@pytest.mark.django_db
def test_expired_item_is_drafted_and_submitted_anew_when_the_text_lasts_longer(expires_on: date | None) -> None:
    item = publish_one()
    Item.objects.update(state=ItemState.EXPIRED)
    content = draft.Content(
        title="二", body="<p>二</p>", formed_on=date(2026, 2, 27), expires_on=expires_on, change_note="延长"
    )

    second = draft.add_edition(item, content, author=item.created_by, at=AT)

    assert faults(reread(second)) == ""


@pytest.mark.django_db
def test_submit_names_every_reason_at_once() -> None:
    edition = draft_one(item_type="budget", content={"body": "", "formed_on": today() + timedelta(days=1)})

    found = submission.faults(edition, today())

    assert len(found) == 3
    assert "正文" in found[0] and "财政年度" in found[0] and "种类" in found[0]


@pytest.mark.django_db
def test_submit_next_edition_without_change_note_is_refused() -> None:
    item = publish_one()
    draft.add_edition(
        item, draft.Content(title="二", body="<p>二</p>", change_note="改"), author=item.created_by, at=AT
    )
    run("UPDATE disclosure_edition SET change_note = ' ' WHERE number = 2")

    assert "修改说明" in faults(item.editions.select_related("item__agency", "last_edited_by").get(number=2))


@pytest.mark.django_db
def test_submit_decides_that_a_change_is_substantive_whatever_the_publisher_says() -> None:
    item = publish_one()
    content = draft.Content(title=item.title, body="<p>二</p>", change_note="增加附件", is_substantive=False)
    files = [(make_attachment(), "名单")]
    draft.add_edition(item, content, author=item.created_by, at=AT, attachments=files)
    edition = item.editions.select_related("item__agency", "item__current_edition").get(number=2)
    assert not edition.is_substantive

    submit(edition)

    assert reread(edition).is_substantive


# --- 审计理财在前、民主议事在前 -------------------------------------------------------------------------------

AUDITED, MET = {"budget"}, {"normative", "project", "appointment"}


@pytest.mark.parametrize("item_type", ITEM_TYPES)
@pytest.mark.django_db
def test_submit_asks_for_the_record_of_its_type(item_type: str) -> None:
    edition = draft_one(item_type=item_type)
    before = "".join(submission.faults(edition, today()))

    assert ("审计记录" in before, "会议记录" in before) == (item_type in AUDITED, item_type in MET)
    add_evidence(edition, RecordKind.MEETING if item_type in AUDITED else RecordKind.AUDIT)
    assert ("审计记录" in before) == ("审计记录" in "".join(submission.faults(edition, today())))
    add_evidence(edition, RecordKind.AUDIT if item_type in AUDITED else RecordKind.MEETING)
    after = "".join(submission.faults(edition, today()))
    assert "审计记录" not in after and "会议记录" not in after


@pytest.mark.parametrize("is_substantive", [True, False])
@pytest.mark.django_db
def test_submit_change_of_no_substance_rests_on_the_old_record(*, is_substantive: bool) -> None:
    edition = draft_budget()
    publish_edition(edition)
    content = draft.Content(
        title="2026年部门预算",
        body=edition.body,
        formed_on=edition.formed_on,
        extra=edition.extra,
        change_note="更正错字",
        is_substantive=is_substantive,
    )
    draft.add_edition(edition.item, content, author=edition.created_by, at=AT)
    second = edition.item.editions.select_related("item__agency", "item__current_edition").get(number=2)

    assert ("审计记录" in "".join(submission.faults(second, today()))) is is_substantive


# --- 政策与解读同步 ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_policy_without_interpretation_goes_back_at_submission() -> None:
    policy = draft_policy(make_agency())
    assert "予以退文" in faults(policy)

    draft_interpretation(policy)

    assert faults(policy) == ""


@pytest.mark.django_db
def test_policy_whose_interpretation_was_discarded_goes_back_too() -> None:
    policy = draft_policy(make_agency())
    interpretation = draft_interpretation(policy)
    review.discard(interpretation.pk, actor=interpretation.created_by, at=AT)

    assert "予以退文" in faults(policy)


@pytest.mark.django_db
def test_policy_whose_interpretation_is_withdrawn_and_being_rewritten_goes_back_too() -> None:
    agency = make_agency()
    policy = draft_policy(agency)
    old = publish_one(agency=agency, item_type="interpretation", content={"extra": {"form": "text"}})
    Relation.objects.create(source=old, kind=RelationKind.INTERPRETS, target=policy.item)
    assert faults(policy) == ""
    words: dict[str, Any] = {"ground": "有误", "basis": "条例第六条", "explanation": "重新核对。"}
    closing = close.Closing(action=ItemAction.WITHDRAW, **words)
    content = draft.Content(title="解读", body="<p>二</p>", change_note="改")
    draft.add_edition(old, content, author=old.created_by, at=AT)
    close.close(old.pk, closing, actor=signer(ReviewStep.APPROVAL, agency), asked_by=old.created_by, at=AT)

    assert "予以退文" in faults(policy)


@pytest.mark.django_db
def test_policy_on_request_needs_no_interpretation() -> None:
    policy = draft_policy(make_agency())
    Edition.objects.filter(pk=policy.pk).update(mode=Mode.ON_REQUEST)

    assert faults(reread(policy)) == ""


@pytest.mark.parametrize("is_scheduled", [True, False])
@pytest.mark.django_db
def test_policy_and_interpretation_appear_together_with_an_entry_each(*, is_scheduled: bool) -> None:
    agency = make_agency()
    policy = draft_policy(agency)
    interpretation = sign_through(draft_interpretation(policy))
    sign_through(policy)
    approver = signer(ReviewStep.APPROVAL, agency)
    if is_scheduled:
        publish.schedule(policy.pk, actor=approver, at=AT, publish_at=LATER)

    entry = publish.publish(policy.pk, actor=None if is_scheduled else approver, at=LATER, note="一并公开")

    entries = list(LogEntry.objects.order_by("sequence"))
    assert [e.item_id for e in entries] == [policy.item_id, interpretation.item_id]
    assert {(e.kind, e.at, e.note) for e in entries} == {(LogKind.PUBLISH, LATER, "一并公开")}
    assert entry == entries[0]
    assert set(Item.objects.values_list("state", flat=True)) == {ItemState.LIVE}
    assert [e.state for e in (reread(policy), reread(interpretation))] == [EditionState.PUBLISHED] * 2
    assert verify().is_intact


@pytest.mark.django_db
def test_interpretation_alone_is_refused_and_names_its_policy() -> None:
    agency = make_agency()
    policy = draft_policy(agency)
    interpretation = sign_through(draft_interpretation(policy))
    approver = signer(ReviewStep.APPROVAL, agency)

    with pytest.raises(ValidationError, match=f"请公开“{policy.item.index_number}”"):
        publish.publish(interpretation.pk, actor=approver, at=AT)
    with pytest.raises(ValidationError, match=f"请公开“{policy.item.index_number}”"):
        publish.schedule(interpretation.pk, actor=approver, at=AT, publish_at=LATER)

    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("why", ["discarded", "on request", "of another agency"])
@pytest.mark.django_db
def test_interpretation_of_what_never_comes_is_published_alone(why: str) -> None:
    agency = make_agency()
    policy = draft_policy(agency)
    interpretation = draft_interpretation(policy)
    if why == "discarded":
        Edition.objects.filter(pk=policy.pk).update(state=EditionState.DISCARDED)
    elif why == "on request":
        Edition.objects.filter(pk=policy.pk).update(mode=Mode.ON_REQUEST)
    else:
        Item.objects.filter(pk=policy.item_id).update(agency=make_agency())
    sign_through(interpretation)

    entry = publish.publish(interpretation.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT)

    assert entry.item_id == interpretation.item_id


@pytest.mark.parametrize("until", ["draft", "submitted", ReviewStep.SECRECY, ReviewStep.PRE])
@pytest.mark.django_db
def test_policy_whose_interpretation_is_not_approved_is_refused(until: str) -> None:
    agency = make_agency()
    policy = draft_policy(agency)
    interpretation = draft_interpretation(policy)
    sign_through(policy)
    if until == "draft":
        review.recall(interpretation.pk, actor=interpretation.created_by, at=AT)
    elif isinstance(until, ReviewStep):
        sign_through(interpretation, until=until)

    with pytest.raises(ValidationError, match=f"政策解读 {interpretation.item.index_number} 还没有审定"):
        publish.publish(policy.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT)

    assert not LogEntry.objects.exists()


@pytest.mark.django_db
def test_policy_whose_interpretation_was_discarded_after_submission_is_refused_no_more_than_it_must() -> None:
    """Another interpretation that is approved stands for both."""
    agency = make_agency()
    policy = draft_policy(agency)
    given_up, kept = draft_interpretation(policy), draft_interpretation(policy)
    sign_through(policy)
    review.recall(given_up.pk, actor=given_up.created_by, at=AT)
    review.discard(given_up.pk, actor=given_up.created_by, at=AT)
    sign_through(kept)

    publish.publish(policy.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT)

    assert sorted(LogEntry.objects.values_list("item", flat=True)) == sorted([policy.item_id, kept.item_id])


@pytest.mark.django_db
def test_policy_whose_only_interpretation_was_discarded_after_submission_is_refused() -> None:
    agency = make_agency()
    policy = draft_policy(agency)
    interpretation = draft_interpretation(policy)
    sign_through(policy)
    review.recall(interpretation.pk, actor=interpretation.created_by, at=AT)
    review.discard(interpretation.pk, actor=interpretation.created_by, at=AT)

    with pytest.raises(ValidationError, match="解读"):
        publish.publish(policy.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT)

    assert not LogEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_policy_and_interpretation_are_published_both_or_neither() -> None:
    """The fault of the interpretation takes back the policy, whose entry was written before."""
    agency = make_agency()
    policy = draft_policy(agency)
    interpretation = sign_through(draft_interpretation(policy))
    sign_through(policy)
    with guards_off():
        run("UPDATE disclosure_edition SET body = '<p>换过。</p>' WHERE id = %s", interpretation.pk)

    with pytest.raises(ValidationError, match="摘要不一致"):
        publish.publish(policy.pk, actor=signer(ReviewStep.APPROVAL, agency), at=AT)

    assert not LogEntry.objects.exists()
    assert {reread(policy).state, reread(interpretation).state} == {EditionState.APPROVED}


@pytest.mark.django_db
def test_amended_policy_goes_without_its_interpretation_which_is_public_already() -> None:
    agency = make_agency()
    policy = draft_policy(agency)
    sign_through(draft_interpretation(policy))
    sign_through(policy)
    approver = signer(ReviewStep.APPROVAL, agency)
    publish.publish(policy.pk, actor=approver, at=AT)
    content = draft.Content(
        title="公示办法",
        body="<p>二</p>",
        formed_on=policy.formed_on,
        effective_on=policy.effective_on,
        document_number=policy.document_number,
        change_note="修改第一条",
    )
    author = make_member(Role.PUBLISHER, agency)
    second = draft.add_edition(policy.item, content, author=author, at=AT)
    add_evidence(second, RecordKind.MEETING)

    entry = publish_edition(reread(second))

    assert (entry.kind, LogEntry.objects.count()) == (LogKind.AMEND, 3)
