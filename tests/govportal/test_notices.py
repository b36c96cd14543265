from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction

from govportal import contributions, jobs, mails, notices
from govportal.models import InboxMessage, MutedKind, Notice
from govportal.models.notice import Channel, NoticeState
from govportal.now import now
from tests.factories import make_notice, make_user


@pytest.fixture
def broken_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_backend: EmailBackend, messages: Sequence[EmailMessage]) -> int:
        raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)


@pytest.mark.django_db
def test_notice_is_sent_once() -> None:
    notice = make_notice(address="a@example.test", subject="标题", body="正文")

    sent, again = notices.sweep(now()).sent, notices.sweep(now() + timedelta(hours=1)).sent

    notice.refresh_from_db()
    assert (sent, again) == (1, 0)
    assert notice.state == NoticeState.SENT
    assert [(message.to, message.subject, message.body) for message in mail.outbox] == [
        (["a@example.test"], "标题", "正文")
    ]


@pytest.mark.django_db
def test_notice_not_yet_due_waits() -> None:
    make_notice(due_at=now() + timedelta(minutes=5))

    assert notices.sweep(now()).sent == 0


@pytest.mark.django_db
def test_same_key_is_one_notice() -> None:
    with transaction.atomic():
        first = notices.enqueue(key="k", address="a@example.test", subject="一", body="")
        second = notices.enqueue(key="k", address="b@example.test", subject="二", body="")

    assert first == second
    assert second.address == "a@example.test"


@pytest.mark.django_db(transaction=True)
def test_enqueue_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        notices.enqueue(key="k", address="a@example.test", subject="一", body="")


@pytest.mark.django_db
def test_refused_notice_is_tried_again_later_and_keeps_no_address(broken_server: None) -> None:
    notice, at = make_notice(address="secret@example.test"), now()

    notices.sweep(at)

    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.last_error) == (NoticeState.WAITING, 1, "SMTPRecipientsRefused")
    assert notice.due_at == at + timedelta(minutes=2)


@pytest.mark.django_db
def test_notice_is_given_up_after_the_last_attempt(broken_server: None) -> None:
    notice = make_notice(attempts=notices.MAX_ATTEMPTS - 1)

    notices.sweep(now())

    notice.refresh_from_db()
    assert notice.state == NoticeState.FAILED


@pytest.mark.django_db
def test_one_bad_notice_does_not_stop_the_others() -> None:
    bad = make_notice(subject="two\nlines")
    make_notice()

    assert notices.sweep(now()).sent == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (NoticeState.WAITING, 1)


@pytest.mark.django_db
def test_sender_that_dies_loses_nothing() -> None:
    make_notice()
    at = now()
    notices._Round(at, seconds=1)._claim(10)

    assert notices.sweep(at + timedelta(minutes=1)).sent == 0
    assert notices.sweep(at + notices.CLAIM).sent == 1


@pytest.mark.django_db
def test_round_sends_batch_after_batch_until_nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "BATCH", 2)
    for _number in range(5):
        make_notice()

    assert notices.sweep(now()) == notices.Swept(sent=5)


@pytest.mark.django_db
def test_what_a_round_says_of_itself_knows_nothing_confidential(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_server: mails.MailConnection, _notice: Notice) -> None:
        raise mails.Unreachable

    at = now() + timedelta(minutes=1)
    make_notice(is_confidential=True)
    make_notice(is_confidential=True, subject="two\nlines")
    assert notices.sweep(at) == notices.Swept()
    assert len(mail.outbox) == 1 and caplog.text == ""
    make_notice(is_confidential=True)
    monkeypatch.setattr(mails.MailConnection, "send", refuse)

    assert notices.sweep(at) == notices.Swept()
    make_notice()
    assert notices.sweep(at) == notices.Swept(is_mail_away=True)


@pytest.mark.django_db
def test_round_that_has_no_time_left_leaves_the_rest_due() -> None:
    make_notice()
    at = now()

    with notices._Round(at, seconds=0) as going:
        going.send_some(10)

    assert (going.sent, notices.sweep(at).sent) == (0, 1)


@pytest.mark.django_db
def test_notice_of_something_closed_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    moot, other = make_notice(address="a@example.test"), make_notice(address="b@example.test")
    monkeypatch.setattr(contributions, "notice_reviews", [lambda notice: notice.pk != moot.pk])

    notices.sweep(now())

    moot.refresh_from_db()
    assert (moot.state, [message.to for message in mail.outbox]) == (NoticeState.DROPPED, [[other.address]])


