"""What the clock does: each thing once and alone, whatever happens to its neighbours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from disclosure.enums import EditionState, ItemAction, ItemState, LogKind, RelationKind, ReviewStep
from disclosure.models import Edition, Item, LogEntry
from disclosure.services import close, draft, publish, relate, schedule
from disclosure.services.verify_log import verify
from govportal.models import Agency, AuditEvent, Notice
from govportal.now import now
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.published import draft_one, publish_edition, publish_one, sign_through, signer
from tests.threads import at_once

AT = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
DUE = AT + timedelta(minutes=30)
pytestmark = pytest.mark.django_db


def scheduled(*, at: datetime = DUE, **values: Any) -> Edition:
    edition = sign_through(draft_one(**values))
    actor = make_member(Role.PUBLISHER, edition.item.agency)
    return publish.schedule(edition.pk, actor=actor, at=AT, publish_at=at)


def broken(**values: Any) -> Edition:
    """Scheduled, and its item withdrawn meanwhile: it cannot be published."""
    item = publish_one(**values)
    author = item.created_by
    content = draft.Content(title="公示办法", body="<p>第二版。</p>", formed_on=date(2026, 2, 27), change_note="改期限")
    edition = sign_through(draft.add_edition(item, content, author=author, at=AT))
    publish.schedule(edition.pk, actor=author, at=AT, publish_at=DUE)
    words = close.Closing(action=ItemAction.WITHDRAW, ground="有误", basis="《条例》第六条", explanation="内容有误。")
    close.close(item.pk, words, actor=signer(ReviewStep.APPROVAL, item.agency), at=AT, asked_by=author)
    return edition


def test_due_edition_is_published_in_its_minute_and_not_before() -> None:
    edition = scheduled()

    early = schedule.publish_due(DUE - timedelta(seconds=1))
    done = schedule.publish_due(DUE)

    edition.refresh_from_db()
    assert (early.done, done.done, done.failed) == ((), (edition.pk,), ())
    assert (edition.state, edition.published_at) == (EditionState.PUBLISHED, DUE)
    assert LogEntry.objects.get(edition=edition).actor_name == "定时任务"
    assert Client().get(edition.item.get_absolute_url()).status_code == 200


def test_second_round_finds_nothing_to_do() -> None:
    scheduled()
    schedule.publish_due(DUE)

    again = schedule.publish_due(DUE)

    assert (again.done, again.failed) == ((), ())
    assert LogEntry.objects.count() == 1


def test_late_round_publishes_everything_once() -> None:
    """The worker was down: late, but once, on the day it was done."""
    editions = [scheduled(at=DUE + timedelta(minutes=number)) for number in range(3)]

    done = schedule.publish_due(DUE + timedelta(hours=20))

    assert done.done == tuple(edition.pk for edition in editions)
    assert set(Item.objects.values_list("published_on", flat=True)) == {date(2026, 5, 7)}
    assert LogEntry.objects.count() == 3


def test_one_failure_does_not_stop_the_rest() -> None:
    first, other = broken(), scheduled()

    done = schedule.publish_due(DUE)

    first.refresh_from_db()
    assert (done.done, done.failed) == ((other.pk,), (first.pk,))
    assert first.state == EditionState.SCHEDULED
    assert "须先恢复" in first.publish_fault


def test_failure_is_audited_and_mailed_once_however_often_it_is_tried() -> None:
    agency = make_agency()
    make_member(Role.APPROVER, agency, email="approver@example.test")
    author = make_member(Role.PUBLISHER, agency, email="author@example.test")
    broken(agency=agency, author=author)
    Notice.objects.all().delete()

    for minute in range(5):
        schedule.publish_due(DUE + timedelta(minutes=minute))

    assert AuditEvent.objects.filter(action="edition.schedule_failed").count() == 1
    told = sorted(Notice.objects.values_list("address", flat=True))
    assert told == ["approver@example.test", "author@example.test"]
    assert all("公示办法" not in notice.subject + notice.body for notice in Notice.objects.all())


def test_failure_that_was_mended_is_published_by_the_next_round() -> None:
    edition = broken()
    schedule.publish_due(DUE)
    Item.objects.filter(pk=edition.item_id).update(state=ItemState.LIVE)

    done = schedule.publish_due(DUE + timedelta(minutes=1))

    edition.refresh_from_db()
    assert (done.done, edition.state, edition.publish_fault) == ((edition.pk,), EditionState.PUBLISHED, "")


def test_unexpected_error_is_a_fault_of_that_edition_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = scheduled(), scheduled()
    real = publish.publish

    def explode(edition_id: int, **values: Any) -> Any:
        if edition_id == first.pk:
            raise RuntimeError("secret text")
        return real(edition_id, **values)

    monkeypatch.setattr(publish, "publish", explode)

    done = schedule.publish_due(DUE)

    first.refresh_from_db()
    assert (done.done, done.failed) == ((other.pk,), (first.pk,))
    assert first.publish_fault == "系统错误（RuntimeError），详见运行日志。"


def test_interpretation_goes_with_its_policy_and_is_no_failure() -> None:
    agency = make_agency()
    interpretation = scheduled(agency=agency, item_type="interpretation", content={"extra": {"form": "text"}})
    policy = scheduled(agency=agency)
    relate.relate(interpretation.item, RelationKind.INTERPRETS, policy.item, actor=policy.created_by)

    done = schedule.publish_due(DUE)

    assert done.failed == ()
    assert set(Edition.objects.values_list("state", "publish_fault")) == {(EditionState.PUBLISHED, "")}
    assert LogEntry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_publish_each_edition_once() -> None:
    for _number in range(4):
        scheduled()

    rounds = at_once(lambda: schedule.publish_due(DUE), times=4)

    assert all(isinstance(one, schedule.Round) and not one.failed for one in rounds), rounds
    assert sum(len(one.done) for one in rounds if isinstance(one, schedule.Round)) == 4
    assert LogEntry.objects.count() == 4
    assert verify().is_intact


def test_command_does_one_round_and_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    edition = scheduled()
    Edition.objects.filter(pk=edition.pk).update(publish_at=now() - timedelta(minutes=1))
    failed = broken()
    Edition.objects.filter(pk=failed.pk).update(publish_at=now() - timedelta(minutes=1))

    call_command("publish_due")

    said = capsys.readouterr().out
    assert f"{edition.item.index_number} edition 1: published" in said
    assert f"{failed.item.index_number} edition 2: failed: " in said
    assert "1 published, 1 failed" in said


# --- the end of validity and of showing ------------------------------------------------------------------


def lasting(day: date | None, **values: Any) -> Item:
    return publish_one(content={"title": "办法", "document_number": "县府发〔2026〕9号", "expires_on": day}, **values)


def test_text_past_its_last_day_expires_with_the_text_as_basis() -> None:
    item = lasting(date(2026, 5, 5))

    done = schedule.expire_due(AT)

    item.refresh_from_db()
    entry = LogEntry.objects.get(item=item, kind=LogKind.EXPIRE)
    assert (done.done, done.failed, item.state) == ((item.pk,), (), ItemState.EXPIRED)
    assert (entry.note, entry.basis, entry.actor_name) == (
        "有效期届满",
        "县府发〔2026〕9号 载明的有效期",
        "定时任务",
    )
    shown = Client().get(item.get_absolute_url()).content.decode()
    assert "本文件已失效" in shown
    assert "有效期至 2026-05-05，期满自行失效" in shown
    assert verify().is_intact


def test_last_day_itself_and_texts_without_one_stay() -> None:
    items = [lasting(date(2026, 5, 6)), lasting(None)]

    done = schedule.expire_due(AT)

    assert done.done == ()
    assert set(Item.objects.values_list("state", flat=True)) == {ItemState.LIVE}
    assert LogEntry.objects.count() == len(items)


def test_texts_that_cannot_be_ended_keep_no_other_waiting_and_are_tried_again_tomorrow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stuck, late, later = (lasting(date(2026, 5, day)) for day in (3, 5, 4))
    monkeypatch.setattr(schedule, "ENDS_A_ROUND", 1)
    real = close.close

    def fail(item_id: int, closing: close.Closing, **values: Any) -> Any:
        if item_id == stuck.pk:
            raise RuntimeError("secret text")
        return real(item_id, closing, **values)

    monkeypatch.setattr(close, "close", fail)
    at = now()

    rounds = [schedule.expire_due(at) for _number in range(4)]
    tomorrow = schedule.expire_due(at + timedelta(days=1))

    assert [(one.done, one.failed) for one in rounds] == [
        ((), (stuck.pk,)),
        ((later.pk,), ()),
        ((late.pk,), ()),
        ((), ()),
    ]
    assert tomorrow.failed == (stuck.pk,)
    notes = AuditEvent.objects.filter(action="item.end_failed").values_list("subject_id", "note")
    assert set(notes) == {(str(stuck.pk), "系统错误（RuntimeError），详见运行日志。")}


def test_day_of_expiry_turns_at_midnight_in_beijing() -> None:
    lasting(date(2026, 5, 5))

    before = schedule.expire_due(datetime(2026, 5, 5, 15, 59, tzinfo=UTC))
    after = schedule.expire_due(datetime(2026, 5, 5, 16, 0, tzinfo=UTC))

    assert (len(before.done), len(after.done)) == (0, 1)


@pytest.mark.parametrize("state", sorted(set(ItemState) - {ItemState.LIVE, ItemState.PARTLY_VOID}))
def test_what_has_ended_already_is_left_alone(state: ItemState) -> None:
    item = lasting(date(2026, 5, 5))
    words = close.Closing(action=ItemAction.WITHDRAW, ground="有误", basis="《条例》第六条", explanation="内容有误。")
    close.close(item.pk, words, actor=signer(ReviewStep.APPROVAL, item.agency), at=AT, asked_by=item.created_by)
    if state != ItemState.UNPUBLISHED:  # the database lets nobody take a publication back
        Item.objects.filter(pk=item.pk).update(state=state)

    assert schedule.expire_due(AT).done == ()


def enforcement(agency: Agency, shown_until: str | None) -> Item:
    extra = {
        "decision_number": "罚〔2026〕1号",
        "kind": "penalty",
        "party": "某公司",
        "matter": "超限运输",
        "basis": ["《公路法》第五十条"],
        "result": "罚款",
        "decided_on": "2026-02-27",
    }
    if shown_until is not None:
        extra["shown_until"] = shown_until
    content = {"title": "行政处罚决定", "extra": extra}
    edition = draft_one(agency=agency, item_type="enforcement", content=content)
    publish_edition(edition)
    return Item.objects.get(pk=edition.item_id)


def test_enforcement_result_past_its_showing_is_terminated() -> None:
    agency = make_agency()
    over, last_day, for_good = (enforcement(agency, day) for day in ("2026-05-05", "2026-05-06", None))

    done = schedule.expire_due(AT)

    assert (done.done, done.failed) == ((over.pk,), ())
    over.refresh_from_db()
    assert (over.state, over.closing_ground) == (ItemState.TERMINATED, "公示期满")
    assert LogEntry.objects.filter(kind=LogKind.TERMINATE).count() == 1
    for item in (last_day, for_good):
        item.refresh_from_db()
        assert item.state == ItemState.LIVE
    assert "公示期至 2026-05-05" in Client().get(reverse("item", args=[over.slug])).content.decode()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_expire_each_text_once() -> None:
    for _number in range(4):
        lasting(date(2026, 5, 5))

    rounds = at_once(lambda: schedule.expire_due(AT), times=4)

    assert all(isinstance(one, schedule.Round) and not one.failed for one in rounds), rounds
    assert LogEntry.objects.filter(kind=LogKind.EXPIRE).count() == 4
    assert verify().is_intact
