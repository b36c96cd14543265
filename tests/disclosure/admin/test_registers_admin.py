"""The registers in the admin: each verb by its page, refused with its reasons, and closed to everybody else."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import reverse

from disclosure.enums import RectificationState, WithholdingState
from disclosure.models import Receipt, Rectification, Withholding
from disclosure.services import rectify
from govportal.models import Agency, User
from govportal.models.agency import AgencyKind
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item, make_member, make_user
from tests.factories.registers import make_receipt, make_rectification, make_withholding

pytestmark = pytest.mark.django_db

SECRET = "国家秘密不得录入本系统"
NEXT_MONTH = today() + timedelta(30)


class Office:
    """An agency below a county, and its people signed in."""

    def __init__(self) -> None:
        self.county = make_agency(code="county", name="县政府", kind=AgencyKind.GOVERNMENT)
        self.agency = make_agency(code="own", name="民政局", parent=self.county)
        self.inspector = make_member(Role.INSPECTOR, self.county)

    def member(self, role: Role) -> User:
        return make_member(role, self.agency)


@pytest.fixture
def office() -> Office:
    return Office()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(row: models.Model) -> str:
    return reverse(f"admin:disclosure_{row._meta.model_name}_change", args=[row.pk])


def verb(row: models.Model, name: str) -> str:
    return reverse(f"admin:disclosure_{row._meta.model_name}_verb", args=[row.pk, name])


def changelist(model: str, query: str = "") -> str:
    return reverse(f"admin:disclosure_{model}_changelist") + query


ROWS: dict[str, tuple[Callable[..., Any], set[Role]]] = {
    # Who of the agency itself may open the rows.
    "withholding": (make_withholding, set(Role) - {
        Role.STAFF, Role.ADMINISTRATOR, Role.COMPLAINT_OFFICER, Role.INSPECTOR, Role.SUPERVISOR,
    }),
    "rectification": (make_rectification, set(Role) - {Role.STAFF, Role.SUPERVISOR}),
    "receipt": (make_receipt, set(Role) - {
        Role.ADMINISTRATOR, Role.COMPLAINT_OFFICER, Role.INSPECTOR, Role.SUPERVISOR,
    }),
}  # fmt: skip


def mark_of(row: Any) -> str:
    """The words by which a list betrays a row."""
    return str(getattr(row, {"withholding": "matter", "rectification": "problem"}.get(row._meta.model_name, "purpose")))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("model", ROWS)
def test_rows_open_by_role_at_that_very_agency(office: Office, model: str, role: Role) -> None:
    make, allowed = ROWS[model]
    row = make(agency=office.agency)
    own, other = signed_in(office.member(role)), signed_in(make_member(role, make_agency()))

    seen = own.get(page(row)).status_code == 200

    assert seen == (role in allowed)
    assert (mark_of(row) in text_of(own.get(changelist(model)))) == seen
    assert other.get(page(row)).status_code in {302, 403}
    assert mark_of(row) not in text_of(other.get(changelist(model)))


@pytest.mark.parametrize("model", ROWS)
def test_superuser_and_county_administrator_see_no_withheld_matter_and_no_receipt(office: Office, model: str) -> None:
    row = ROWS[model][0](agency=office.agency)
    is_public = model == "rectification"

    for user in (make_user(is_superuser=True), make_member(Role.ADMINISTRATOR, office.county)):
        client = signed_in(user)
        assert (client.get(page(row)).status_code == 200) == (is_public and not user.is_superuser)
        for name in ("decide", "report", "check"):
            assert client.post(verb(row, name)).status_code in {302, 403, 404} or is_public


@pytest.mark.parametrize("model", ROWS)
def test_list_asks_the_same_number_of_queries_for_1_and_3_rows(
    office: Office, model: str, django_assert_max_num_queries: Any
) -> None:
    make = ROWS[model][0]
    client = signed_in(office.member(Role.PUBLISHER))
    make(agency=office.agency)

    with django_assert_max_num_queries(13) as first:
        client.get(changelist(model))
    for _number in range(2):
        make(agency=office.agency)
    with django_assert_max_num_queries(len(first)):
        client.get(changelist(model))


def test_nothing_is_changed_or_deleted_but_by_verbs(office: Office) -> None:
    for model, (make, _allowed) in ROWS.items():
        row = make(agency=office.agency)
        client = signed_in(office.member(Role.OFFICE_HEAD))

        assert client.post(page(row), {"matter": "改", "problem": "改", "purpose": "改"}).status_code == 403
        delete = reverse(f"admin:disclosure_{model}_delete", args=[row.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403


# --- withholding --------------------------------------------------------------------------------------------------


def matter(agency: Agency, **values: Any) -> dict[str, Any]:
    return {
        "agency": agency.pk, "name": "某干部核查", "ground": "third_party", "reason": "涉及隐私",
        "basis": "条例第十五条", "review_on": NEXT_MONTH.isoformat(),
    } | values  # fmt: skip


def test_matter_is_registered_decided_filed_and_released_in_the_admin(office: Office) -> None:
    publisher, approver = signed_in(office.member(Role.PUBLISHER)), signed_in(office.member(Role.APPROVER))
    add = reverse("admin:disclosure_withholding_add")

    assert SECRET in text_of(publisher.get(add))
    publisher.post(add, matter(office.agency))
    row = Withholding.objects.get()
    approver.post(verb(row, "decide"))
    filing = {"agency": office.county.pk, "filed_on": today().isoformat(), "number": "备1号"}
    publisher.post(verb(row, "file"), filing)
    approver.post(verb(row, "review"), {"is_kept": "no", "reason": "已结束"})

    row.refresh_from_db()
    assert (row.state, row.filed_with, row.filing_number) == (WithholdingState.RELEASED, office.county, "备1号")
    assert "已结束" in text_of(publisher.get(page(row)))


def test_refused_form_says_every_reason_and_keeps_what_was_typed(office: Office) -> None:
    publisher = signed_in(office.member(Role.PUBLISHER))
    faulty = matter(office.agency, review_on="2020-01-01", postponed_until="2020-01-02")

    text = text_of(publisher.post(reverse("admin:disclosure_withholding_add"), faulty))

    assert "下次评估日期须在今天以后" in text and "暂缓公开的截止日期须在今天以后" in text
    assert "某干部核查" in text
    assert not Withholding.objects.exists()


def test_matter_cannot_be_entered_for_another_agency(office: Office) -> None:
    publisher = signed_in(office.member(Role.PUBLISHER))

    publisher.post(reverse("admin:disclosure_withholding_add"), matter(make_agency()))

    assert not Withholding.objects.exists()
    assert signed_in(office.member(Role.APPROVER)).get(reverse("admin:disclosure_withholding_add")).status_code == 403


def test_verb_that_is_refused_says_why_and_does_nothing(office: Office) -> None:
    row = make_withholding(agency=office.agency, state=WithholdingState.PROPOSED)
    publisher = signed_in(office.member(Role.PUBLISHER))

    shown, sent = text_of(publisher.get(verb(row, "decide"))), text_of(publisher.post(verb(row, "decide")))

    assert "您不是民政局的审定人。" in shown and "您不是民政局的审定人。" in sent
    assert "您不是民政局的审定人。" in text_of(publisher.get(page(row)))
    row.refresh_from_db()
    assert row.state == WithholdingState.PROPOSED


def test_body_it_was_filed_with_reads_and_changes_nothing(office: Office) -> None:
    row = make_withholding(agency=office.agency, filed_with=office.county)
    superior = signed_in(make_member(Role.APPROVER, office.county))

    assert row.matter in text_of(superior.get(page(row)))
    assert "您不是民政局的审定人。" in text_of(superior.post(verb(row, "review"), {"is_kept": "no", "reason": "放"}))


@pytest.mark.parametrize(("query", "expected"), [("decide", 1), ("review", 1), ("review_due", 2), ("", 4)])
def test_withholding_list_narrows_by_queue(office: Office, query: str, expected: int) -> None:
    approver = office.member(Role.APPROVER)
    make_withholding(agency=office.agency, state=WithholdingState.PROPOSED)
    make_withholding(agency=office.agency)
    make_withholding(agency=office.agency, review_on=date(2026, 1, 1))
    make_withholding(agency=office.agency, review_on=date(2026, 1, 1), proposed_by=approver)

    found = signed_in(approver).get(changelist("withholding", f"?queue={query}"))

    assert found.context["cl"].result_count == expected


# --- rectification --------------------------------------------------------------------------------------------------


def test_order_is_given_reported_returned_and_verified_in_the_admin(office: Office) -> None:
    inspector, publisher = signed_in(office.inspector), signed_in(office.member(Role.PUBLISHER))
    item = make_item(agency=office.agency)
    add = reverse("admin:disclosure_rectification_add")
    order = {"agency": office.agency.pk, "problem": "附件打不开", "requirement": "换一个", "basis": "条例第三条"}

    assert item.index_number in text_of(inspector.get(f"{add}?item={item.index_number}&agency={office.agency.pk}"))
    inspector.post(add, order | {"item": item.index_number})
    row = Rectification.objects.get()
    publisher.post(verb(row, "report"), {"text": "已换"})
    inspector.post(verb(row, "verify"), {"is_done": "no", "finding": "仍打不开", "due_on": NEXT_MONTH.isoformat()})
    publisher.post(verb(row, "report"), {"text": "又换"})
    inspector.post(verb(row, "verify"), {"is_done": "yes", "finding": "能打开了"})

    row.refresh_from_db()
    assert (row.item, row.state, row.report) == (item, RectificationState.VERIFIED, "又换")


def test_every_form_of_an_order_says_what_becomes_public_and_none_that_somebody_complained(office: Office) -> None:
    row = make_rectification(agency=office.agency)
    inspector, publisher = signed_in(office.inspector), signed_in(office.member(Role.PUBLISHER))
    add = reverse("admin:disclosure_rectification_add")
    shown = {
        "交办以后立即": text_of(inspector.get(add)),
        "报告提交后立即": text_of(publisher.get(verb(row, "report"))),
        "撤销的理由提交后立即": text_of(inspector.get(verb(row, "cancel"))),
    }
    rectify.report(row.pk, actor=office.member(Role.PUBLISHER), at=now(), text="已换")
    shown["核实意见提交后立即"] = text_of(inspector.get(verb(row, "verify")))

    for words, page_text in shown.items():
        assert f"{words}向社会公开" in page_text and not any(word in page_text for word in ("投诉", "举报", "线索"))
        assert [other for other in shown if other in page_text] == [words]


def test_no_page_names_the_person_who_ordered_or_verified(office: Office) -> None:
    desk = make_agency(name="司法局", parent=office.county)
    officer = make_member(Role.COMPLAINT_OFFICER, desk, full_name="监察甲")
    inspector = make_member(Role.INSPECTOR, office.county, full_name="督查乙")
    head = signed_in(office.member(Role.OFFICE_HEAD))
    for actor in (officer, inspector):
        wanted = rectify.Order(agency=office.agency, problem="附件打不开", requirement="换一个", basis="条例第三条")
        row = rectify.order(wanted, actor=actor, at=now(), has_mandate=actor == officer)
        rectify.report(row.pk, actor=office.member(Role.PUBLISHER), at=now(), text="已换")
        rectify.verify(row.pk, rectify.Finding(is_done=True, finding="能打开了"), actor=actor, at=now())

        shown = text_of(head.get(page(row)))
        trail = text_of(head.get(reverse("admin:govportal_auditevent_changelist")))

        government = office.county.display_name
        assert shown.count(government) == 2 and government in trail and desk.name not in shown + trail
        doors = (page(row), changelist("rectification"), row.get_absolute_url(), reverse("rectifications_csv"),
                 reverse("api_rectifications"), reverse("admin:index"))  # fmt: skip
        for text in (shown, trail, *(text_of(head.get(door)) for door in doors)):
            assert not any(word in text for word in (str(actor), actor.username))
        assert signed_in(actor).get(page(row)).status_code == 200
    colleague = signed_in(make_member(Role.COMPLAINT_OFFICER, desk))
    assert colleague.get(page(Rectification.objects.latest("pk"))).status_code == 302


def test_order_with_unknown_item_or_of_own_agency_is_refused(office: Office) -> None:
    inspector = signed_in(office.inspector)
    add = reverse("admin:disclosure_rectification_add")
    order = {"agency": office.agency.pk, "problem": "附件打不开", "requirement": "换一个", "basis": "条例第三条"}

    unknown = text_of(inspector.post(add, order | {"item": "无此号"}))
    own = inspector.post(add, order | {"agency": office.county.pk})

    assert "没有索引号为 无此号 的信息" in unknown
    assert own.status_code == 200 and not Rectification.objects.exists()
    assert signed_in(office.member(Role.PUBLISHER)).get(add).status_code == 403


@pytest.mark.parametrize(("query", "expected"), [("report", 1), ("verify", 0), ("overdue", 1), ("", 2)])
def test_rectification_list_narrows_by_queue(office: Office, query: str, expected: int) -> None:
    make_rectification(agency=office.agency)
    make_rectification(agency=office.agency, state=RectificationState.REPORTED)

    found = signed_in(office.member(Role.PUBLISHER)).get(changelist("rectification", f"?queue={query}"))

    assert found.context["cl"].result_count == expected


# --- receipts -------------------------------------------------------------------------------------------------------


def expense(agency: Agency, **values: Any) -> dict[str, Any]:
    return {
        "agency": agency.pk, "kind": "fuel", "spent_on": "2026-03-02", "amount": "1200", "purpose": "下乡加油",
        "handled_by_name": "许某",
    } | values  # fmt: skip


def scan(content: bytes = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", name: str = "票据.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_receipt_is_recorded_with_its_scan_corrected_and_checked_in_the_admin(office: Office) -> None:
    publisher, head = signed_in(office.member(Role.PUBLISHER)), signed_in(office.member(Role.OFFICE_HEAD))
    add = reverse("admin:disclosure_receipt_add")

    refused = text_of(publisher.post(add, expense(office.agency)))
    publisher.post(add, expense(office.agency, upload=scan()))
    row = Receipt.objects.get()
    publisher.post(verb(row, "correct"), expense(office.agency, amount="1300.50"))
    head.post(verb(row, "check"))

    row.refresh_from_db()
    assert "须附票据扫描件" in refused and SECRET in refused
    assert str(row.amount) == "1300.50" and row.attachment and row.checked_at


def test_disguised_scan_is_refused_with_words(office: Office) -> None:
    publisher = signed_in(office.member(Role.PUBLISHER))
    upload = scan(b"MZ\x90\x00 a program", "票据.pdf")

    response = publisher.post(reverse("admin:disclosure_receipt_add"), expense(office.agency, upload=upload))

    assert response.status_code == 200 and response.context["form"].errors
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(("query", "expected"), [("check", 1), ("open", 1), ("done", 1), ("", 2)])
def test_receipt_list_narrows_by_queue(office: Office, query: str, expected: int) -> None:
    head = office.member(Role.OFFICE_HEAD)
    make_receipt(agency=office.agency)
    make_receipt(agency=office.agency, checked_by=head, checked_at=office.agency.updated_at)

    found = signed_in(head).get(changelist("receipt", f"?queue={query}"))

    assert found.context["cl"].result_count == expected
