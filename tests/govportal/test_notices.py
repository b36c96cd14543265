import threading
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection, transaction

from govportal import jobs, notices
from govportal.models import Notice
from govportal.models.notice import NoticeState
from govportal.now import now
from tests.factories import make_notice


@pytest.fixture
def broken_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(message: EmailMessage, *_args: Any, **_kwargs: Any) -> int:
        raise SMTPRecipientsRefused({message.to[0]: (550, b"no such user")})

    monkeypatch.setattr(EmailMessage, "send", refuse)


@pytest.mark.django_db
def test_notice_is_sent_once() -> None:
    notice = make_notice(address="a@example.test", subject="标题", body="正文")

    sent, again = notices.send_due(now()), notices.send_due(now() + timedelta(hours=1))

    notice.refresh_from_db()
    assert (sent, again) == (1, 0)
    assert notice.state == NoticeState.SENT
    assert [(message.to, message.subject, message.body) for message in mail.outbox] == [
        (["a@example.test"], "标题", "正文")
    ]


@pytest.mark.django_db
def test_notice_not_yet_due_waits() -> None:
    make_notice(due_at=now() + timedelta(minutes=5))

    assert notices.send_due(now()) == 0


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

    notices.send_due(at)

    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.last_error) == (NoticeState.WAITING, 1, "SMTPRecipientsRefused")
    assert notice.due_at == at + timedelta(minutes=2)


@pytest.mark.django_db
def test_notice_is_given_up_after_the_last_attempt(broken_server: None) -> None:
    notice = make_notice(attempts=notices.MAX_ATTEMPTS - 1)

    notices.send_due(now())

    notice.refresh_from_db()
    assert notice.state == NoticeState.FAILED


@pytest.mark.django_db
def test_one_bad_notice_does_not_stop_the_others() -> None:
    bad = make_notice(subject="two\nlines")
    make_notice()

    assert notices.send_due(now()) == 1
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (NoticeState.WAITING, 1)


@pytest.mark.django_db
def test_sender_that_dies_loses_nothing() -> None:
    make_notice()
    at = now()
    notices._claim(at, 10)

    assert notices.send_due(at + timedelta(minutes=1)) == 0
    assert notices.send_due(at + notices.CLAIM) == 1


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_notice_once() -> None:
    for _number in range(20):
        make_notice()
    gate = threading.Barrier(4)

    def sweep() -> None:
        gate.wait()
        try:
            for _round in range(10):
                notices.send_due(now(), limit=3)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(mail.outbox) == 20
    assert Notice.objects.filter(state=NoticeState.SENT).count() == 20


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
