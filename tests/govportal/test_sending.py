"""Mail to a real server, and several senders at once: nothing lost, and each message once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from govportal import mails, notices
from govportal.launcher.servers import free_port
from govportal.models import Notice
from govportal.models.notice import NoticeState
from govportal.now import now
from tests.factories import make_notice
from tests.mail_sink import mail_sink
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail_to(settings: Any) -> Callable[[int], None]:
    def use(port: int) -> None:
        options = {"host": "127.0.0.1", "port": port, "timeout": 60}
        backend = "django.core.mail.backends.smtp.EmailBackend"
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}

    return use


def test_server_that_refuses_costs_a_delay_and_no_attempt(mail_to: Callable[[int], None]) -> None:
    first, second = make_notice(), make_notice()
    port, at = free_port(), now()
    mail_to(port)

    swept = notices.sweep(at)

    assert swept == notices.Swept(sent=0, is_mail_away=True)
    for notice in (first, second):
        notice.refresh_from_db()
        assert (notice.state, notice.attempts) == (NoticeState.WAITING, 0)
        assert notice.due_at == at + notices.SHORTEST_PAUSE
    assert first.last_error == "ConnectionRefusedError"

    with mail_sink(port) as sink:
        assert notices.sweep(at + timedelta(minutes=1)).sent == 0  # not yet
        assert notices.sweep(at + notices.SHORTEST_PAUSE) == notices.Swept(sent=2)
        assert notices.sweep(at + timedelta(days=1)).sent == 0
    assert sink.ids() == [mails.message_id(first.key), mails.message_id(second.key)]
    assert sink.connections == 1


def test_ten_minutes_without_a_server_give_up_nothing(mail_to: Callable[[int], None]) -> None:
    notice, at, port = make_notice(), now(), free_port()
    mail_to(port)

    for minute in range(10):
        notices.sweep(at + timedelta(minutes=minute))

    with mail_sink(port) as sink:
        notices.sweep(at + timedelta(minutes=12))
    notice.refresh_from_db()
    assert (notice.state, notice.last_error, len(sink.messages)) == (NoticeState.SENT, "", 1)


def test_server_that_hangs_up_is_called_again(mail_to: Callable[[int], None]) -> None:
    keys = {make_notice().key for _number in range(6)}
    at = now()
    with mail_sink() as sink:
        mail_to(sink.port)
        sink.hang_up_after = 2

        for minute in range(0, 10, 2):
            notices.sweep(at + timedelta(minutes=minute))

    assert {mails.message_id(key) for key in keys} == set(sink.ids())
    assert not Notice.objects.exclude(state=NoticeState.SENT).exists()


def test_message_is_read_as_it_was_written(mail_to: Callable[[int], None]) -> None:
    make_notice(subject="待办：保密审查", body="第一行\n.一个点开头")
    with mail_sink() as sink:
        mail_to(sink.port)
        notices.sweep(now())

    (message,) = sink.messages
    assert message["Subject"] == "待办：保密审查"
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_multipart()}
    text, html = (parts[kind].get_payload(decode=True).decode() for kind in ("text/plain", "text/html"))  # type: ignore[union-attr]
    assert text.splitlines() == ["第一行", ".一个点开头"]
    assert "<p>第一行</p>" in html


@pytest.mark.django_db(transaction=True)
def test_four_senders_send_each_of_two_hundred_notices_once(mail_to: Callable[[int], None]) -> None:
    keys = [make_notice().key for _number in range(200)]
    at = now()
    with mail_sink() as sink:
        mail_to(sink.port)

        outcomes = at_once(lambda: notices.sweep(at).sent, times=4)

    assert sum(outcomes) == 200, outcomes  # type: ignore[arg-type]
    assert Counter(sink.ids()) == Counter(mails.message_id(key) for key in keys)
    assert Notice.objects.filter(state=NoticeState.SENT).count() == 200
