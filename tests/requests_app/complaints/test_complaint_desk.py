"""The desk of a complaint through the browser: one case from its filing to its summary, and all that is refused."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from disclosure.models import Rectification
from govportal.models import AuditEvent
from requests_app.admin.complaint_verb_groups import VERBS
from requests_app.complaint_enums import ComplaintAction, ComplaintState
from requests_app.models import Complaint
from requests_app.services import complain
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency
from tests.factories.complaints import (
    bring_complaint_to,
    make_complaining,
    make_complaint_file,
    make_complaint_officer,
    order_after_complaint,
    reread_complaint,
)
from tests.requests_app.complaints.complaint_desks import (
    NAME,
    Clock,
    ComplaintDesks,
    allowed,
    changelist,
    page,
    problems,
    refused,
    sent,
    verb,
)

pytestmark = pytest.mark.django_db
STATEMENTS = 24  # the case itself is asked for once, whatever the number of verbs; nothing once a row
# Of each verb, what a form that is taken says.
TYPED: dict[str, dict[str, Any]] = {
    "accept": {"note": "属于本级职权"},
    "refuse": {"reason": "不属于政务公开事项"},
    "redirect": {"path": "request", "notice": "请提出依申请公开"},
    "note": {"text": "电话核实过"},
    "supplement": {"text": "又寄来两张照片"},
    "withdraw": {"reason": "3月3日来电表示撤回"},
}


@pytest.fixture
def desks() -> ComplaintDesks:
    return ComplaintDesks()


def at_state(desks: ComplaintDesks, state: ComplaintState) -> Complaint:
    row = desks.complaint()
    return bring_complaint_to(state, row, at=row.filed_at)


def test_case_goes_from_filing_to_its_summary(desks: ComplaintDesks, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    row = desks.complaint(is_named=False)  # anonymous, on a Monday
    clock.go_to(3)
    assert sent(desks.handling, row, "accept", note="属实与否须查").status_code == 302
    clock.go_to(6)  # the fourth working day
    assert "2026-03-09" in text_of(desks.handling.get(verb(row, "transfer")))

    moved = sent(desks.handling, row, "transfer", desk=desks.city.pk, note="涉及本级审批，请直接办理")

    assert moved["Location"] == changelist()  # the county has it no more
    assert desks.handling.get(page(row)).status_code == 302 and desks.handling.get(verb(row, "note")).status_code == 404
    clock.go_to(9)
    city = signed_in(desks.city_officer)
    assert "今天到期" in text_of(city.get(page(row)))
    assert sent(city, row, "investigate").status_code == 302
    assert sent(city, row, "extend", until="2026-03-20", reason="须到现场核实").status_code == 302
    clock.go_to(18)
    city = signed_in(desks.city_officer)
    papers = SimpleUploadedFile("现场.txt", "照片".encode())
    assert sent(city, row, "answer", result="upheld", text="名单确实没有更新", papers=papers).status_code == 302
    assert sent(city, row, "order", problem="名单没有更新", requirement="公开最近一期").status_code == 302
    assert sent(city, row, "close").status_code == 302
    assert (
        sent(city, row, "summary", title="关于名单更新的情况", text="反映名单没有更新，查证属实。").status_code == 302
    )

    row = reread_complaint(row)
    rectification = Rectification.objects.get()
    assert (row.state, row.desk, row.handler) == (ComplaintState.CLOSED, desks.city, desks.city_officer)
    assert str(row.transferred_on) == "2026-03-06" <= str(row.transfer_by) and str(row.answer_by) == "2026-03-20"
    assert row.rectification == rectification and "第二十六条" in rectification.basis
    assert row.summary and row.summary.agency == desks.city
    shown = text_of(city.get(page(row)))
    for words in (rectification.number, row.summary.index_number, "2026-03-09 → 2026-03-20", "现场.txt", "属实"):
        assert words in shown, words


def test_desk_masks_who_complains_and_notes_who_looked(desks: ComplaintDesks) -> None:
    row = desks.complaint(person=make_complaining(name="柳青禾", phone="13800005521"), facts="公示栏三年没有换过内容")

    shown = [text_of(desks.handling.get(page(row))) for _look in range(2)][-1]

    assert "公示栏三年没有换过内容" in shown and "柳**" in shown and "138****5521" in shown
    assert "柳青禾" not in shown and "13800005521" not in shown
    assert AuditEvent.objects.filter(action="complaint.view").count() == 1
    assert str(desks.officer) in shown and "查看和办理痕迹（2）" in shown
    for words in ("第七条第六项", "第七条第三项", "第七条第五项", "个工作日"):
        assert words in shown, words


def test_complainant_is_shown_to_whoever_says_why(desks: ComplaintDesks) -> None:
    row = desks.complaint(person=make_complaining(name="柳青禾"))
    door, client = reverse(f"{NAME}_complainant", args=[row.pk]), desks.handling

    asked, blank, told = (
        client.get(door),
        client.post(door, {"reason": " "}),
        client.post(door, {"reason": "电话核实情况"}),
    )

    assert "柳青禾" not in text_of(asked) and "柳青禾" not in text_of(blank)
    assert "柳青禾" in text_of(told) and "no-store" in told["Cache-Control"]
    assert "电话核实情况" in text_of(client.get(page(row)))
    anonymous = desks.complaint(is_named=False)
    refusal = client.post(reverse(f"{NAME}_complainant", args=[anonymous.pk]), {"reason": "电话核实情况"})
    assert "匿名投诉，没有投诉人信息" in text_of(refusal)


def test_complaints_of_one_person_are_found_among_what_may_be_seen(desks: ComplaintDesks) -> None:
    person = make_complaining(name="柳青禾")
    row, other = desks.complaint(person=person), desks.complaint()
    hidden = ComplaintDesks().complaint(person=person)
    door = reverse(f"{NAME}_find")

    shown, nobody = (text_of(desks.handling.post(door, {"name": name})) for name in ("柳青禾", "无此人"))
    empty = desks.handling.post(door, {})

    assert row.number in shown and other.number not in shown and hidden.number not in shown
    assert "没有找到" in nobody and problems(empty)


def test_every_verb_is_offered_or_refused_with_reasons_and_its_page_agrees(desks: ComplaintDesks) -> None:
    client, usual = desks.handling, {"accept", "investigate", "answer", "close", "summary", "note"}
    for state in ComplaintState:
        if state == ComplaintState.TRANSFERRED:
            continue  # gone to another desk
        row = at_state(desks, state)
        shown = client.get(page(row))

        assert allowed(shown) | set(refused(shown)) == {one.name for one in VERBS}, state
        assert all(refused(shown).values()) and allowed(shown) & usual, state
        for one in VERBS if state in {ComplaintState.RECEIVED, ComplaintState.ANSWERED} else ():
            is_open = "现在不能办理" not in text_of(client.get(verb(row, one.name)))
            assert is_open == (one.name in allowed(shown)), (state, one.name)


def test_every_step_of_staff_has_a_verb() -> None:
    assert {action.value for action in ComplaintAction} <= {one.name for one in VERBS}


def test_each_verb_is_taken_and_what_lacks_its_words_comes_back_as_typed(desks: ComplaintDesks) -> None:
    for name, typed in TYPED.items():
        row, client = desks.complaint(), desks.handling
        answer = sent(client, row, name, **typed)
        assert answer.status_code == 302, (name, problems(answer))
        assert row.events.get().action == name

    wrong: list[tuple[ComplaintState, str, dict[str, str], str]] = [
        (ComplaintState.RECEIVED, "refuse", {"reason": "。。。。"}, "须写明不予受理的理由"),
        (ComplaintState.RECEIVED, "redirect", {"path": "elsewhere", "notice": "请找别处"}, "elsewhere"),
        (ComplaintState.RECEIVED, "refuse", {"reason": "长" * 100_000}, "5000"),
        (ComplaintState.RECEIVED, "note", {"text": "a\x00b"}, "空字符"),
        (ComplaintState.ACCEPTED, "transfer", {"desk": str(desks.township.pk), "note": "请办理此件"}, ""),
        (ComplaintState.ACCEPTED, "assign", {"handler": "999999"}, ""),
        (ComplaintState.INVESTIGATING, "extend", {"until": "2001-01-01", "reason": "须到现场核实"}, "新的期限须在"),
        (ComplaintState.INVESTIGATING, "extend", {"until": "不是日期", "reason": "须到现场核实"}, ""),
        (ComplaintState.INVESTIGATING, "answer", {"result": "maybe", "text": "查明的事实"}, "maybe"),
        (
            ComplaintState.ANSWERED,
            "order",
            {"problem": "群众投诉的问题", "requirement": "整改"},
            "不得从中看出有人投诉",
        ),
        (ComplaintState.ANSWERED, "close", {"note": ""}, "请先交办整改"),
        (ComplaintState.CLOSED, "summary", {"title": "摘要", "text": "电话13800005521"}, "请删去"),
    ]
    for state, name, typed, words in wrong:
        row = at_state(desks, state)
        answer = sent(desks.handling, row, name, **typed)
        found = problems(answer)
        assert found and any(words in one for one in found), (name, found)
        shown = answer.context["form"]
        assert all(shown[field].value() == value for field, value in typed.items()), name
        assert reread_complaint(row).state == state, name


def test_disguised_file_is_refused_and_the_answer_kept(desks: ComplaintDesks) -> None:
    row = at_state(desks, ComplaintState.INVESTIGATING)
    disguised = SimpleUploadedFile("现场.pdf", b"MZ\x90\x00program")

    answer = sent(desks.handling, row, "answer", result="upheld", text="名单确实没有更新", papers=disguised)

    assert problems(answer) and answer.context["form"]["text"].value() == "名单确实没有更新"
    assert reread_complaint(row).state == ComplaintState.INVESTIGATING


def test_material_is_uploaded_once_and_read_on_the_desk_before_any_answer(desks: ComplaintDesks) -> None:
    row, client = at_state(desks, ComplaintState.INVESTIGATING), desks.handling
    opened = client.get(verb(row, "material")).context["form"]["form_key"].value()
    for _press in range(2):
        papers = SimpleUploadedFile("走访.txt", "四个村".encode())
        assert client.post(verb(row, "material"), {"papers": papers, "form_key": opened}).status_code == 302

    assert row.files.get().kind == "inquiry"
    shown = text_of(client.get(page(row)))
    assert "走访.txt" in shown and "调查材料" in shown and "上传材料" in shown
    for wrong in ("", SimpleUploadedFile("走访.pdf", b"MZ\x90\x00program")):
        assert problems(sent(client, row, "material", papers=wrong))
    assert row.files.count() == 1


def test_sheet_sent_twice_is_one_deed_even_where_the_case_has_gone(desks: ComplaintDesks) -> None:
    row, client = at_state(desks, ComplaintState.ACCEPTED), desks.handling
    key = client.get(verb(row, "transfer")).context["form"]["form_key"].value()
    typed = {"desk": desks.city.pk, "note": "涉及本级审批，请直接办理", "form_key": key}

    first, second = (client.post(verb(row, "transfer"), typed) for _press in range(2))

    assert first["Location"] == second["Location"] == changelist()
    assert row.events.filter(action="transfer").count() == 1


def test_officer_of_elsewhere_meets_a_number_that_nobody_has(desks: ComplaintDesks) -> None:
    row = at_state(desks, ComplaintState.INVESTIGATING)
    held = make_complaint_file(row)
    insider = make_complaint_officer(desks.county)
    make_complaint_officer(desks.township, user=insider)  # of the agency complained of as well
    strangers = [make_complaint_officer(make_agency()), make_complaint_officer(desks.township), insider]

    for stranger in strangers:
        client = signed_in(stranger)
        for pk in (row.pk, row.pk + 1000):
            found = client.get(reverse(f"{NAME}_change", args=[pk])), client.get(reverse(f"{NAME}_history", args=[pk]))
            assert [one.status_code for one in found] == [302, 302]
            for door, args in (("verb", [pk, "note"]), ("complainant", [pk]), ("file", [pk, held.pk])):
                address = reverse(f"{NAME}_{door}", args=args)
                assert client.get(address).status_code == 404, door
                assert client.post(address, {"text": "备注", "reason": "电话核实"}).status_code in {404, 405}, door
        listed = text_of(client.get(changelist(f"?q={row.number}&queue=all")))
        assert page(row) not in listed and desks.township.name not in listed
    assert not row.events.filter(action="note").exists()


def test_file_opens_for_the_desk_and_only_as_part_of_its_case(desks: ComplaintDesks) -> None:
    row, other = desks.complaint(), desks.complaint()
    held = make_complaint_file(row)
    client = desks.handling

    opened = client.get(reverse(f"{NAME}_file", args=[row.pk, held.pk]))
    tampered = client.get(reverse(f"{NAME}_file", args=[other.pk, held.pk]))

    assert opened.status_code == 200 and "no-store" in opened["Cache-Control"]
    assert tampered.status_code == 404
    assert AuditEvent.objects.filter(action="complaint.open_file", subject_id=str(row.pk)).count() == 1


def test_new_code_is_shown_once_and_opens_the_case(desks: ComplaintDesks) -> None:
    row = desks.complaint()

    answer = sent(desks.handling, row, "code", is_checked="on")

    code = answer.context["code"]
    assert code in text_of(answer) and "no-store" in answer["Cache-Control"]
    assert complain.find(row.number, code) == row
    assert "is_checked" in sent(desks.handling, row, "code").context["form"].errors


def test_rectification_names_no_complaint(desks: ComplaintDesks) -> None:
    row = at_state(desks, ComplaintState.ANSWERED)
    ordered = order_after_complaint(row)
    doors = (
        reverse("admin:disclosure_rectification_change", args=[ordered.pk]),
        reverse("admin:disclosure_rectification_changelist"),
        ordered.get_absolute_url(),
        reverse("rectifications_csv"),
    )

    assert reverse("admin:disclosure_rectification_change", args=[ordered.pk]) in text_of(desks.handling.get(page(row)))
    for door in doors:
        shown = text_of(desks.handling.get(door))
        assert ordered.number in shown or ordered.problem in shown, door
        assert row.number not in shown and page(row) not in shown, door


@pytest.mark.parametrize("count", [1, 3])
def test_desk_asks_the_same_number_of_queries_for_1_and_3_notes(
    desks: ComplaintDesks, count: int, django_assert_num_queries: Any
) -> None:
    row, client = at_state(desks, ComplaintState.INVESTIGATING), desks.handling
    for _number in range(count):
        sent(client, row, "note", text="备注一条")
        make_complaint_file(row)
    client.get(page(row))

    with django_assert_num_queries(STATEMENTS):
        response = client.get(page(row))

    assert len(response.context["evidence"]) == count
