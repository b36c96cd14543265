"""后台任务: what runs, what stopped, and what waits in the outbox."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from govportal import heartbeat
from govportal.contributions import scheduled_jobs
from govportal.models.notice import NoticeState
from govportal.now import now
from tests.factories import make_notice
from tests.govportal.admin.pages import Tree, signed_in

pytestmark = pytest.mark.django_db
JOBS, LANDING = "/admin/jobs/", "/admin/"


def test_every_job_stands_with_its_last_run(tree: Tree) -> None:
    heartbeat.beat("govportal.send_notices", now() - timedelta(minutes=9), "发出 7 封")
    heartbeat.beat("govportal.clear_expired", now())

    response = signed_in(tree.chief).get(JOBS)

    page = response.content.decode()
    for job in scheduled_jobs.all():
        assert str(job.label) in page, job.key
    assert "发出 7 封" in page
    runs = {run.name: (words, is_stopped) for run, words, is_stopped in response.context["runs"]}
    assert runs["govportal.send_notices"] == ("5 分钟", True)
    assert runs["govportal.clear_expired"] == ("26 小时", False)


def test_outbox_is_counted_without_what_is_confidential(tree: Tree) -> None:
    oldest = make_notice(created_at=now() - timedelta(hours=3))
    make_notice()
    make_notice(state=NoticeState.FAILED)
    make_notice(state=NoticeState.SENT, sent_at=now())
    make_notice(created_at=now() - timedelta(days=3), is_confidential=True)

    context: Any = signed_in(tree.chief).get(JOBS).context

    assert [count for _label, count, _url in context["states"]] == [2, 1]
    assert context["oldest"] == oldest.created_at


def test_page_is_for_the_administrator_of_the_site(tree: Tree) -> None:
    for job in scheduled_jobs.all():  # the database may have been prepared long ago
        heartbeat.beat(job.key, now())
    part = signed_in(tree.administrator)

    assert part.get(JOBS).status_code == 403
    assert reverse("admin:jobs") not in part.get(LANDING).content.decode()
    landing = signed_in(tree.chief).get(LANDING).content.decode()
    assert reverse("admin:jobs") in landing and f"{len(scheduled_jobs.all())} 项" in landing
    assert str(scheduled_jobs.all()[0].label) not in landing


def test_dead_letters_stand_on_his_landing_page_while_there_are_some(tree: Tree) -> None:
    def seen(user: Any) -> bool:
        return "发送失败的通知<b>1</b>" in signed_in(user).get(LANDING).content.decode()

    assert "发送失败的通知<b>" not in signed_in(tree.chief).get(LANDING).content.decode()
    make_notice(state=NoticeState.FAILED)
    make_notice(state=NoticeState.FAILED, is_confidential=True)

    assert (seen(tree.chief), seen(tree.administrator)) == (True, False)
