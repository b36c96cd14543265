"""Who is told of a complaint: numbers and days, nothing personal, nothing that any list of the outbox shows."""

import pytest
from django.utils.translation import override

from govportal.models import InboxMessage, Notice
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from requests_app.services import complaint_handling as handling
from tests.factories import make_agency, make_member
from tests.factories.complaints import (
    complaint_officer_of,
    file_complaint,
    make_complaining,
    make_complaint,
    make_complaint_officer,
)
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db

S = ComplaintState
NAME, PHONE, STREET, FACTS = "白诉甲", "0399-7654321", "东街八号院", "低保名单超过一年没有更新，多次询问无人答复。"
COMPLAINANT = "jia@mail.example"


def whole_case() -> Complaint:
    """Through as many steps as one case can have, with something to hide in every field."""
    person = make_complaining(name=NAME, phone=PHONE, email=COMPLAINANT, address=STREET)
    agency = make_agency(name="被诉单位甲", parent=make_agency())
    make_complaint_officer(agency.parent, email="desk@county.example")
    for role in Role:
        make_member(role, agency, email=f"{role}@accused.example")
    row = file_complaint(agency, person=person, facts=FACTS, board=STREET).complaint
    officer = complaint_officer_of(row)
    to = make_agency(name="办理单位乙")
    other = make_complaint_officer(to, email="other@county.example")
    handling.accept(row.pk, actor=officer, at=AT, note=f"{NAME}来过电话")
    handling.transfer(row.pk, to=to, actor=officer, at=AT, note=f"请核实{NAME}反映的情况。")
    handling.assign(row.pk, to=other, actor=other, at=AT)
    handling.investigate(row.pk, actor=other, at=AT)
    handling.extend(row.pk, until=row.answer_by.replace(day=20), reason=f"尚未找到{NAME}核实。", actor=other, at=AT)
    handling.supplement(row.pk, text=f"{NAME}补充材料", files=(), at=AT)
    handling.withdraw(row.pk, at=AT, reason=f"{NAME}撤回")
    return row


def test_every_mail_is_confidential_and_tells_numbers_alone() -> None:
    row = whole_case()

    mails = list(Notice.objects.all())
    told = [f"{mail.subject}\n{mail.body}\n{mail.key}" for mail in mails]
    told += [f"{one.subject}\n{one.path}\n{one.key}" for one in InboxMessage.objects.all()]
    assert all(mail.is_confidential for mail in mails)
    assert all(row.number in text for text in told)
    for hidden in (NAME, PHONE, STREET, FACTS, COMPLAINANT, "被诉单位", "公开不及时", "办理单位乙", "查询码："):
        assert not any(hidden in text for text in told), hidden
    assert not any("accused.example" in mail.address for mail in mails)


def test_complainant_is_mailed_what_the_desk_decides_and_the_desk_what_comes_in() -> None:
    row = whole_case()

    to_complainant = [mail for mail in Notice.objects.order_by("id") if mail.address == COMPLAINANT]
    to_desks = {mail.address for mail in Notice.objects.all()} - {COMPLAINANT}
    events = row.events.filter(action__in=["accept", "transfer", "extend"]).values_list("pk", flat=True)
    keys = [f"complaint-filed:{row.pk}:complainant", *(f"complaint-event:{pk}:complainant" for pk in events)]
    assert [mail.key for mail in to_complainant] == keys
    assert to_desks == {"desk@county.example", "other@county.example"}


def test_other_ends_are_mailed_too() -> None:
    for state, word in ((S.NOT_ACCEPTED, "不予受理"), (S.REDIRECTED, "其他途径"), (S.ANSWERED, "处理结果")):
        row = make_complaint(state)
        last = Notice.objects.filter(key__endswith=":complainant").latest("id")
        assert row.number in last.subject
        assert word in last.subject


def test_who_gave_no_name_or_no_address_is_not_mailed() -> None:
    make_complaint(S.CLOSED, is_named=False)
    make_complaint(S.CLOSED, person=make_complaining(email=""))

    assert not Notice.objects.filter(key__endswith=":complainant").exists()


def test_handler_who_lost_the_case_is_told_nothing_more() -> None:
    row = make_complaint(S.ACCEPTED)
    handler, colleague = complaint_officer_of(row), make_complaint_officer(row.desk)
    make_member(Role.STAFF, row.agency, user=handler)
    InboxMessage.objects.all().delete()

    handling.supplement(row.pk, text="又去问过一次。", files=(), at=AT)

    assert [one.user for one in InboxMessage.objects.all()] == [colleague]


def test_staff_read_chinese_and_the_complainant_what_his_page_had() -> None:
    with override("en"):
        row = file_complaint(request_number="T-1").complaint
        handling.supplement(row.pk, text="asked once more", files=(), at=AT)

    assert set(InboxMessage.objects.values_list("subject", flat=True)) == {
        f"新的投诉举报：{row.number}",
        f"投诉人补充了材料：{row.number}",
    }
    assert row.facts.endswith("（填写的申请受理编号：T-1）")