@pytest.mark.django_db
def test_same_notice_always_has_the_same_message_id() -> None:
    notice = make_notice()

    first, second = (mails.as_mail(notice).message()["Message-ID"] for _time in range(2))

    assert first == second == mails.message_id(notice.key)
    assert first != mails.message_id(notice.key + "x")
    assert first.endswith("@testserver>")


@pytest.mark.django_db
def test_html_links_to_the_portal_alone_and_escapes_what_was_typed() -> None:
    ours = "http://testserver/admin/inbox/"
    text = f'请看 {ours}，或 http://testserver.evil.example/ 和 https://evil.example/\n<img src=x> & "引号"'

    html = mails.as_html("标题<b>", text)

    assert f'<a href="{ours}">{ours}</a>，或' in html
    assert html.count("<a ") == 2  # and the portal itself, at the end
    assert "&lt;img src=x&gt; &amp; &quot;引号" in html
    assert "标题&lt;b&gt;" in html
    for absent in ("<img", "<style", "style=", "<script", "http-equiv"):
        assert absent not in html, absent


@pytest.mark.django_db
def test_mail_has_text_and_html() -> None:
    make_notice(subject="标题", body="正文")

    notices.sweep(now())

    (message,) = mail.outbox
    kinds = [part.get_content_type() for part in message.message().walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert (message.body, message.extra_headers["Auto-Submitted"]) == ("正文", "auto-generated")


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(contributions.notice_kinds, "trial", "试用")
    return "trial"


@pytest.mark.django_db
def test_staff_are_told_once_in_the_inbox_and_by_mail_unless_muted(kind: str) -> None:
    told, muted = make_user(email="a@example.test"), make_user(email="b@example.test")
    silent, gone = make_user(), make_user(email="c@example.test", is_active=False)
    MutedKind.objects.create(user=muted, kind=kind)

    for _time in range(2):
        with transaction.atomic():
            people = [told, muted, silent, gone, told]
            notices.tell(people, kind=kind, key="k:1", subject="标题", path="/admin/", body="理由")

    assert {message.user for message in InboxMessage.objects.all()} == {told, muted, silent}
    assert InboxMessage.objects.count() == 3
    notice = Notice.objects.get()
    assert (notice.key, notice.address, notice.channel) == (f"k:1:{told.pk}", "a@example.test", Channel.MAIL)
    assert notice.body == "标题\n理由\nhttp://testserver/admin/"


@pytest.mark.django_db
def test_over_long_subject_is_cut_and_nobody_is_no_fault(kind: str) -> None:
    with transaction.atomic():
        notices.tell([], kind=kind, key="k:1", subject="标题", path="/admin/")
        notices.tell([make_user(email="a@example.test")], kind=kind, key="k:2", subject="长" * 300, path="/" * 400)

    assert (len(InboxMessage.objects.get().subject), len(Notice.objects.get().subject)) == (200, 200)


@pytest.mark.django_db
def test_unknown_kind_is_refused() -> None:
    with transaction.atomic(), pytest.raises(ValueError, match="nonsense"):
        notices.tell([make_user()], kind="nonsense", key="k", subject="标题", path="/admin/")


@pytest.mark.django_db(transaction=True)
def test_telling_outside_a_transaction_is_refused(kind: str) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        notices.tell([], kind=kind, key="k", subject="标题", path="/admin/")


def test_kinds_are_those_of_messages_and_of_deadlines_each_with_words() -> None:
    deadlines = {source.key for source in contributions.deadline_sources.all()}

    # One box ticked off must not mute two kinds.
    assert deadlines.isdisjoint(contributions.notice_kinds)
    words = list(notices.kinds().values())
    assert sorted(set(words)) == sorted(words)
    assert set(notices.kinds()) == {*contributions.notice_kinds, *deadlines}
    assert all(notices.kinds().values())


@pytest.mark.django_db
def test_job_is_rung_for_after_commit_only(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs, **_more: sent.append((name, kwargs)))

    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue("govportal.send_notices", item_id=1)
        before_commit = list(sent)

    assert before_commit == []
    assert sent == [("govportal.send_notices", {"item_id": 1})]


@pytest.mark.django_db(transaction=True)
def test_job_of_a_broker_that_is_away_does_not_undo_the_deed(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", away)

    with transaction.atomic():
        notice = make_notice()
        jobs.enqueue("govportal.send_notices")

    assert Notice.objects.filter(pk=notice.pk).exists()
