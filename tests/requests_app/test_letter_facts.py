"""Every letter out of a case that the services themselves made."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import localdate

from govportal.models import Agency, AgencyKind
from requests_app.enums import (
    ApplicantKind,
    Channel,
    DecisionKind,
    FeeMode,
    InquiryAnswer,
    InquiryKind,
    ReplyKind,
    State,
)
from requests_app.letter_rules import LetterKind
from requests_app.letters import render_html
from requests_app.models import InformationRequest, RequestOffice
from requests_app.services import charge, converse, correct, letter_facts, letters, triage
from requests_app.services.letter_matter import Matter, Said
from requests_app.services.letters import Order
from tests.factories import make_agency, make_item
from tests.factories.requests import (
    AT,
    TODAY,
    ask_correction,
    ask_party,
    hear_party,
    make_person,
    make_proposal,
    make_request,
    officer_of,
    release_decision,
    request_in,
    reread_request,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter_facts, "reverse", lambda name: f"/{name}/")


@pytest.fixture
def agency() -> Agency:
    county = make_agency(name="澄明县人民政府", kind=AgencyKind.GOVERNMENT)
    agency = make_agency(
        name="澄明县交通运输局", short_name="县交通局", parent=county, office="政务公开室", phone="0399-6613320",
        address="澄明县交通路9号", postcode="439900",
    )  # fmt: skip
    RequestOffice.objects.create(
        agency=agency, letter_prefix="澄交公复", court="澄明县人民法院", payee="到代收银行缴纳"
    )
    return agency


def facts_of(row: InformationRequest, kind: LetterKind, **order: Any) -> dict[str, Any]:
    matter = letters.matter_of(reread_request(row), Order(kind=kind, **order), TODAY)
    return letter_facts.facts_for(matter, order.get("facts"))


def test_office_and_remedy_come_from_the_settings_of_the_agency(agency: Agency) -> None:
    row = make_request(agency=agency)

    facts = facts_of(row, LetterKind.OTHER)

    assert facts["issuer"] == "澄明县交通运输局"
    assert facts["contact"] == "承办：政务公开室　电话：0399-6613320　地址：澄明县交通路9号　邮政编码：439900"
    assert (facts["review_body"], facts["court"]) == ("澄明县人民政府", "澄明县人民法院")


def test_review_body_that_is_named_stands_above_the_government(agency: Agency) -> None:
    RequestOffice.objects.update(review_body="澄明市交通运输局")

    assert facts_of(make_request(agency=agency), LetterKind.OTHER)["review_body"] == "澄明市交通运输局"


def test_applicant_is_addressed_by_name_and_kind(agency: Agency) -> None:
    person = make_request(agency=agency, applicant={"name": "林晓舟"})
    firm = make_request(agency=agency, applicant_kind=ApplicantKind.BUSINESS, applicant={"name": "顺通路桥公司"})
    nobody = make_request(agency=agency, has_applicant=False)

    assert facts_of(person, LetterKind.OTHER)["addressee"] == "林晓舟"
    assert facts_of(person, LetterKind.OTHER)["is_organisation"] is False
    assert facts_of(firm, LetterKind.OTHER)["is_organisation"] is True
    assert "addressee" not in facts_of(nobody, LetterKind.OTHER)


def test_request_without_a_name_is_told_by_its_description(agency: Agency) -> None:
    row = make_request(agency=agency, subject="", description="第一行\n第二行" + "长" * 100)

    assert facts_of(row, LetterKind.OTHER)["subject"] == ("第一行 第二行" + "长" * 100)[:60]


def test_what_the_officer_writes_stands_above_what_is_found(agency: Agency) -> None:
    row = make_request(agency=agency)

    facts = facts_of(row, LetterKind.CORRECTION, facts={"correct_by": "2026-03-20", "items": "甲\n乙", "stray": "x"})

    assert facts["correct_by"].isoformat() == "2026-03-20"
    assert facts["items"] == ["甲", "乙"]
    assert "stray" not in facts


@pytest.mark.parametrize("value", ["2026-13-45", ["2026"], 5])
def test_fact_that_cannot_be_read_is_named(agency: Agency, value: object) -> None:
    with pytest.raises(ValueError, match="补正期限填写有误"):
        facts_of(make_request(agency=agency), LetterKind.CORRECTION, facts={"correct_by": value})


# --- each letter is whole -----------------------------------------------------------------------------------------


def whole(row: InformationRequest, kind: LetterKind, **order: Any) -> str:
    """The letter, made of what the portal knows and the few things only an officer can say."""
    facts = facts_of(row, kind, **order)
    return render_html(kind, facts | {"number": "澄交公复〔2026〕1号"})


def test_receipt_of_a_filing(agency: Agency) -> None:
    row = request_in(State.RECEIVED, agency=agency)

    html = whole(row, LetterKind.REGISTRATION_RECEIPT)

    assert row.number in html
    assert "网上登记回执之日" in html
    assert "http://testserver/request_lookup/" in html


def test_receipt_of_a_letter_by_post_names_no_page(agency: Agency) -> None:
    row = make_request(agency=agency, channel=Channel.MAIL)

    assert "查询码" not in whole(row, LetterKind.REGISTRATION_RECEIPT)


def test_correction_has_items_and_period(agency: Agency) -> None:
    row = request_in(State.REGISTERED, agency=agency)
    ask_correction(row, items="请写明年度。\n请写明项目。")

    html = whole(row, LetterKind.CORRECTION)

    assert "<li>1．请写明年度。</li><li>2．请写明项目。</li>" in html
    assert "2026年3月12日前" in html
    assert "提交至澄明县交通运输局政务公开室（地址：澄明县交通路9号）" in html


def test_reasons_repeat_what_was_asked(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    converse.ask_reasons(row.pk, "一个月内64件。", actor=officer_of(agency), at=AT)

    html = whole(row, LetterKind.REASONS)

    assert "一个月内64件。" in html
    assert "2026年3月16日前" in html


def test_extension_says_both_days_and_why(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    release_decision(row, make_proposal(kind=DecisionKind.EXTENSION, reasons="资料分存两处。", days=10))

    html = whole(row, LetterKind.EXTENSION)

    assert "原应于2026年3月30日前答复" in html
    assert "延长至2026年4月14日" in html
    assert "资料分存两处。" in html
    assert "《政府信息公开条例》" in html or "条例第三十三条第二款" in html


def test_drafted_extension_is_previewed_as_it_would_be(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    matter = Matter(row=row, kind=LetterKind.EXTENSION, on=TODAY, said=Said(reasons="资料分存两处。", days=10))

    facts = letter_facts.facts_for(matter)

    assert (facts["due_on"].isoformat(), facts["new_due_on"].isoformat()) == ("2026-03-30", "2026-04-14")
    assert letter_facts.missing(matter) == []


@pytest.mark.parametrize(("days", "is_provisional"), [(10, False), (250, True)])
def test_delay_into_a_year_without_announced_holidays_is_provisional(
    agency: Agency, days: int, is_provisional: bool
) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    matter = Matter(row=row, kind=LetterKind.DELAY, on=TODAY, said=Said(reasons="资料分存两处。", days=days))

    facts = letter_facts.facts_for(matter)

    assert facts["new_due_on"].year == (2027 if is_provisional else 2026)
    assert facts.get("is_provisional", False) is is_provisional


@pytest.mark.parametrize(
    ("asked", "kind", "silence"),
    [
        (InquiryKind.THIRD_PARTY, LetterKind.THIRD_PARTY_INQUIRY, "由本机关依照上述条例的规定决定是否公开"),
        (InquiryKind.CO_AGENCY, LetterKind.CO_AGENCY_INQUIRY, "视为同意公开"),
    ],
)
def test_inquiry_says_the_period_and_nothing_of_the_applicant(
    agency: Agency, asked: InquiryKind, kind: LetterKind, silence: str
) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    inquiry = ask_party(row, asked, party="顺通路桥公司", matter="工程合同")

    html = whole(row, kind, inquiry=inquiry)

    assert "15个工作日内" in html
    assert silence in html
    assert "贵单位" in html
    assert not [text for text in (row.number, row.applicant.name, row.subject) if text in html]


def test_pause_explains_the_clock(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    inquiry = ask_party(row)

    html = whole(row, LetterKind.PAUSE, inquiry=inquiry)

    assert "需要征求第三方的意见，本机关已于2026年3月2日发出征求意见书" in html
    assert inquiry.party not in html


def test_third_party_learns_what_is_published_against_its_will(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    inquiry = ask_party(row)
    letters.issue(row.pk, Order(kind=LetterKind.THIRD_PARTY_INQUIRY, inquiry=inquiry), actor=officer_of(agency), at=AT)
    hear_party(inquiry, InquiryAnswer.OBJECTION)
    inquiry.refresh_from_db()
    told = {"third_party_reasons": "关系公共资金使用。"}
    release_decision(row, make_proposal(content="结算总价。", reasons="申请人可以知悉。", facts=told))

    html = whole(row, LetterKind.THIRD_PARTY_DECISION, inquiry=inquiry)

    assert "澄交公复〔2026〕1号《第三方意见征询书》" in html
    assert "本机关于2026年3月2日收到的意见是不同意公开" in html
    assert "关系公共资金使用。" in html
    assert "申请人可以知悉。" not in html
    assert row.number not in html


def test_fee_shows_its_working(agency: Agency) -> None:
    row = request_in(State.FEE_NOTIFIED, agency=agency)

    html = whole(row, LetterKind.FEE)

    assert "<td>按量计收</td>" in html
    assert "<td>250页</td>" in html
    assert "4700.00元" in html
    assert "次日起20个工作日内缴纳" in html


def test_transfer_is_told_by_the_agency_that_had_the_request(agency: Agency) -> None:
    row = request_in(State.REGISTERED, agency=agency)
    other = make_agency(name="澄明县财政局", phone="0399-6611111")
    triage.transfer(row.pk, other, actor=officer_of(agency), at=AT, reason="该信息由财政局制作。")

    facts = facts_of(row, LetterKind.TRANSFER)

    assert (facts["issuer"], facts["receiver"]) == ("澄明县交通运输局", "澄明县财政局")
    assert "该信息由财政局制作。" in whole(row, LetterKind.TRANSFER)


# What only the officer can say, with the decision.
OFFICER: dict[ReplyKind, dict[str, Any]] = {
    ReplyKind.PARTIAL: {"withheld": "银行账号。", "grounds": ["deliberative", "state_secret"]},
    ReplyKind.FORBIDDEN_BY_LAW: {"forbidding_law": "《统计法》第十一条"},
    ReplyKind.SECURITY: {"endangered": "公共安全"},
    ReplyKind.INTERNAL_AFFAIRS: {"category": "人事管理"},
    ReplyKind.DELIBERATIVE: {"category": "讨论记录"},
    ReplyKind.ENFORCEMENT_FILE: {"case": "超限运输处罚案"},
    ReplyKind.SPECIAL_REGIME: {"category": "不动产登记资料", "regime": "《不动产登记暂行条例》"},
    ReplyKind.PETITION: {"matter": "对施工质量的投诉"},
    ReplyKind.PUBLICATION: {"publication": "《澄明年鉴》", "access": "县图书馆"},
    ReplyKind.CONFIRMATION: {"obtained": "2026年1月5日在本机关领取"},
    ReplyKind.RECORD_CORRECTED: {"record": "从业资格证号"},
}
# Their letters need rows beside the decision, which have tests of their own.
_WITH_ROWS = {
    ReplyKind.ALREADY_PUBLIC,
    ReplyKind.THIRD_PARTY,
    ReplyKind.STILL_UNCLEAR,
    ReplyKind.DUPLICATE,
    ReplyKind.EXCESSIVE,
    ReplyKind.NOT_CORRECTED,
    ReplyKind.NOT_PAID,
}


@pytest.mark.parametrize("reply", [kind for kind in ReplyKind if kind not in _WITH_ROWS])
def test_reply_is_whole_with_its_decision_and_what_the_officer_said(agency: Agency, reply: ReplyKind) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    proposal = make_proposal(reply, reasons="决定的理由。", content="告知的内容。", facts=OFFICER.get(reply, {}))
    release_decision(row, proposal)

    html = whole(row, LetterKind(reply.value))

    assert "决定的理由。" in html
    assert "告知的内容。" in html


def test_partial_disclosure_cites_the_article_of_every_ground(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    release_decision(row, make_proposal(ReplyKind.PARTIAL, facts=OFFICER[ReplyKind.PARTIAL]))

    facts = facts_of(row, LetterKind.PARTIAL)

    assert facts["withheld_basis"] == "《中华人民共和国政府信息公开条例》第十六条第二款、第十四条"


def test_already_public_leads_to_the_items(agency: Agency) -> None:
    row, item = make_request(agency=agency, state=State.IN_REVIEW), make_item()
    matter = Matter(row=row, kind=LetterKind.ALREADY_PUBLIC, on=TODAY, said=Said(reasons="已经公开。", items=[item]))

    facts = letter_facts.facts_for(matter)

    assert facts["access"] == [
        f"“{item.title}”，索引号{item.index_number}，网址http://testserver{item.get_absolute_url()}"
    ]
    assert facts["supplement"] == "已经公开。"


def test_objection_of_the_third_party_is_told_without_its_words(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    hear_party(ask_party(row), InquiryAnswer.OBJECTION, reasons="绝密的配方")
    release_decision(row, make_proposal(ReplyKind.THIRD_PARTY, facts={"interest": "商业秘密"}))

    html = whole(row, LetterKind.THIRD_PARTY)

    assert "第三方不同意公开且有合理理由" in html
    assert "绝密的配方" not in html


def test_lapse_needs_the_proven_arrival_of_the_correction(agency: Agency) -> None:
    row = request_in(State.CORRECTION_ASKED, agency=agency)
    letter = letters.issue(row.pk, Order(kind=LetterKind.CORRECTION), actor=officer_of(agency), at=AT)
    matter = Matter(row=reread_request(row), kind=LetterKind.NOT_CORRECTED, on=TODAY, said=Said(reasons="逾期。"))
    before = letter_facts.missing(matter)

    letter.deliveries.create(way="post", sent_on=TODAY, delivered_on=TODAY)
    letters.regenerate(letter.pk, reason="电话有误", actor=officer_of(agency), at=AT)
    after = letter_facts.missing(matter)
    release_decision(row, make_proposal(ReplyKind.NOT_CORRECTED, content=""), at=AT + timedelta(days=30))

    assert before == ["补正告知书送达日期"] and after == []
    assert f"曾以{letter.number}《" in whole(row, LetterKind.NOT_CORRECTED)


def test_unpaid_fee_names_notice_and_period(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    demand = charge.Demand(mode=FeeMode.BY_ITEM, quantity=45, delivered_on=TODAY)
    charge.notify(row.pk, demand, actor=officer_of(agency), at=AT)
    letter = letters.issue(row.pk, Order(kind=LetterKind.FEE), actor=officer_of(agency), at=AT)
    release_decision(row, make_proposal(ReplyKind.NOT_PAID, content=""), at=AT + timedelta(days=40))

    facts = facts_of(row, LetterKind.NOT_PAID)

    assert (facts["fee_number"], facts["fee_delivered_on"]) == (letter.number, TODAY)
    assert facts["pay_by"] < localdate(AT + timedelta(days=40))


def test_still_unclear_names_the_correction(agency: Agency) -> None:
    row = request_in(State.CORRECTION_ASKED, agency=agency)
    letter = letters.issue(row.pk, Order(kind=LetterKind.CORRECTION), actor=officer_of(agency), at=AT)
    correct.answer(row.pk, "养护资金", actor=None, at=AT)
    triage.begin_review(row.pk, actor=officer_of(agency), at=AT)
    release_decision(row, make_proposal(ReplyKind.STILL_UNCLEAR, reasons="没有写明年度。"))

    html = whole(row, LetterKind.STILL_UNCLEAR)

    assert f"曾以{letter.number}《" in html
    assert "2026年3月2日收到补正的申请" in html
    assert "没有写明年度。" in html


def test_duplicate_names_the_earlier_reply(agency: Agency) -> None:
    person = make_person()
    first = request_in(State.IN_REVIEW, agency=agency, person=person)
    release_decision(first)
    reply = letters.issue(first.pk, Order(kind=LetterKind.DISCLOSED), actor=officer_of(agency), at=AT)
    second = request_in(State.IN_REVIEW, agency=agency, person=person)
    release_decision(second, make_proposal(ReplyKind.DUPLICATE, duplicate_of=reread_request(first)))

    html = whole(second, LetterKind.DUPLICATE)

    assert f"受理编号：{first.number}" in html
    assert f"以{reply.number}答复" in html


def test_excess_without_reasons_says_so(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    converse.ask_reasons(row.pk, "一个月内64件。", actor=officer_of(agency), at=AT)
    release_decision(row, make_proposal(ReplyKind.EXCESSIVE), at=AT + timedelta(days=20))

    html = whole(row, LetterKind.EXCESSIVE)

    assert "一个月内64件。" in html
    assert "您没有说明理由" in html
