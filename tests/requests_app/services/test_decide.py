"""决定: one drafts, another signs under the digest; an extension and a delay move the clock once."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from govportal.models import AuditEvent, Notice
from govportal.permissions import Role
from requests_app.enums import Action, DecisionKind, DecisionState, FileKind, ReplyKind, State
from requests_app.models import Decision, InformationRequest
from requests_app.services import converse, decide
from tests.factories import make_item, make_member, make_officer, make_private_file, make_releaser, make_user
from tests.factories.request_rows import make_request_file
from tests.factories.requests import (
    AT,
    make_decision,
    make_proposal,
    make_request,
    officer_of,
    release_decision,
    releaser_of,
    request_in,
    submit_decision,
)
from tests.requests_app.services.invariants import (
    assert_consistent,
    assert_says_nothing_personal,
    refusal,
    refused_without_a_trace,
)

pytestmark = pytest.mark.django_db

EXTENSION, DELAY = DecisionKind.EXTENSION, DecisionKind.DELAY


def on(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


LAST_DAY, DAY_AFTER = on(date(2026, 3, 30)), on(date(2026, 3, 31))


def release(decision: Decision, at: datetime = AT, **values: Any) -> object:
    values.setdefault("seen", decision.digest)
    return decide.release(decision.pk, actor=releaser_of(decision.request.agency), at=at, **values)


# --- handing in ------------------------------------------------------------


def test_submission_waits_for_whoever_signs_and_is_told_to_them_alone() -> None:
    row = request_in(State.IN_REVIEW)
    officer = officer_of(row.agency)
    make_releaser(row.agency, email="head@county.example")
    make_member(Role.APPROVER, row.agency, email="approver@county.example")
    make_member(Role.APPROVER, row.agency, user=officer)
    type(officer).objects.filter(pk=officer.pk).update(email="drafter@county.example")
    Notice.objects.all().delete()

    decision = submit_decision(row, make_proposal(reasons="可以\x00公开", content="单价9999元"))

    assert (decision.state, decision.reasons, decision.drafted_by) == (DecisionState.SUBMITTED, "可以公开", officer)
    addresses = sorted(Notice.objects.values_list("address", flat=True), key=lambda address: address[0])
    assert sorted(addresses) == ["approver@county.example", "head@county.example"]
    assert Notice.objects.first().subject == f"待签发：答复 {row.number}"  # type: ignore[union-attr]
    assert AuditEvent.objects.get(action="request.submit_decision").after == {
        "kind": "reply", "reply_kind": "disclosed", "digest": decision.digest,
    }  # fmt: skip
    assert_says_nothing_personal(row, "单价9999元", "可以公开")
    assert assert_consistent(row).state == State.IN_REVIEW
    assert list(Decision.objects.waiting_for(officer)) == []


def test_submission_is_for_officers_of_the_agency_alone() -> None:
    row = request_in(State.IN_REVIEW)
    strangers = [make_officer(), make_user(is_superuser=True)]
    strangers += [make_member(role, row.agency) for role in Role if role != Role.REQUEST_OFFICER]

    found = [decide.reasons_against(row, make_proposal(), one, AT.date()) for one in strangers]

    words = [f"您在{row.agency.display_name}没有依申请公开经办的角色。"]
    assert found == [words] * len(strangers)


def test_second_submission_waits_for_the_first() -> None:
    row = request_in(State.IN_REVIEW)
    submit_decision(row)

    for proposal in (make_proposal(), make_proposal(kind=EXTENSION)):
        words = refused_without_a_trace(row, partial(submit_decision, row, proposal))
        assert words == ["已有待签发的决定，请等签发或者退回。"]


def test_reply_without_its_kind_and_a_closed_case_are_refused() -> None:
    row, closed = request_in(State.IN_REVIEW), request_in(State.REPLIED)

    assert refusal(lambda: submit_decision(row, make_proposal(reply_kind=""))) == ["请选择答复类型。"]  # type: ignore[arg-type]
    assert refused_without_a_trace(closed, lambda: submit_decision(closed)) == [
        "申请已经办结。",
        "申请的状态是“已答复”，不能答复。",
    ]


@pytest.mark.parametrize("kind", DecisionKind)
def test_what_the_kind_does_not_have_is_left_out_and_the_digest_still_holds(kind: DecisionKind) -> None:
    row = request_in(State.IN_REVIEW)
    if kind == DELAY:
        converse.ask_reasons(row.pk, "64件", actor=officer_of(row.agency), at=AT)
        converse.give_reasons(row.pk, "研究", actor=None, at=AT)
    item = make_item()
    proposal = decide.Proposal(
        kind=kind,
        reply_kind=ReplyKind.ALREADY_PUBLIC,
        days=5,
        reasons=" 理由\r\n二行\x0b ",
        content="\u202e内容",
        facts={"open_on": date(2026, 3, 2), "lines": ("一 ", "二"), "n": 3},
        items=[item, item],
    )

    decision = submit_decision(row, proposal)

    release(decision)
    decision.refresh_from_db()
    assert (decision.state, decision.days) == (DecisionState.RELEASED, None if kind == DecisionKind.REPLY else 5)
    assert decision.reply_kind == (ReplyKind.ALREADY_PUBLIC if kind == DecisionKind.REPLY else "")
    assert decision.facts == {"open_on": "2026-03-02", "lines": ["一", "二"], "n": 3}


# --- files ------------------------------------------------------------


def test_files_of_a_returned_draft_are_handed_in_again() -> None:
    row, file, ready = request_in(State.IN_REVIEW), make_private_file(), make_private_file(name="明细.pdf")
    make_request_file(row, kind=FileKind.DISCLOSED, file=ready, title="养护明细")
    first = submit_decision(row, make_proposal(files=[file, ready]))
    decide.send_back(first.pk, seen=first.digest, actor=releaser_of(row.agency), at=AT, note="缺结论")

    second = release_decision(row, make_proposal(files=[file, ready]))

    assert [(held.file, held.decision, held.title) for held in row.files.order_by("file_id")] == [
        (file, second, "身份证明.pdf"),
        (ready, second, "养护明细"),
    ]


def test_files_of_others_or_for_other_ends_are_not_handed_out() -> None:
    row = request_in(State.IN_REVIEW)
    proof = make_request_file(row, kind=FileKind.PROOF).file
    other = make_request_file(kind=FileKind.DISCLOSED).file
    released = make_private_file()
    decision = release_decision(request_in(State.IN_REVIEW), make_proposal(files=[released]))

    for file in (proof, other, released):
        words = refused_without_a_trace(row, partial(submit_decision, row, make_proposal(files=[file])))
        assert words == ["文件“身份证明.pdf”已用于别处，请重新上传。"]
    fresh = make_private_file()
    assert refusal(lambda: submit_decision(row, make_proposal(files=[fresh, fresh]))) == ["同一个文件附了两次。"]
    assert decision.files.get().file == released


# --- signing ------------------------------------------------------------


def test_release_signs_answers_and_tells_the_applicant() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row)
    Notice.objects.all().delete()

    event = decide.release(
        decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=LAST_DAY, note="同意\x00"
    )

    row = assert_consistent(row)
    decision.refresh_from_db()
    assert (row.state, row.closed_on, row.due_on) == (State.REPLIED, date(2026, 3, 30), date(2026, 3, 30))
    assert (decision.state, decision.decided_by, decision.decided_at, decision.note) == (
        DecisionState.RELEASED, releaser_of(row.agency), LAST_DAY, "同意",
    )  # fmt: skip
    assert (event.action, event.actor) == (Action.REPLY, decision.decided_by)
    assert [notice.subject for notice in Notice.objects.all()] == [f"您的申请 {row.number} 已经答复。"]
    assert_says_nothing_personal(row, decision.content)


def test_release_after_the_last_day_is_a_late_reply_and_still_a_reply() -> None:
    row = request_in(State.IN_REVIEW)

    release_decision(row, at=DAY_AFTER)

    assert assert_consistent(row).closed_on == date(2026, 3, 31)


@pytest.mark.parametrize("verb", ["release", "send_back"])
def test_nobody_signs_or_returns_his_own_draft_whatever_roles_he_has(verb: str) -> None:
    row = request_in(State.IN_REVIEW)
    drafter = officer_of(row.agency)
    make_member(Role.OFFICE_HEAD, row.agency, user=drafter)
    decision = submit_decision(row)
    calls: dict[str, Callable[[], object]] = {
        "release": partial(decide.release, decision.pk, seen=decision.digest, actor=drafter, at=AT),
        "send_back": partial(decide.send_back, decision.pk, seen=decision.digest, actor=drafter, at=AT, note="退"),
    }

    assert refused_without_a_trace(row, calls[verb]) == ["拟稿人不能签发自己拟的决定。"]


def test_signing_is_for_releasers_of_the_agency_alone() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row)
    strangers = [make_releaser(), make_user(is_superuser=True)]
    strangers += [make_member(role, row.agency) for role in Role if role not in {Role.APPROVER, Role.OFFICE_HEAD}]

    found = [decide.reasons_against_releasing(decision, one, AT.date()) for one in strangers]

    assert found == [[f"您在{row.agency.display_name}没有签发答复的角色。"]] * len(strangers)
    for role in (Role.APPROVER, Role.OFFICE_HEAD):
        assert decide.reasons_against_releasing(decision, make_member(role, row.agency), AT.date()) == []


def test_release_twice_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    decision = release_decision(row)

    assert refused_without_a_trace(row, partial(release, decision)) == ["这一决定的状态是“已签发”。"]


@pytest.mark.parametrize("column", ["reasons", "content"])
def test_release_of_a_text_that_was_changed_since_is_refused(column: str) -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row)
    Decision.objects.filter(pk=decision.pk).update(**{column: "偷换的内容"})

    assert refused_without_a_trace(row, partial(release, decision)) == ["内容与送签时的摘要不一致，须退回重新送签。"]


def test_release_of_files_that_were_changed_since_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row, make_proposal(files=[make_private_file()]))
    make_request_file(row, kind=FileKind.DISCLOSED, decision=decision, file=make_private_file(b"%PDF-1.7\n%other\n"))

    assert refused_without_a_trace(row, partial(release, decision)) == ["内容与送签时的摘要不一致，须退回重新送签。"]


def test_what_was_not_looked_at_is_neither_signed_nor_returned() -> None:
    row = request_in(State.IN_REVIEW)
    shown = submit_decision(row)
    decide.drop(shown.pk, actor=officer_of(row.agency), at=AT)
    waiting = submit_decision(row, make_proposal(content="另一份内容。"))

    for decision in (shown, waiting):
        for verb in (decide.release, decide.send_back):
            call = partial(verb, decision.pk, seen=shown.digest, actor=releaser_of(row.agency), at=AT, note="阅")
            assert refused_without_a_trace(row, call) == [decide.CHANGED]


def test_draft_handed_in_anew_with_the_same_words_is_another_one() -> None:
    row = request_in(State.IN_REVIEW)
    shown = submit_decision(row)
    decide.drop(shown.pk, actor=officer_of(row.agency), at=AT)
    submit_decision(row)

    assert refused_without_a_trace(row, partial(release, shown)) == [decide.CHANGED]


def test_digest_covers_every_part() -> None:
    item, file, first = make_item(), make_private_file(), make_request()
    base = make_proposal()
    others = [
        make_proposal(ReplyKind.OTHER),
        make_proposal(reasons="别的"),
        make_proposal(content="别的"),
        make_proposal(facts={"grounds": []}),
        make_proposal(items=[item]),
        make_proposal(files=[file]),
        make_proposal(duplicate_of=first),
        make_proposal(kind=EXTENSION),
        make_proposal(kind=EXTENSION, days=11),
    ]

    digests = {decide.digest_of(proposal) for proposal in (base, *others)}

    assert len(digests) == 10
    assert decide.digest_of(base) == decide.digest_of(make_proposal())


def test_return_needs_a_reason_and_tells_the_drafter() -> None:
    row = request_in(State.IN_REVIEW)
    officer = officer_of(row.agency)
    type(officer).objects.filter(pk=officer.pk).update(email="drafter@county.example")
    decision = submit_decision(row)
    Notice.objects.all().delete()
    send_back = partial(decide.send_back, decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=AT)

    assert refused_without_a_trace(row, partial(send_back, note=" ")) == ["须写明退回的理由。"]
    send_back(note="缺第三方意见")

    decision.refresh_from_db()
    assert (decision.state, decision.note) == (DecisionState.RETURNED, "缺第三方意见")
    assert [(n.address, n.subject) for n in Notice.objects.all()] == [
        ("drafter@county.example", f"已退回：答复 {row.number}")
    ]
    assert_says_nothing_personal(row, "缺第三方意见")
    assert submit_decision(row).state == DecisionState.SUBMITTED
    assert assert_consistent(row).state == State.IN_REVIEW


def test_drop_is_for_the_drafter_while_nobody_has_signed() -> None:
    row = request_in(State.IN_REVIEW)
    drafter = officer_of(row.agency)
    decision = submit_decision(row)
    drop = partial(decide.drop, decision.pk, at=AT)

    for other in (releaser_of(row.agency), make_officer(row.agency)):
        assert refused_without_a_trace(row, partial(drop, actor=other)) == ["只有拟稿人可以收回。"]
    drop(actor=drafter)

    decision.refresh_from_db()
    assert (decision.state, decision.decided_by) == (DecisionState.DROPPED, drafter)
    assert refusal(partial(drop, actor=drafter)) == ["这一决定的状态是“已作废”。"]
    drafter.memberships.all().delete()
    again = make_decision(row, drafted_by=drafter)
    left = type(drafter).objects.get(pk=drafter.pk)
    assert refusal(partial(decide.drop, again.pk, actor=left, at=AT)) == ["只有拟稿人可以收回。"]


# --- 延长 (第三十三条) ------------------------------------------------------------


def test_extension_moves_the_last_day_once_and_is_told_with_its_reasons() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row, make_proposal(kind=EXTENSION, days=20, reasons="需要调取档案。"), at=LAST_DAY)
    Notice.objects.all().delete()

    release(decision, LAST_DAY)

    row = assert_consistent(row)
    assert (row.state, row.due_on) == (State.EXTENDED, date(2026, 4, 28))
    event = row.events.get(action=Action.EXTEND)
    assert (event.public_note, event.to_state) == ("需要调取档案。", State.EXTENDED)
    assert decision.basis == "《政府信息公开条例》第三十三条第二款"
    assert [notice.subject for notice in Notice.objects.all()] == [f"您的申请 {row.number} 的答复期限已经延长。"]
    words = refusal(lambda: submit_decision(row, make_proposal(kind=EXTENSION), at=LAST_DAY))
    assert words == ["申请的状态是“已延期”，不能延长答复期限。"]


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (None, "请填写延长的工作日数。"),
        (0, "请填写延长的工作日数。"),
        (21, "延长答复期限（2026年3月2日）：工作日数应为1到20。"),
    ],
)
def test_extension_of_no_days_or_too_many_is_refused(days: int | None, reason: str) -> None:
    row = request_in(State.IN_REVIEW)

    words = refused_without_a_trace(row, lambda: submit_decision(row, make_proposal(kind=EXTENSION, days=days)))

    assert len(words) == 1 and words[0].startswith(reason)


def test_extension_drafted_in_time_and_signed_too_late_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row, make_proposal(kind=EXTENSION), at=LAST_DAY)

    words = refused_without_a_trace(row, partial(release, decision, DAY_AFTER))
    other = request_in(State.IN_REVIEW)
    drafted_late = refusal(lambda: submit_decision(other, make_proposal(kind=EXTENSION), at=DAY_AFTER))

    assert len(words) == 1 and "最迟应在答复期限2026年3月30日当日作出" in words[0]
    assert drafted_late == words


# --- 延迟 (第三十五条) ------------------------------------------------------------


def reasoned(state: State = State.IN_REVIEW) -> InformationRequest:
    row = request_in(state)
    converse.ask_reasons(row.pk, "一个月内64件。", actor=officer_of(row.agency), at=AT)
    converse.give_reasons(row.pk, "研究需要。", actor=None, at=AT)
    return row


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.EXTENDED])
def test_delay_after_reasons_that_were_given_moves_the_last_day_and_leaves_the_state(state: State) -> None:
    row = reasoned(state)
    before = row.due_on

    release_decision(row, make_proposal(kind=DELAY, days=100))

    row = assert_consistent(row)
    assert row.state == state and before and row.due_on and row.due_on > before
    assert refusal(lambda: submit_decision(row, make_proposal(kind=DELAY))) == ["延迟答复只能确定一次。"]


def test_delay_without_reasons_that_were_given_is_refused() -> None:
    never, asked = request_in(State.IN_REVIEW), request_in(State.IN_REVIEW)
    converse.ask_reasons(asked.pk, "64件", actor=officer_of(asked.agency), at=AT)

    for row in (never, asked):
        words = refused_without_a_trace(row, partial(submit_decision, row, make_proposal(kind=DELAY)))
        assert words == ["延迟答复以申请人说明的理由合理为前提：须先要求说明理由，并收到说明（条例第三十五条）。"]


@pytest.mark.parametrize(
    ("days", "reason"), [(0, "请填写延迟的工作日数。"), (251, "延迟答复（2026年3月2日）：工作日数应为1到250。")]
)
def test_delay_of_no_days_or_more_than_a_year_is_refused(days: int, reason: str) -> None:
    row = reasoned()

    words = refused_without_a_trace(row, lambda: submit_decision(row, make_proposal(kind=DELAY, days=days)))

    assert len(words) == 1 and words[0].startswith(reason)
