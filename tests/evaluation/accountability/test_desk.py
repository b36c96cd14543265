"""The desk of a case through the browser: from a referral to the summary, bad input, and all that is refused."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from disclosure.models import Edition
from evaluation.accountability_enums import CaseState, NoticeKind
from evaluation.admin.accountability_verbs import VERBS
from evaluation.models import AccountabilityCase, AccountabilityNotice, Finding
from evaluation.services import accountability_open
from govportal.models import AuditEvent, User
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_member
from tests.factories.accountability import (
    CLAUSE,
    PDF,
    bring_case_to,
    day_after,
    inspectors_over,
    make_case,
    make_head,
    make_opening,
    make_overseen,
    name_person,
    open_case,
    waive_person,
)
from tests.factories.complaints import make_complaint
from tests.factories.rounds import freeze_round, make_finding, open_round, share_round
from tests.requests_app.complaints.test_confidential_doors import answer

pytestmark = pytest.mark.django_db
NAME = "admin:evaluation_accountabilitycase"
STATEMENTS, LIST_STATEMENTS = 19, 8  # whatever the number of people, papers and verbs
S = CaseState


def page(row: AccountabilityCase) -> str:
    return reverse(f"{NAME}_change", args=[row.pk])


def verb(row: AccountabilityCase, name: str) -> str:
    return reverse(f"{NAME}_verb", args=[row.pk, name])


def sent(client: Client, row: AccountabilityCase, name: str, /, **typed: Any) -> Any:
    response = client.post(verb(row, name), typed)
    assert response.status_code == 302, (name, text_of(response)[-1500:])
    return response


def refer_complaint(agency: Any) -> Complaint:
    row = make_complaint(ComplaintState.ANSWERED, agency=agency)
    Complaint.objects.filter(pk=row.pk).update(referred_on=localdate())
    return row


def take_up(opener: Client, complaint: Complaint) -> AccountabilityCase:
    """立案 from the list of referrals, with the button pressed twice."""
    agency = complaint.agency
    listed = text_of(opener.get(reverse(f"{NAME}_referrals")))
    assert complaint.number in listed and complaint.facts not in listed
    add = f"{reverse(f'{NAME}_add')}?agency={agency.pk}&complaint_id={complaint.pk}"
    asked = text_of(opener.get(add))
    assert f'value="{complaint.pk}"' in asked and f"来源：移送的线索 {complaint.number}" in asked
    typed = {
        "agency": agency.pk, "clause": CLAUSE, "facts": "目录一直没有公开。", "public_facts": "目录没有公开。",
        "complaint_id": complaint.pk, "form_key": "sheet",
    }  # fmt: skip
    for _press in range(2):
        opener.post(reverse(f"{NAME}_add"), typed)
    return AccountabilityCase.objects.get()


def hear_and_decide(opener: Client, second: Client, row: AccountabilityCase) -> None:
    sent(opener, row, "name", name="水清源", post="公开股干事", part="undertaker", circumstance="not_sought")
    who = row.respondents.get()
    sent(opener, row, "notify", respondent=who.pk, statement_by=day_after(7).isoformat())
    assert "登记送达" in text_of(opener.get(verb(row, "hear")))
    sent(opener, row, "deliver", notice=row.notices.get().pk, on=localdate().isoformat())
    paper = SimpleUploadedFile("笔录.pdf", PDF, "application/pdf")
    said = {"respondent": who.pk, "on": localdate().isoformat(), "text": "初稿早已编好。", "paper": paper}
    sent(opener, row, "hear", **said)
    sent(opener, row, "conclude")
    decision = {
        "reasons": "属于应当公开而未公开。", "agency_measure": "circular", f"measure_{who.pk}": "criticism",
        f"consideration_{who.pk}": "属实，已予考虑。",
    }  # fmt: skip
    sent(second, row, "decide", **decision)
    for notice in row.notices.filter(delivered_on=None):
        sent(opener, row, "deliver", notice=notice.pk, on=localdate().isoformat())
    sent(opener, row, "order", problem="职权目录没有公开。", requirement="公开目录。", basis="《办法》第十三条")


def test_case_goes_from_referral_to_summary() -> None:
    agency = make_overseen(name="澄明县水务局")
    opener, second = map(signed_in, inspectors_over(agency))
    head = signed_in(make_head(agency))
    complaint = refer_complaint(agency)
    row = take_up(opener, complaint)
    hear_and_decide(opener, second, row)
    told = text_of(head.get(page(row)))
    assert "责任追究决定" in told and "取消评优" in told
    for kept in (complaint.number, "水清源", "水**", "初稿", row.facts, "立案"):
        assert kept not in told, kept
    report = SimpleUploadedFile("报告.pdf", PDF, "application/pdf")
    sent(head, row, "report", text="目录已经公开。", paper=report)
    step = reverse(f"{NAME}_step", args=[row.pk, row.events.latest("pk").pk])
    told = text_of(head.get(page(row)))
    assert "等待核实" in told and "不能报告" not in told and step in told
    assert [reader.get(step).status_code for reader in (head, opener, second)] == [200] * 3
    stranger, waived = signed_in(make_member(Role.PUBLISHER, agency)), row.events.earliest("pk")
    assert stranger.get(step).status_code == 404
    assert opener.get(reverse(f"{NAME}_step", args=[row.pk, waived.pk])).status_code == 404  # nothing came with it
    shown = text_of(opener.get(verb(row, "summarise")))
    assert "承办人1名，承担全部责任" in shown and "小单位里写出职务" in shown
    sent(opener, row, "summarise", title="关于责任追究情况的通报", text="承办人1名，承担全部责任，通报批评。")

    row.refresh_from_db()
    edition = Edition.objects.get(item=row.summary)
    assert (row.state, edition.item.item_type, edition.extra["kind"]) == (
        S.CORRECTED, "evaluation_result", "accountability",
    )  # fmt: skip
    desk = text_of(opener.get(page(row)))
    assert "水**" in desk and "水清源" not in desk and complaint.number in desk and "初稿" not in desk
    assert "取消评优资格" in desk
    people = reverse(f"{NAME}_people", args=[row.pk])
    assert "水清源" not in text_of(opener.get(people))
    unmasked = opener.post(people, {"reason": "准备送达文书"})
    assert "水清源" in text_of(unmasked) and "初稿早已编好" in text_of(unmasked)
    assert "no-store" in unmasked["Cache-Control"]
    trail = str(list(AuditEvent.objects.values()))
    assert "水清源" not in trail and complaint.number not in str(
        list(AuditEvent.objects.filter(action__startswith="accountability").values())
    )


def test_case_is_opened_from_the_page_of_a_finding_with_its_agency_and_source() -> None:
    agency = make_overseen(name="澄明县水务局")
    opener, _second = inspectors_over(agency)
    row = open_round(agency, office=agency.parent, actor=opener)
    assessment = row.assessments.get()
    finding = make_finding(assessment, found_by=opener)
    supervisor = make_member(Role.SUPERVISOR, agency.parent)
    other = make_finding(assessment, found_by=supervisor)
    add = f"{reverse(f'{NAME}_add')}?agency={agency.pk}&amp;finding={finding.pk}"
    client = signed_in(opener)

    for is_shared in (False, True):  # nobody was told of it; the agency may object to it
        if is_shared:
            share_round(row)
        assert "责任追究立案" not in text_of(client.get(finding.get_absolute_url()))
        wanted = make_opening(agency, finding=Finding.objects.get(pk=finding.pk))
        assert "已经定分" in accountability_open.reasons_against_source(wanted, opener)[0]
    freeze_round(row)
    assert f'href="{add}"' in text_of(client.get(finding.get_absolute_url()))
    shown = client.get(add.replace("&amp;", "&"))
    form = shown.context["form"]
    assert [str(form[name].value()) for name in ("agency", "finding")] == [str(agency.pk), str(finding.pk)]
    assert f"来源：考核问题 {finding}" in text_of(shown)
    assert [form[name].value() for name in ("facts", "public_facts")] == [finding.text] * 2
    client.post(reverse(f"{NAME}_add"), {
        "agency": agency.pk, "finding": finding.pk, "clause": CLAUSE, "facts": "目录没有公开。",
        "public_facts": "目录没有公开。", "form_key": "sheet",
    })  # fmt: skip
    assert AccountabilityCase.objects.get().finding == finding
    assert "责任追究立案" not in text_of(signed_in(supervisor).get(other.get_absolute_url()))


def test_facts_are_amended_and_contradictions_shown_before_anybody_is_told() -> None:
    row = make_case(people=1)
    client = signed_in(row.opened_by)
    assert row.facts in text_of(client.get(verb(row, "amend")))
    sent(client, row, "amend", facts="目录编好以后没有送签。")
    assert "目录编好以后没有送签。" in text_of(client.get(page(row))) and "只能是其中一种" not in text_of(
        client.get(page(row))
    )
    head = name_person(row, part="head_in_charge", circumstance="approved")
    for address in (page(row), verb(row, "name"), verb(row, "divide"), verb(row, "notify")):
        assert "只能是其中一种" in text_of(client.get(address)), address
    typed = {"respondent": head.pk, "part": "head_in_charge", "circumstance": "not_sought", "note": "没有审批单。"}
    sent(client, row, "divide", **typed)
    waive_person(row.respondents.get(part="undertaker"))
    assert "不能再改" in text_of(client.get(verb(row, "amend")))
    undertaker = row.respondents.get(part="undertaker")
    silent = {"respondent": undertaker.pk, "part": "undertaker", "circumstance": "kept_silent", "note": "有审批单。"}
    response = client.post(verb(row, "divide"), silent, follow=True)
    said = text_of(response)
    assert "原告知书没有写明这一责任" in said and "原告知书已经作废，须重新告知" in said
    step = row.events.get(action="withdraw")
    address = reverse(f"{NAME}_step", args=[row.pk, step.pk])
    assert address in said and client.get(address).status_code == 200
    people = text_of(client.post(reverse(f"{NAME}_people", args=[row.pk]), {"reason": "准备送达文书"}))
    assert "对作废的告知书" in people and "书面放弃" in people


def test_summary_that_names_somebody_is_refused() -> None:
    row = make_case(S.DECIDED)
    who, client = row.respondents.get(), signed_in(inspectors_over(row.agency)[0])

    for word, reason in ((who.name, "姓名"), (who.post, "职务"), ("13812345678", "手机号")):
        response = client.post(verb(row, "summarise"), {"title": "通报", "text": f"对{word}通报批评。"})
        assert reason in text_of(response) and response.status_code == 200, word
    assert not Edition.objects.exists()


def test_people_and_papers_open_to_those_who_have_the_case() -> None:
    row = open_case()
    waive_person(name_person(row))
    row = bring_case_to(S.DECIDED, row)
    opener, _second = inspectors_over(row.agency)
    head, of_it = make_head(row.agency), make_member(Role.INSPECTOR, row.office)
    make_member(Role.STAFF, row.agency, user=of_it)
    outsiders = [make_member(role, row.agency) for role in (Role.PUBLISHER, Role.INSPECTOR)]
    outsiders += [of_it, make_member(Role.INSPECTOR, make_agency()), make_member(Role.ADMINISTRATOR, row.office)]
    who = row.respondents.get()
    people, paper = reverse(f"{NAME}_people", args=[row.pk]), reverse(f"{NAME}_paper", args=[row.pk, who.pk])
    papers = {notice.kind: reverse(f"{NAME}_notice", args=[row.pk, notice.pk]) for notice in row.notices.all()}

    for reader, opened in ((opener, {people, paper, *papers.values()}), (head, {papers[NoticeKind.AGENCY_DECISION]})):
        client = signed_in(reader)
        for address in (people, paper, *papers.values()):
            assert client.get(address).status_code == (200 if address in opened else 404), (reader, address)
    for reader in outsiders:
        client = signed_in(reader)
        assert {client.get(address).status_code for address in (people, paper, *papers.values())} == {404}
        assert client.get(page(row)).status_code in {302, 403}
    other = make_case()
    stray = AccountabilityNotice.objects.filter(case=row)[0]
    assert signed_in(opener).get(reverse(f"{NAME}_notice", args=[other.pk, stray.pk])).status_code == 404


def test_agency_never_learns_of_a_referral() -> None:
    """Whoever is of it reads the same bytes, whether a complaint was referred or not."""
    agency = make_overseen()
    complaint = make_complaint(ComplaintState.ANSWERED, agency=agency)
    readers = [make_member(role, agency) for role in (Role.INSPECTOR, Role.OFFICE_HEAD, Role.AGENCY_HEAD)]
    both = make_member(Role.INSPECTOR, agency.parent)
    make_member(Role.STAFF, agency, user=both)
    addresses = ["admin:index", *(f"{NAME}_{name}" for name in ("referrals", "changelist", "add"))]

    def walk() -> list[Any]:
        clients = [signed_in(User.objects.get(pk=reader.pk)) for reader in [*readers, both]]
        return [answer(client, reverse(address)) for client in clients for address in addresses]

    before = walk()
    Complaint.objects.filter(pk=complaint.pk).update(referred_on=localdate())
    overseer = text_of(signed_in(inspectors_over(agency)[0]).get(reverse(f"{NAME}_referrals")))
    assert walk() == before
    assert complaint.number in overseer


def test_no_verb_falls_over_bad_input() -> None:
    """Over-long texts, NUL bytes, days that are none, people of another case, files that are something else."""
    row, other = make_case(people=2), make_case()
    opener, second = map(signed_in, inspectors_over(row.agency))
    stranger = other.respondents.get().pk
    junk: list[dict[str, Any]] = [
        {},
        dict.fromkeys(("text", "note", "reason", "reasons", "name", "post", "title", "problem"), "\x00长" * 4000),
        {"respondent": stranger, "on": "2026-13-45", "statement_by": "0001-01-01", "due_on": "9999-12-31"},
        {"respondent": "'; --", "part": "king", "circumstance": "x", "agency_measure": "exile", "notice": "-1"},
    ]
    for state in (S.OPENED, S.HEARD, S.DECIDED, S.CORRECTED):
        row = bring_case_to(state, row) if state in {S.OPENED, S.HEARD} else make_case(state)
        client = opener if state in {S.OPENED, S.HEARD} else signed_in(inspectors_over(row.agency)[0])
        for one in VERBS:
            for typed in junk if one.name != "conclude" else ():
                assert client.post(verb(row, one.name), dict(typed)).status_code == 200, (state, one.name, typed)
    exe = SimpleUploadedFile("放弃.pdf", b"MZ\x90\x00 not a scan", "application/pdf")
    fresh = make_case()
    who = fresh.respondents.get()
    client = signed_in(inspectors_over(fresh.agency)[0])
    sent(client, fresh, "notify", respondent=who.pk, statement_by=day_after(3).isoformat())
    sent(client, fresh, "deliver", notice=fresh.notices.get().pk, on=localdate().isoformat())
    waiver = {"respondent": who.pk, "on": localdate().isoformat(), "paper": exe}
    response = client.post(verb(fresh, "waive"), waiver)
    who.refresh_from_db()
    assert response.status_code == 200 and who.waived_on is None
    for query in ("?queue=nothing", "?agency=x", "?group=y", "?q=%00", "?complaint=1", "?respondents__name=a"):
        assert second.get(reverse(f"{NAME}_changelist") + query).status_code in {200, 302}, query
    for tail in ("?agency=x&complaint_id=abc&finding=%00", "?obligation=999999999999999999999"):
        assert second.get(reverse(f"{NAME}_add") + tail).status_code == 200, tail
    bad = {"complaint_id": "9" * 30, "finding": "x", "obligation": "\x00", "agency": "1e9", "clause": "none"}
    assert second.post(reverse(f"{NAME}_add"), bad).status_code == 200


def test_the_only_person_and_paper_are_chosen_and_a_day_is_proposed() -> None:
    row = make_case(people=1)
    client, who = signed_in(row.opened_by), row.respondents.get()
    form = client.get(verb(row, "notify")).context["form"]
    assert (form["respondent"].value(), form.fields["respondent"].empty_label) == (who.pk, None)
    assert localdate() < form["statement_by"].value() <= day_after(60)
    sent(client, row, "notify", respondent=who.pk, statement_by=form["statement_by"].value().isoformat())
    assert client.get(verb(row, "deliver")).context["form"]["notice"].value() == row.notices.get().pk
    name_person(row)
    assert client.get(verb(row, "divide")).context["form"]["respondent"].value() is None


def test_decision_asks_which_form_of_a_measure_is_meant() -> None:
    row = make_case(S.HEARD)
    client, who = signed_in(inspectors_over(row.agency)[1]), row.respondents.get()
    shown = text_of(client.get(verb(row, "decide")))
    assert (
        "离岗培训3个月</option>" in shown
        and "口头告诫，并限期改正</option>" in shown
        and "或者" not in (shown.partition(f"measure_{who.pk}")[2].partition("</select>")[0])
    )
    typed = {"reasons": "情节严重。", f"consideration_{who.pk}": "不采纳。"}
    assert client.post(verb(row, "decide"), {**typed, f"measure_{who.pk}": "circular"}).status_code == 200

    sent(client, row, "decide", **typed, **{f"measure_{who.pk}": "circular.training"})

    who.refresh_from_db()
    assert (who.measure, who.measure_form) == ("circular", "training")
    assert "离岗培训3个月" in text_of(client.get(page(row)))


def test_typed_answers_stay_when_a_form_is_refused() -> None:
    row = make_case(S.HEARD)
    client = signed_in(inspectors_over(row.agency)[1])
    who = row.respondents.get()

    response = client.post(verb(row, "decide"), {"reasons": "打好的理由", f"consideration_{who.pk}": "打好的采纳"})

    said = text_of(response)
    assert "打好的理由" in said and "打好的采纳" in said and "须选择处理方式" in said


def test_list_and_desk_cost_the_same_for_one_and_for_three(django_assert_num_queries: Any) -> None:
    agency = make_overseen()
    client = signed_in(inspectors_over(agency)[0])
    row = make_case(S.HEARD, agency=agency, people=1)
    client.get(page(row))  # the look of the day is noted
    with django_assert_num_queries(STATEMENTS):
        client.get(page(row))
    with django_assert_num_queries(LIST_STATEMENTS):
        client.get(reverse(f"{NAME}_changelist"))
    larger = make_case(S.HEARD, agency=agency, people=3)
    make_case(agency=agency)
    client.get(page(larger))
    with django_assert_num_queries(STATEMENTS):
        client.get(page(larger))
    with django_assert_num_queries(LIST_STATEMENTS):
        client.get(reverse(f"{NAME}_changelist"))
