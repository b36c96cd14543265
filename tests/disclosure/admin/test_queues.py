"""The landing page: which queues a person sees, what they count, and where they lead."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from pytest_django import DjangoAssertNumQueries

from disclosure import queues
from disclosure.enums import Audience, EditionState, ItemAction, Mode, ReviewStep
from disclosure.models import Edition
from disclosure.services import draft, motion, publish, review
from govportal.calendar import load_calendar
from govportal.contributions import Visit, staff_queues
from govportal.models import Heartbeat, User
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.admin.desks import Office, desk, signed_in, text
from tests.factories import make_agency, make_member, make_user
from tests.factories.published import AT, publish_one, sign_through, submit

pytestmark = pytest.mark.django_db
LANDING = "/admin/"


@pytest.fixture
def office() -> Office:
    return Office()


def counts(user: User) -> dict[str, int]:
    visit = Visit(User.objects.get(pk=user.pk), now(), load_calendar)
    figures = {queue.key: queue.figure(visit) for queue in staff_queues.all()}
    return {key: figure.count for key, figure in figures.items() if figure}


# What brings one edition into a queue, and whose.
def _waiting(office: Office) -> Edition:
    return submit(office.draft())


def _returned(office: Office) -> Edition:
    edition = submit(office.draft())
    review.send_back(edition.pk, actor=office.people[Role.SECRECY_REVIEWER], at=AT, reason="缺依据")
    return edition


def _left(office: Office) -> Edition:
    """As an upper app drafts it, in the name of somebody whose role is another."""
    words = draft.Content(title="考核结果", body="<p>附件可供复算。</p>")
    writer, source = make_member(Role.INSPECTOR, office.agency), draft.Source("scorecard", "2026-h1")
    item = draft.create_item(
        words, agency=office.agency, item_type="evaluation_result", author=writer, at=AT, source=source
    )
    return item.editions.get()


def _approved(office: Office) -> Edition:
    return sign_through(office.draft())


def _scheduled(office: Office, *, fault: str = "") -> Edition:
    edition = sign_through(office.draft())
    publish.schedule(edition.pk, actor=office.people[Role.APPROVER], at=AT, publish_at=AT + timedelta(minutes=1))
    Edition.objects.filter(pk=edition.pk).update(publish_fault=fault)
    return edition


def _failed(office: Office) -> Edition:
    return _scheduled(office, fault="文本与审定时的摘要不一致")


def _owing(office: Office) -> Edition:
    edition = submit(office.draft())
    publish.publish_in_emergency(edition.pk, actor=office.people[Role.APPROVER], at=now(), reason="防汛")
    return edition


CASES: list[tuple[str, Role, Callable[[Office], Edition]]] = [
    ("edition-waiting", Role.SECRECY_REVIEWER, _waiting),
    ("edition-returned", Role.PUBLISHER, _returned),
    ("edition-left", Role.PUBLISHER, _left),
    ("edition-drafts", Role.PUBLISHER, lambda office: office.draft()),
    ("edition-review", Role.PUBLISHER, _waiting),
    ("edition-approved", Role.PUBLISHER, _approved),
    ("edition-today", Role.APPROVER, _scheduled),
    ("edition-failed", Role.APPROVER, _failed),
    ("edition-owing", Role.SECRECY_REVIEWER, _owing),
]


@pytest.mark.parametrize(("key", "role", "make"), CASES, ids=[case[0] for case in CASES])
def test_queue_counts_what_its_list_shows(
    office: Office, key: str, role: Role, make: Callable[[Office], Edition]
) -> None:
    edition = make(office)
    make(Office())  # the same at another agency
    user = office.people[role]
    queue = next(queue for queue in staff_queues.all() if queue.key == key)

    page = text(signed_in(user).get(queue.url()))

    assert counts(user)[key] == 1
    assert desk(edition) in page and page.count('class="action-select"') == 1


def test_returned_draft_stands_in_one_queue_and_leaves_it_with_the_next_edit(office: Office) -> None:
    _returned(office)
    author = office.people[Role.PUBLISHER]

    found = counts(author)

    assert (found["edition-returned"], found["edition-drafts"]) == (1, 0)


def test_draft_that_nobody_goes_on_with_is_left_to_those_who_draft_until_one_does(office: Office) -> None:
    edition = _left(office)
    office.draft()
    author, colleague = office.people[Role.PUBLISHER], make_member(Role.PUBLISHER, office.agency)
    make_member(Role.PUBLISHER, make_agency(), user=edition.created_by)  # who drafts elsewhere alone

    before = [counts(user)["edition-left"] for user in (author, colleague)]
    Edition.objects.filter(pk=edition.pk).update(last_edited_by=author)
    after = [(found["edition-left"], found["edition-drafts"]) for found in map(counts, (author, colleague))]

    assert before == [1, 1] and "edition-left" not in counts(office.people[Role.APPROVER])
    assert after == [(0, 2), (0, 0)]
    User.objects.filter(pk=author.pk).update(is_active=False)  # with all that he had begun
    assert counts(colleague)["edition-left"] == 2


def test_review_waits_for_the_next_signer_alone(office: Office) -> None:
    sign_through(office.draft(), until=ReviewStep.SECRECY)

    found = {role: counts(user).get("edition-waiting") for role, user in office.people.items()}

    assert found[Role.PRE_REVIEWER] == 1
    assert found[Role.SECRECY_REVIEWER] == found[Role.APPROVER] == 0 and found[Role.PUBLISHER] is None


def test_emergency_waits_step_by_step_for_those_who_owe_it(office: Office) -> None:
    edition = _owing(office)
    before = {role: counts(user).get("edition-owing") for role, user in office.people.items()}

    review.sign_afterwards(edition.pk, actor=office.people[Role.SECRECY_REVIEWER], at=now())

    after = {role: counts(user).get("edition-owing") for role, user in office.people.items()}
    assert (before[Role.SECRECY_REVIEWER], before[Role.PRE_REVIEWER]) == (1, 0)
    assert (after[Role.SECRECY_REVIEWER], after[Role.PRE_REVIEWER]) == (0, 1)


def test_owing_queue_agrees_with_the_service(office: Office) -> None:
    edition = _owing(office)

    for user in office.people.values():
        can_sign = not review.reasons_against_afterwards(edition := Edition.objects.get(pk=edition.pk), user)
        assert Edition.objects.owing_to(user).filter(pk=edition.pk).exists() == can_sign


def test_late_emergency_is_marked(office: Office) -> None:
    edition = _owing(office)
    due = Edition.objects.get(pk=edition.pk).review_due_on
    assert due is not None
    user = office.people[Role.SECRECY_REVIEWER]
    later = Visit(user, now() + timedelta(days=60), load_calendar)
    queue = next(queue for queue in staff_queues.all() if queue.key == "edition-owing")

    on_time, late = queue.figure(Visit(user, now(), load_calendar)), queue.figure(later)

    assert on_time and not on_time.is_late and f"{due.month}月{due.day}日" in on_time.note
    assert late and late.is_late and "1 件已过补审期限" in late.note


def test_note_says_how_long_the_oldest_has_waited(office: Office) -> None:
    submit(office.draft())  # on Monday 2026-03-02
    user = office.people[Role.SECRECY_REVIEWER]
    queue = next(queue for queue in staff_queues.all() if queue.key == "edition-waiting")

    figure = queue.figure(Visit(user, AT + timedelta(days=7), load_calendar))

    assert figure and figure.note == "最早的等了 5 个工作日"


def test_approved_text_that_is_not_proactive_does_not_wait_for_publication(office: Office) -> None:
    sign_through(office.draft(content={"mode": Mode.ON_REQUEST}))

    assert counts(office.people[Role.PUBLISHER])["edition-approved"] == 0


def test_motion_waits_for_another_approver(office: Office) -> None:
    item = publish_one(agency=office.agency, author=office.people[Role.PUBLISHER])
    words: dict[str, Any] = {"ground": "内容有误", "basis": "条例第六条", "explanation": "数字有误，撤回更正。"}
    motion.ask(item.pk, ItemAction.WITHDRAW, actor=office.people[Role.APPROVER], at=AT, **words)
    other = make_member(Role.APPROVER, office.agency)

    found = counts(office.people[Role.APPROVER])["motions"], counts(other)["motions"]

    assert found == (0, 1)


@pytest.mark.parametrize("role", Role)
def test_landing_shows_queues_by_role_and_every_link_answers(office: Office, role: Role) -> None:
    user = make_member(role, office.agency)
    client = signed_in(user)
    page = text(client.get(LANDING))

    for queue in staff_queues.all():
        is_shown = queue.figure(Visit(User.objects.get(pk=user.pk), now(), load_calendar)) is not None
        assert (f">{queue.label}<b>" in page) == is_shown
        if is_shown:
            assert f'href="{queue.url()}"' in page
            assert client.get(queue.url()).status_code == 200


def test_superuser_without_a_role_sees_no_queue() -> None:
    page = text(signed_in(make_user(is_superuser=True)).get(LANDING))

    assert 'class="queues"' not in page and "新建公开信息" not in page


def test_new_item_is_offered_to_whoever_may_draft(office: Office) -> None:
    address = reverse("admin:disclosure_item_new")

    shown = {role: address in text(office.client(role).get(LANDING)) for role in office.people}

    assert shown == {role: role == Role.PUBLISHER for role in office.people}


@pytest.mark.parametrize("n", [1, 3])
def test_landing_keeps_within_its_budget(
    office: Office, n: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    user = office.people[Role.APPROVER]
    for role in (Role.PUBLISHER, Role.SECRECY_REVIEWER, Role.OFFICE_HEAD):
        make_member(role, office.agency, user=user)
    for _number in range(n):
        submit(office.draft())
        _scheduled(office)
        _failed(office)
    client = signed_in(user)
    client.get(LANDING)  # the figures of deadlines are kept for two minutes

    # A tile is a query: this person has those of three apps.
    with django_assert_max_num_queries(34):
        page = text(client.get(LANDING))

    assert "今天要办" in page


def test_recent_actions_name_what_this_person_did(office: Office) -> None:
    edition = submit(office.draft(content={"title": "刚送审的办法"}))

    mine = text(office.client(Role.PUBLISHER).get(LANDING))
    other = text(signed_in(make_member(Role.PUBLISHER, make_agency())).get(LANDING))

    assert "刚送审的办法" in mine and desk(edition) in mine
    assert "刚送审的办法" not in other


# --- heartbeat -------------------------------------------------------------------------------------------------------


def test_stopped_worker_is_said_in_red(office: Office) -> None:
    Heartbeat.objects.update(at=now() - timedelta(hours=30))

    page = text(office.client(Role.PUBLISHER).get(LANDING))

    assert 'class="warned"' in page and "定时任务停止了" in page


def test_running_worker_is_said_quietly(office: Office) -> None:
    Heartbeat.objects.update(at=now())

    page = text(office.client(Role.PUBLISHER).get(LANDING))

    assert 'class="warned"' not in page and "定时任务" not in page


def test_internal_edition_waits_in_the_queue_of_its_agency(office: Office) -> None:
    submit(office.draft(audience=Audience.INTERNAL))

    assert counts(office.people[Role.SECRECY_REVIEWER])["edition-waiting"] == 1


def test_scheduled_queue_ends_at_midnight_in_beijing(office: Office) -> None:
    edition = _scheduled(office)
    tomorrow = now() + timedelta(days=1)
    Edition.objects.filter(pk=edition.pk).update(publish_at=tomorrow)

    today_count = queues.scheduled_today(office.people[Role.APPROVER], now()).count()
    next_count = queues.scheduled_today(office.people[Role.APPROVER], tomorrow).count()

    assert localdate(tomorrow) > localdate(now())
    assert (today_count, next_count) == (0, 1)
    assert Edition.objects.get(pk=edition.pk).state == EditionState.SCHEDULED


def test_queue_that_only_informs_says_that_it_is_not_counted(office: Office) -> None:
    office.draft()

    page = text(signed_in(office.people[Role.PUBLISHER]).get(LANDING))

    informing = {str(queue.label) for queue in staff_queues.all() if not queue.is_work}
    said = {part.partition("<b>")[0].rpartition(">")[2] for part in page.split("<li")
            if "不计入今天要办" in part}  # fmt: skip
    assert said and said <= informing
