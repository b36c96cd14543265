"""本单位考核: seen by its agency once it was told, by its inspectors always, by nobody else ever."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evaluation import queues, scorecards
from evaluation.enums import ObjectionState, RoundState
from evaluation.models import Assessment, AssessmentRound, Objection
from evaluation.services import objections, rounds
from evaluation.services.objections import Target
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in
from tests.evaluation.objections.test_objections import Dispute, make_dispute
from tests.factories.kernel import make_agency, make_member
from tests.factories.obligations import make_obligation
from tests.factories.rounds import make_finding, make_inspector, make_office, open_round, share_round

pytestmark = pytest.mark.django_db
REFUSED = {302, 403, 404}


def _page(assessment: Assessment) -> str:
    return reverse("admin:evaluation_assessment_change", args=[assessment.pk])


def _do(assessment: Assessment, name: str, query: str = "") -> str:
    return reverse("admin:evaluation_assessment_verb", args=[assessment.pk, name]) + query


def _objection(row: Objection, name: str = "") -> str:
    if name:
        return reverse("admin:evaluation_objection_verb", args=[row.pk, name])
    return reverse("admin:evaluation_objection_change", args=[row.pk])


def _text(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return page.content.decode()


def _tim(it: Dispute) -> int:
    pk: int = it.row.indicator_set.indicators.get(code="TIM").pk
    return pk


def test_agency_reads_its_points_and_where_to_object() -> None:
    it = make_dispute()
    client = signed_in(it.head)

    page = _text(client, _page(it.assessment))
    cases = _text(client, reverse("admin:evaluation_assessment_cases", args=[it.assessment.pk, _tim(it)]))

    assert it.finding.text in page
    assert "19.60" in page
    assert page.count(">提出异议</a>") == cases.count(">提出异议</a>") + 1 == 2
    assert "确认无异议" in page
    assert "还有 5 个工作日" in page
    assert "期限 2026-03-10，2026-03-20 完成" in page
    assert "期限 2026-03-10，2026-03-20 完成" in cases
    assert re.search(r"得 \d+\.\d\d / \d+ 分", page)
    queue = next(queue for queue in queues.QUEUES if queue.key == "assessments-answer")
    assert f">{it.assessment.agency}<" in _text(client, queue.url())


def test_agency_sees_nothing_before_it_was_told_nor_of_others() -> None:
    it = make_dispute(state=RoundState.OPEN)
    client = signed_in(it.head)
    other = it.row.assessments.exclude(pk=it.assessment.pk).get()
    doors = [_page(it.assessment), _do(it.assessment, "object"), _do(it.assessment, "confirm"),
             reverse("admin:evaluation_assessment_cases", args=[it.assessment.pk, _tim(it)])]  # fmt: skip
    for address in doors:
        assert client.get(address).status_code in REFUSED, address
    assert it.row.name not in _text(client, reverse("admin:evaluation_assessment_changelist"))

    share_round(AssessmentRound.objects.get(pk=it.row.pk))
    assert client.get(_page(it.assessment)).status_code == 200
    assert client.get(_page(other)).status_code in REFUSED
    strangers: list[User] = [
        *(make_member(role, it.assessment.agency) for role in (Role.PUBLISHER, Role.STAFF, Role.ADMINISTRATOR)),
        make_member(Role.AGENCY_HEAD), make_inspector(make_agency()), make_inspector(it.assessment.agency),
    ]  # fmt: skip
    for person in strangers:
        for address in doors:
            assert signed_in(person).get(address).status_code in REFUSED, f"{address} for {person.memberships.get()}"


def test_agency_objects_in_the_browser_is_heard_and_wins() -> None:
    it = make_dispute()
    theirs, ours = signed_in(it.head), signed_in(it.judge)
    object_at = _do(it.assessment, "object", f"?target={it.target()}")

    asked = _text(theirs, object_at)
    paper = SimpleUploadedFile("照片.pdf", b"%PDF-1.7\n%test\n", content_type="application/pdf")
    form = {"target": it.target(), "text": "当日已张贴。", "papers": [paper]}
    sent = theirs.post(object_at, form, follow=True).content.decode()
    made = Objection.objects.get()
    heard = ours.post(_objection(made, "hear"), {"heard_on": today().isoformat(), "hearing": "有照片。"})
    refused = _text(signed_in(it.finder), _objection(made, "rule"))
    ruled = ours.post(
        _objection(made, "rule"), {"ruling": "partly", "left": "0.10", "reason": "部分属实。"}, follow=True
    )
    after = _text(theirs, _page(it.assessment))

    assert it.finding.text in asked
    assert 'type="hidden" name="target"' in asked
    assert "已完成" in sent
    assert heard.status_code == 302
    assert "认定这个问题的人不能裁定" in refused
    assert "这个问题扣 0.10 分" in ruled.content.decode()
    assert "19.90" in after
    assert "部分支持" in after
    file = reverse("admin:evaluation_objection_file", args=[made.pk, made.files.get().pk])
    assert theirs.get(file)["Content-Type"] == "application/pdf"
    assert signed_in(make_member(Role.AGENCY_HEAD)).get(file).status_code in REFUSED


def test_what_was_objected_to_leads_to_the_objection_and_to_no_second_sheet() -> None:
    it = make_dispute()
    theirs = signed_in(it.head)
    object_at = _do(it.assessment, "object", f"?target={it.target()}")
    pages = (_page(it.assessment), it.finding.get_absolute_url())
    link = f'href="{object_at}">提出异议</a>'
    assert all(link in _text(theirs, page) for page in pages)

    made = it.heard()
    for ruled in (False, True):
        if ruled:
            it.rule(made, "partly", left=Decimal("0.10"))
        for page in pages:
            shown = _text(theirs, page)
            assert _objection(made) in shown and link not in shown, (page, ruled)
        sheet = theirs.get(object_at, follow=True)
        assert sheet.redirect_chain == [(_objection(made), 302)]
        assert "已经提出异议" in sheet.content.decode()
    assert "提出异议" not in _text(signed_in(it.judge), it.finding.get_absolute_url())

    rounds.reopen(it.row.pk, actor=it.judge, at=now(), note="补查")
    rounds.share(it.row.pk, actor=it.judge, at=now())
    assert link in _text(theirs, pages[0])  # told anew, objected to anew
    assert 'name="text"' not in _text(theirs, _do(it.assessment, "object"))


def test_same_matter_in_another_indicator_is_named_to_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    it = make_dispute()
    tim = objections.find_target(it.assessment, it.case)
    assert tim and tim.case
    cov = Target(it.row.indicator_set.indicators.get(code="COV"), case=tim.case)
    monkeypatch.setattr(objections, "same_matter", lambda _row, target: [cov] if target == tim else [])
    words, link = "同一事项在下列指标也扣分", f"target=case-{cov.indicator.pk}-"
    names = (scorecards.name_of(tim.indicator), scorecards.name_of(cov.indicator))
    assert names[0] != tim.indicator.topic

    asked = _text(signed_in(it.head), _do(it.assessment, "object", f"?target={it.case}"))
    assert words in asked and link in asked and "请分别提出异议" in asked and all(name in asked for name in names)
    made = it.file(it.case)
    assert words in _text(signed_in(it.head), _objection(made))
    page = _text(signed_in(it.judge), _objection(made))
    assert words in page and link not in page and "裁定期限" in page
    assert names[0] in _text(signed_in(it.head), _page(it.assessment))
    hearing = _text(signed_in(it.judge), _objection(made, "hear"))
    objections.hear(made.pk, hearing="单位说明了经过。", heard_on=today(), actor=it.judge, at=now())
    for read in (page, hearing, _text(signed_in(it.judge), _objection(made, "rule"))):
        assert words in read and "请分别提出异议" not in read and all(name in read for name in names)
        assert tim.case.title in read and "期限 2026-03-10，2026-03-20 完成" in read, "what it is about"
    assert words not in _text(signed_in(it.head), _do(it.assessment, "object", f"?target={it.target()}"))


def test_bad_input_is_refused_in_words_and_kept() -> None:
    it = make_dispute()
    client = signed_in(it.head)
    address = _do(it.assessment, "object")
    disguised = SimpleUploadedFile("照片.pdf", b"MZ\x90\x00 program", content_type="application/pdf")
    wrong: list[dict[str, Any]] = [
        {"target": "", "text": "留住的话"},
        {"target": "finding-999999", "text": "留住的话"},
        {"target": "case-1-\0", "text": "留住的话"},
        {"target": it.target(), "text": ""},
        {"target": it.target(), "text": "字" * 2001},
        {"target": it.target(), "text": "一\0二"},
        {"target": it.target(), "text": "留住的话", "papers": [disguised]},
        {"target": "x" * 500, "text": "留住的话"},
    ]
    for form in wrong:
        page = client.post(address, form)
        assert page.status_code == 200, form
        assert "error" in page.content.decode(), form
        assert form["text"][:4].replace("\0", "") in page.content.decode().replace("\0", "")
    for query in ("", "?target=", "?target=case-1", "?target=%00", "?target=finding-" + "9" * 300):
        assert "没有选择要提出异议的问题" in _text(client, _do(it.assessment, "object", query)), query
    assert not Objection.objects.exists()


def test_ruling_form_refuses_what_no_ruling_can_be() -> None:
    it = make_dispute()
    made = it.heard()
    client = signed_in(it.judge)

    for form in (
        {"ruling": "partly", "left": "1e9", "reason": "是"},
        {"ruling": "partly", "left": "0.2.2", "reason": "是"},
        {"ruling": "partly", "left": "-1", "reason": "是"},
        {"ruling": "partly", "left": "NaN", "reason": "是"},
        {"ruling": "partly", "reason": "是"},
        {"ruling": "upheld", "left": "0.1", "reason": "是"},
        {"ruling": "never", "reason": "是"},
        {"ruling": "upheld", "reason": "\0"},
        {},
    ):
        page = client.post(_objection(made, "rule"), form)
        assert page.status_code == 200, form
        assert "errorlist" in page.content.decode(), form
    made.refresh_from_db()
    assert made.state == ObjectionState.HEARD


def test_pressed_twice_it_is_one_objection() -> None:
    it = make_dispute()
    client = signed_in(it.head)
    form = {"target": it.target(), "text": "当日已张贴。", "form_key": "a" * 32}

    client.post(_do(it.assessment, "object"), form)
    again = client.post(_do(it.assessment, "object"), form, follow=True).content.decode()

    assert "没有重复办理" in again
    assert Objection.objects.count() == 1


def test_confirm_asks_once_more_and_closes() -> None:
    it = make_dispute()
    client = signed_in(it.head)

    assert "不能再提出异议" in _text(client, _do(it.assessment, "confirm"))
    client.post(_do(it.assessment, "confirm"))
    page = _text(client, _page(it.assessment))

    assert "提出异议</a>" not in page
    assert "确认无异议</a>" not in page
    assert "个工作日" not in page
    assert str(it.head) in page
    queue = next(queue for queue in queues.QUEUES if queue.key == "assessments-answer")
    assert f">{it.assessment.agency}<" not in _text(client, queue.url())


def test_objections_are_seen_by_both_sides_alone() -> None:
    it = make_dispute()
    made = it.file()
    own_inspector = make_inspector(it.assessment.agency)
    for person, is_seen in (
        (it.head, True), (it.judge, True), (it.finder, True), (own_inspector, False),
        (make_member(Role.AGENCY_HEAD), False), (make_member(Role.SUPERVISOR), False),
        (make_member(Role.PUBLISHER, it.assessment.agency), False),
    ):  # fmt: skip
        client = signed_in(person)
        for address in (_objection(made), *(_objection(made, name) for name in ("hear", "rule", "withdraw"))):
            answer = client.get(address)
            assert (answer.status_code == 200) == is_seen, f"{address} for {person.memberships.get()}"
    assert "撤回异议" in _text(signed_in(it.head), _objection(made))
    assert "撤回异议" not in _text(signed_in(it.judge), _objection(made))


def test_inspector_after_the_day_is_told_so() -> None:
    it = make_dispute()
    AssessmentRound.objects.filter(pk=it.row.pk).update(objections_by=today() - timedelta(days=1))

    page = _text(signed_in(it.head), _page(it.assessment))

    assert "已经过了" in page
    assert "提出异议</a>" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_an_assessment_asks_as_often_for_many_faults(count: int, django_assert_num_queries: Any) -> None:
    office = make_office()
    agency = make_agency(parent=office)
    for _each in range(count):
        make_obligation(agency=agency)
    row = open_round(agency, office=office)
    assessment = row.assessments.get()
    for _each in range(count):
        make_finding(assessment)
    share_round(row)
    head = make_member(Role.OFFICE_HEAD, agency)
    for one in assessment.findings.all():
        objections.file(assessment.pk, f"finding-{one.pk}", text="有误", actor=head, at=now())
    client = signed_in(head)
    client.get(_page(assessment))

    with django_assert_num_queries(12):
        client.get(_page(assessment))
    with django_assert_num_queries(7):
        client.get(reverse("admin:evaluation_objection_changelist"))
