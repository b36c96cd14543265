"""Messages to a real HTTP server, verified by the very lines that docs/webhooks.md gives to its reader."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import transaction

from govportal import notices, webhooks
from govportal.launcher.servers import free_port
from govportal.models import Notice, Webhook
from govportal.models.notice import Channel, NoticeState
from govportal.now import now
from tests.factories import make_notice, make_webhook

pytestmark = pytest.mark.django_db
SECRET = "a secret that both know"


class Receiver(ThreadingHTTPServer):
    """Answers with `answers` one after another, then with 204; keeps path, headers and body of each request."""

    def __init__(self, handler: "type[_Handler] | None" = None) -> None:
        super().__init__(("127.0.0.1", 0), handler or _Handler)
        self.answers: list[int] = []
        self.taken: list[tuple[str, dict[str, str], bytes]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def make_hook(receiver: Receiver, **values: Any) -> Webhook:
    url = f"http://127.0.0.1:{receiver.server_address[1]}/接口/?token=t0k3n"
    return make_webhook(**{"url": url, "secret": SECRET, **values})


def make_message(hook: Webhook, **values: Any) -> Notice:
    values = {"body": json.dumps({"label": "逾期 3 日"}, ensure_ascii=False), **values}
    return make_notice(channel=Channel.WEBHOOK, address=hook.agency.code, **values)


def is_genuine() -> Callable[[dict[str, str], bytes, str], bool]:
    """The function of the document."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text()
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found.group(1), names)  # noqa: S102
    return names["is_genuine"]  # type: ignore[no-any-return]


def test_message_arrives_signed(receiver: Receiver) -> None:
    notice = make_message(make_hook(receiver))

    assert notices.sweep(now()).sent == 1

    (path, headers, body) = receiver.taken[0]
    assert (path, json.loads(body)) == ("/%E6%8E%A5%E5%8F%A3/?token=t0k3n", {"label": "逾期 3 日"})
    verify = is_genuine()
    assert verify(headers, body, SECRET)
    assert not verify(headers, body + b" ", SECRET)
    assert not verify(headers, body, "another secret")
    assert not verify({**headers, "X-Portal-Timestamp": "1"}, body, SECRET)
    notice.refresh_from_db()
    assert notice.state == NoticeState.SENT


def test_refused_message_comes_again_under_the_same_key(receiver: Receiver) -> None:
    notice, at = make_message(make_hook(receiver)), now()
    make_message(make_hook(receiver))
    receiver.answers = [500]

    notices.sweep(at)
    notice.refresh_from_db()
    after_first = (notice.state, notice.attempts, notice.last_error)
    notices.sweep(at + timedelta(minutes=2))

    assert after_first == (NoticeState.WAITING, 1, "HTTP 500")
    refused, other, repeated = (headers["Idempotency-Key"] for _path, headers, _body in receiver.taken)
    assert refused == repeated != other


def test_redirect_is_not_followed(receiver: Receiver) -> None:
    notice = make_message(make_hook(receiver))
    receiver.answers = [302]

    notices.sweep(now())

    notice.refresh_from_db()
    assert (len(receiver.taken), notice.last_error) == (1, "HTTP 302")


def test_message_of_a_webhook_that_is_gone_or_off_is_dropped(receiver: Receiver) -> None:
    gone, off = make_hook(receiver), make_hook(receiver, is_active=False)
    waiting = [make_message(gone), make_message(off)]
    gone.delete()

    notices.sweep(now())

    assert receiver.taken == []
    for notice in waiting:
        notice.refresh_from_db()
        assert (notice.state, notice.sent_at) == (NoticeState.DROPPED, None)


def test_silent_messenger_is_asked_once_a_round_and_named_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    hook = make_webhook(url=f"http://127.0.0.1:{free_port()}/?token=t0k3n", secret=SECRET)
    first, second = make_message(hook), make_message(hook)

    with caplog.at_level(logging.DEBUG):
        notices.sweep(now())

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.attempts, second.attempts) == (1, 0)
    assert second.state == NoticeState.WAITING
    for secret in ("t0k3n", SECRET, "127.0.0.1"):
        assert secret not in caplog.text, secret
        assert secret not in first.last_error + second.last_error, secret


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://127.0.0.1:99999/", "x"])
def test_address_that_is_none_of_the_web_is_refused(url: str) -> None:
    notice = make_message(make_webhook(url=url, secret=SECRET))

    assert notices.sweep(now()).sent == 0
    notice.refresh_from_db()
    assert notice.attempts == 1


def test_mails_go_out_beside_a_silent_messenger(receiver: Receiver) -> None:
    make_message(make_webhook(url=f"http://127.0.0.1:{free_port()}/", secret=SECRET))
    make_notice()
    make_message(make_hook(receiver))

    assert notices.sweep(now()).sent == 2


def test_trial_is_signed_like_any_other(receiver: Receiver) -> None:
    hook = make_hook(receiver)

    with transaction.atomic():
        notices.enqueue_trial(hook.agency, key="trial")
    notices.sweep(now())

    (_path, headers, body) = receiver.taken[0]
    assert json.loads(body)["kind"] == "test"
    assert is_genuine()(headers, body, SECRET)


def test_new_secret_is_long_and_never_the_same() -> None:
    assert len(webhooks.new_secret()) == 40
    assert webhooks.new_secret() != webhooks.new_secret()


class _Dripper(_Handler):
    """Begins its answer and takes 20 s to end it."""

    def do_POST(self) -> None:
        self.server.taken.append((self.path, {}, b""))
        with suppress(OSError):  # the sender has had enough
            for sign in "HTTP/1.1 204 " + "x" * 400:
                self.wfile.write(sign.encode())
                self.wfile.flush()
                sleep(0.05)


def test_messenger_that_drips_is_cut_off_and_holds_no_mail_up(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.5)
    with Receiver(_Dripper) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        hook = make_webhook(url=f"http://127.0.0.1:{server.server_port}/", secret=SECRET)
        waiting = [make_notice(channel=Channel.WEBHOOK, address=hook.agency.code, due_at=now()) for _n in range(3)]
        make_notice(due_at=now())
        began = monotonic()

        notices.sweep(now())

        assert monotonic() - began < 15  # cut off before it had ended, even by a busy machine
        server.shutdown()
        assert len(server.taken) <= 1  # one is waited for, the others are not tried
    assert len(mailoutbox) == 1
    assert {Notice.objects.get(pk=row.pk).state for row in waiting} == {NoticeState.WAITING}


def test_address_of_the_link_is_no_messenger(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        hook = make_webhook(url=f"http://127.0.0.1:{receiver.server_port}/", secret=SECRET)
        monkeypatch.setattr("govportal.webhooks.ipaddress.ip_address", lambda _peer: ip_address("169.254.169.254"))

        with pytest.raises(ValueError, match="beyond the link"):
            webhooks.post(hook, key="k", body="{}")

    assert receiver.taken == []
