"""拟答复、签发、退回: a form for each kind of reply, the letter before anybody signs, two people for one decision."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from govportal.now import now, today
from requests_app.admin.decision_verbs import SignForm
from requests_app.enums import DecisionState, Outcome, ReplyKind, State
from requests_app.letter_rules import LETTER_RULES, LetterKind
from requests_app.models import Decision
from requests_app.services import decide
from tests.disclosure.doors import text_of
from tests.factories.published import publish_one
from tests.factories.requests import deliver_correction, make_proposal, reread_request, submit_decision
from tests.requests_app.admin.desk_world import Desk, page, problems, sent, verb

pytestmark = pytest.mark.django_db
UNCORRECTED = {"reply_kind": ReplyKind.NOT_CORRECTED, "reasons": "逾期没有补正。"}
NOT_EXISTING = {"reply_kind": ReplyKind.NOT_EXISTING, "reasons": "检索了档案室和业务系统，没有这一信息。"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- forms --------------------------------------------------------------------------------------------------------


def test_kinds_are_offered_by_the_parts_of_the_annual_report(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    shown = desk.handling.get(verb(row, "reply"))

    parts = dict(shown.context["kinds"])
    assert list(parts) == ["予以公开", "部分公开", "不予公开", "无法提供", "不予处理", "其他处理"]
    assert sum(len(kinds) for kinds in parts.values()) == len(ReplyKind)
    assert "不能终止办理" in text_of(shown)


@pytest.mark.parametrize("kind", ReplyKind)
def test_form_of_each_kind_asks_for_what_its_letter_says(desk: Desk, kind: ReplyKind) -> None:
    row = desk.request(State.IN_REVIEW)
    client = desk.handling

    opened = client.get(verb(row, "reply"), {"reply_kind": kind})
    empty = client.post(verb(row, "reply"), {"reply_kind": kind})

    form = opened.context["form"]
    asked = {name.removeprefix("fact_") for name in form.fields}
    told = {fact.name for fact in LETTER_RULES[LetterKind(kind)].required}
    assert opened.status_code == 200 and "reasons" in asked
    assert told <= asked | {form.reasons_as, form.content_as, "access", "earlier_number", "correction_delivered_on"}
    assert problems(empty) and not row.decisions.exists()


def test_nonsense_for_a_kind_offers_the_kinds_again(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    assert desk.handling.get(verb(row, "reply"), {"reply_kind": "nonsense"}).context["form"].kind is None
    assert desk.handling.post(verb(row, "reply"), {"reply_kind": "nonsense"}).status_code == 200


def test_missing_fact_is_said_at_its_field_and_nothing_typed_is_lost(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    typed = {"reply_kind": ReplyKind.FORBIDDEN_BY_LAW, "reasons": "统计资料须保密。"}

    answer = sent(desk.handling, row, "reply", opened={"reply_kind": ReplyKind.FORBIDDEN_BY_LAW}, **typed)

    assert "fact_forbidding_law" in answer.context["form"].errors
    assert "统计资料须保密。" in text_of(answer) and not row.decisions.exists()


def test_files_of_a_form_that_is_shown_again_are_kept_and_chosen(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    paper = SimpleUploadedFile("明细.txt", b"figures")
    first = {"reply_kind": ReplyKind.DISCLOSED, "reasons": "可以公开。", "content": "", "papers": paper}

    answer = desk.handling.post(verb(row, "reply"), first)
    held = row.files.get()
    done = desk.handling.post(
        verb(row, "reply"),
        {
            "reply_kind": ReplyKind.DISCLOSED, "reasons": "可以公开。", "content": "明细一份。",
            "fact_supply": "电子文件，网上下载", "chosen": answer.context["form"]["chosen"].value(),
        },
    )  # fmt: skip

    assert answer.context["form"]["chosen"].value() == [str(held.pk)]
    assert done.status_code == 302 and row.decisions.get().files.get() == held


def test_preview_is_the_letter_as_a_draft_and_hands_nothing_in(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    answer = desk.handling.post(verb(row, "reply"), NOT_EXISTING | {"preview": "1"})

    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert "no-store" in answer["Cache-Control"]
    assert not row.decisions.exists() and not row.letters.exists()


def test_already_public_names_live_items_alone(desk: Desk) -> None:
    row, item = desk.request(State.IN_REVIEW), publish_one()
    typed = {"reply_kind": ReplyKind.ALREADY_PUBLIC, "reasons": "已经主动公开。"}

    wrong = desk.handling.post(verb(row, "reply"), typed | {"items": "没有/的号"})
    done = desk.handling.post(verb(row, "reply"), typed | {"items": item.index_number})

    assert any("没有索引号为" in reason for reason in problems(wrong))
    assert done.status_code == 302 and list(row.decisions.get().items.all()) == [item]


def test_duplicate_names_the_answered_request(desk: Desk) -> None:
    first, row = desk.request(State.REPLIED), desk.request(State.IN_REVIEW)
    typed = {
        "reply_kind": ReplyKind.DUPLICATE, "reasons": "与此前申请相同。",
        "fact_earlier_reply_number": "澄交公复〔2026〕1号",
        "fact_earlier_replied_on": first.closed_on.isoformat() if first.closed_on else "",
    }  # fmt: skip

    unknown = desk.handling.post(verb(row, "reply"), typed | {"first": "CM-0"})
    found = desk.handling.post(verb(row, "reply"), typed | {"first": first.number.lower()})

    assert "first" in unknown.context["form"].errors
    assert "first" not in (found.context["form"].errors if found.status_code == 200 else {})


def test_extension_is_handed_in_with_its_days(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    too_long = sent(desk.handling, row, "extend", days=21, reasons="材料较多")
    done = sent(desk.handling, row, "extend", days=20, reasons="材料较多")

    assert "days" in too_long.context["form"].errors and "材料较多" in text_of(too_long)
    assert done.status_code == 302 and row.decisions.get().days == 20


# --- signatures ---------------------------------------------------------------------------------------------------


def test_reply_is_drafted_by_one_signed_by_another_and_written(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    handed_in = sent(desk.handling, row, "reply", opened={"reply_kind": ReplyKind.NOT_EXISTING}, **NOT_EXISTING)
    by_himself = desk.handling.get(verb(row, "sign"))
    opened = desk.signing.get(verb(row, "sign"))
    signed = sent(desk.signing, row, "sign", note="同意")

    row, letter = reread_request(row), row.letters.get()
    assert handed_in.status_code == 302 and by_himself.context["reasons"]
    assert "检索了档案室" in text_of(opened) and row.applicant.name not in text_of(opened)
    assert signed.status_code == 302 and row.state == State.REPLIED and row.outcome == Outcome.R4_1
    assert letter.kind == LetterKind.NOT_EXISTING and letter.number.startswith("澄交公复〔")
    assert page(row) in signed["Location"]


def test_whoever_signs_reads_that_no_file_goes_with_the_reply(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    submit_decision(row, at=now())

    shown = text_of(desk.signing.get(verb(row, "sign")))

    assert "没有随附文件：内容须已写在告知书里" in shown and "0 份" in shown


def test_whoever_signs_reads_the_names_of_the_files_and_the_grounds(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    paper = SimpleUploadedFile("明细.txt", b"figures")
    typed = {
        "reasons": "分两部分。", "content": "明细一份。", "fact_withheld": "银行账号。", "grounds": ["deliberative"],
        "papers": paper,
    }  # fmt: skip

    handed_in = sent(desk.handling, row, "reply", opened={"reply_kind": ReplyKind.PARTIAL}, **typed)
    shown = text_of(desk.signing.get(verb(row, "sign")))

    assert handed_in.status_code == 302
    assert "1 份" in shown and "明细.txt" in shown and "过程性信息" in shown and "没有随附文件" not in shown


def test_partial_reply_asks_what_is_withheld_before_why(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)

    opened = desk.handling.get(verb(row, "reply"), {"reply_kind": ReplyKind.PARTIAL})

    fields = opened.context["form"].visible_fields()
    assert [bound.name for bound in fields][:4] == ["content", "fact_withheld", "grounds", "reasons"]
    assert fields[1].field.required
    assert "否则申请人得不到信息" in text_of(opened) and "须先征求第三方意见" in text_of(opened)


def test_signature_leads_to_the_letter_that_is_still_to_be_sent(desk: Desk) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.signing
    sent(desk.handling, row, "extend", days=10, reasons="材料较多")

    sent(client, row, "sign")
    shown = client.get(page(row))
    sending = text_of(client.get(verb(row, "send")))

    first = shown.context["groups"][0].buttons[0]
    assert (first.verb.name, first.is_next) == ("send", True)
    assert "文书还没有发出，送达以后才算告知" in text_of(shown) and "有 1 份文书还没有发出" in text_of(shown)
    assert f"还没有上传用印件：发出的是没有印章的文书（{row.letters.get().number}）" in sending


def test_letter_that_was_sent_is_no_longer_called_for(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    sent(desk.handling, row, "extend", days=10, reasons="材料较多")
    sent(desk.signing, row, "sign")

    sent(desk.handling, row, "send")
    shown = desk.handling.get(page(row))

    assert shown.context["unsent"] == 0 and "文书还没有发出" not in text_of(shown)
    assert "没有印章" not in text_of(desk.handling.get(verb(row, "send")))


def test_extension_is_signed_with_its_letter(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    sent(desk.handling, row, "extend", days=10, reasons="材料较多")

    sent(desk.signing, row, "sign")

    assert reread_request(row).state == State.EXTENDED and row.letters.get().kind == LetterKind.EXTENSION


def test_letter_that_lacks_a_fact_keeps_the_reply_unsigned(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    submit_decision(row, make_proposal(ReplyKind.FORBIDDEN_BY_LAW), at=now())

    opened = desk.signing.get(verb(row, "sign"))
    answer = sent(desk.signing, row, "sign")

    assert "禁止公开的法律、行政法规" in text_of(opened)
    assert any("文书缺少" in reason for reason in problems(answer))
    assert reread_request(row).state == State.IN_REVIEW and not row.letters.exists()
    assert row.decisions.get().state == DecisionState.SUBMITTED


def test_extension_whose_letter_lacks_a_fact_asks_for_it_before_it_is_handed_in(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    type(desk.agency).objects.filter(pk=desk.agency.pk).update(office="", phone="", address="")

    refused = sent(desk.handling, row, "extend", days=10, reasons="材料较多")
    done = sent(desk.handling, row, "extend", days=10, reasons="材料较多", fact_contact="电话：0399-1")

    assert "fact_contact" in refused.context["form"].errors
    assert done.status_code == 302 and row.decisions.get().facts == {"contact": "电话：0399-1"}


def test_returned_draft_comes_back_with_its_words(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    sent(desk.handling, row, "reply", opened={"reply_kind": ReplyKind.NOT_EXISTING}, **NOT_EXISTING)

    silent = sent(desk.signing, row, "return")
    returned = sent(desk.signing, row, "return", note="请补充检索的系统")
    again = desk.handling.get(verb(row, "reply"), {"reply_kind": ReplyKind.NOT_EXISTING})

    assert problems(silent) and returned.status_code == 302
    assert again.context["form"]["reasons"].value() == NOT_EXISTING["reasons"]
    assert "请补充检索的系统" in text_of(desk.handling.get(page(row)))


def test_draft_is_taken_back_by_whoever_drafted_it(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    submit_decision(row, at=now())

    assert desk.signing.get(verb(row, "drop")).context["reasons"]
    assert sent(desk.handling, row, "drop").status_code == 302
    assert row.decisions.get().state == DecisionState.DROPPED


def test_what_was_changed_since_it_was_shown_is_not_signed(desk: Desk) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.signing
    first = submit_decision(row, at=now())
    shown = {bound.name: bound.value() for bound in client.get(verb(row, "sign")).context["form"] if bound.value()}
    decide.drop(first.pk, actor=desk.officer, at=now())
    submit_decision(row, make_proposal(content="另一份内容。"), at=now())

    answer = client.post(verb(row, "sign"), shown)

    assert any("已经变了" in reason for reason in problems(answer))
    assert not Decision.objects.filter(state=DecisionState.RELEASED).exists()


def test_draft_exchanged_between_form_and_lock_is_not_signed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row, client = desk.request(State.IN_REVIEW), desk.signing
    first = submit_decision(row, at=now())
    clean = SignForm.clean

    def exchange(form: SignForm) -> Any:
        decide.drop(first.pk, actor=desk.officer, at=now())
        submit_decision(row, make_proposal(content="另一份内容。"), at=now())
        return clean(form)

    opened = client.get(verb(row, "sign")).context["form"]
    monkeypatch.setattr(SignForm, "clean", exchange)
    answer = client.post(verb(row, "sign"), {bound.name: bound.value() for bound in opened if bound.value()})

    assert any("已经变了" in reason for reason in problems(answer))
    assert not row.decisions.filter(state=DecisionState.RELEASED).exists() and not row.letters.exists()


def test_lapse_waits_for_the_end_of_the_period(desk: Desk) -> None:
    row = desk.request(State.CORRECTION_ASKED)
    deliver_correction(row, today())

    answer = sent(desk.handling, row, "reply", opened={"reply_kind": ReplyKind.NOT_CORRECTED}, **UNCORRECTED)

    assert any("期满以后才能终止办理" in reason for reason in problems(answer))


def test_lapse_takes_nobodys_word_for_the_arrival_of_the_notice(desk: Desk) -> None:
    row = desk.request(State.CORRECTION_ASKED)
    typed: dict[str, Any] = UNCORRECTED | {"fact_correction_number": "澄交公复〔2026〕1号"}

    answer = desk.handling.post(verb(row, "reply"), typed | {"fact_correction_delivered_on": "2026-01-05"})

    assert problems(answer) == ["文书缺少：补正告知书送达日期。"]
