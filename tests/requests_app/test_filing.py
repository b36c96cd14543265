"""The steps of an application: what is asked, what is refused, and that nothing typed is lost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from govportal.models import PrivateFile
from requests_app.enums import FileKind
from requests_app.models import Applicant, RequestDraft, RequestFile, RequestOffice
from tests.factories import make_agency
from tests.markup import faults
from tests.requests_app.filing_journey import CREDIT_CODE, IDENTITY, ORGANISATION, PERSON, Citizen, scan, text_of

pytestmark = pytest.mark.django_db


def errors_of(response: Any) -> dict[str, list[str]]:
    return {name: [str(error) for error in errors] for name, errors in response.context["form"].errors.items()}


# --- the way through ---------------------------------------------------------------------------------------------


def test_beginning_names_a_draft_in_the_address_and_writes_no_row() -> None:
    client = Client()

    first = client.get(reverse("request_new"))["Location"]
    second = client.get(reverse("request_new"))["Location"]

    assert first != second
    assert client.get(first).status_code == 200
    assert not RequestDraft.objects.exists()


def test_journey_of_a_person_makes_a_request_with_all_that_was_typed() -> None:
    citizen = Citizen()

    row = citizen.file(applicant={"proofs": [scan()]}, supply={"supply_form": "paper", "supply_way": "post"})

    applicant = Applicant.objects.get(request=row)
    assert (row.agency, row.subject, row.applicant_kind) == (
        citizen.agency,
        "农村公路养护资金使用明细",
        "natural_person",
    )
    assert (row.supply_form, row.supply_way, row.accepts_other, row.channel) == ("paper", "post", True, "web")
    assert (applicant.name, applicant.identity_kind, applicant.identity_number) == ("林试一", "resident", IDENTITY)
    assert (applicant.phone, applicant.email, applicant.address) == (
        PERSON["phone"],
        PERSON["email"],
        PERSON["address"],
    )
    proof = RequestFile.objects.get(request=row)
    assert (proof.kind, proof.file.name) == (FileKind.PROOF, "身份证.pdf")


def test_journey_of_an_organisation_keeps_its_code_as_paper() -> None:
    citizen = Citizen()

    row = citizen.file(applicant=ORGANISATION | {"identity_number": "ABC"})

    applicant = Applicant.objects.get(request=row)
    assert (row.applicant_kind, applicant.identity_kind, applicant.identity_number) == (
        "business",
        "credit_code",
        CREDIT_CODE,
    )
    assert (applicant.legal_representative, applicant.contact_name) == ("许试二", "沈试三")


@pytest.mark.parametrize("step", ["applicant", "information", "supply", "check"])
def test_page_is_sound_html_kept_by_nobody(step: str) -> None:
    citizen = Citizen()
    citizen.fill(applicant={"proofs": [scan()]})

    response = citizen.get(step)

    assert faults(text_of(response)) == []
    assert "no-store" in response["Cache-Control"]
    assert "ETag" not in response


def test_page_says_what_is_wrong_above_its_heading_and_in_its_title() -> None:
    response = Citizen().post("applicant", name="", identity_number="123")

    page = text_of(response)
    assert response.status_code == 200
    assert "<title>错误：" in page
    assert page.index("请先改正下面的问题") < page.index("<h1>")
    assert set(errors_of(response)) == {"name", "identity_number"}
    assert 'href="#id_name"' in page
    assert 'value="123"' in page
    assert "novalidate" in page
    assert faults(page) == []


def test_purpose_may_be_left_out_and_says_so() -> None:
    citizen = Citizen()
    citizen.post("applicant")

    page = text_of(citizen.get("information"))
    row = citizen.file()

    assert "可以不填，不填不影响受理" in page
    assert row.purpose == ""


def test_correcting_from_the_check_page_leads_back_to_it() -> None:
    citizen = Citizen()
    citizen.fill()
    page = text_of(citizen.get("check"))
    link = f"{reverse('request_step', args=['information'])}?d={citizen.d}&amp;from=check"

    response = citizen.client.post(
        link.replace("&amp;", "&"), {"d": citizen.d} | citizen.information() | {"subject": "另一个名称"}
    )

    assert link in page
    assert response["Location"] == citizen.path("check")
    assert "另一个名称" in text_of(citizen.get("check"))


def test_check_page_without_an_answer_leads_to_its_step() -> None:
    citizen = Citizen()
    citizen.post("applicant")

    response = citizen.get("check")

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("request_step", args=["information"]))


def test_step_of_an_unknown_draft_leads_to_the_first_with_a_word() -> None:
    client = Client()

    response = client.get(reverse("request_step", args=["supply"]), follow=True)

    assert response.redirect_chain[0][0] == reverse("request_new") + "?lost=1"
    assert "没有找到您填写中的申请" in text_of(response)


def test_unknown_step_is_not_found() -> None:
    assert Client().get(reverse("request_step", args=["payment"])).status_code == 404


def test_agency_of_its_own_page_is_chosen_already() -> None:
    agency = make_agency(name="某县财政局")
    client = Client()
    address = client.get(reverse("request_new") + f"?agency={agency.code}")["Location"]
    page = client.get(address)

    client.post(page.context["action"], {"d": page.context["name"]} | PERSON)
    response = client.get(reverse("request_step", args=["information"]) + f"?d={page.context['name']}")

    assert f'<option value="{agency.code}" selected>' in text_of(response)
    assert not response.context["form"].errors


def test_agency_page_leads_to_the_form_unless_it_takes_none() -> None:
    agency = make_agency()
    address = reverse("agency", args=[agency.code])
    link = reverse("request_new") + f"?agency={agency.code}"

    before = text_of(Client().get(address))
    RequestOffice.objects.create(agency=agency, is_open=False)
    after = text_of(Client().get(address + "?page=1"))  # another address, for the page is kept

    assert link in before
    assert link not in after


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"identity_number": "110105194912310021"}, "identity_number"),  # check digit
        ({"identity_number": ""}, "identity_number"),
        ({"identity_number": "11010520491231002X"}, "identity_number"),
        ({"identity_kind": "passport", "identity_number": "E1"}, "identity_number"),
        ({"identity_kind": "library_card"}, "identity_kind"),
        ({"applicant_kind": "robot"}, "applicant_kind"),
        ({"name": " "}, "name"),
        ({"name": "林" * 101}, "name"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "12012345678"}, "phone"),
        ({"phone": "打我手机"}, "phone"),
        ({"email": "lin@"}, "email"),
        ({"postcode": "12345"}, "postcode"),
        ({"phone": "", "email": "", "address": ""}, "phone"),
        ({"phone": "", "email": "", "address": "", "fax": "0399-6612001"}, "phone"),
        (ORGANISATION | {"credit_code": "91350100M000100Y44"}, "credit_code"),
        (ORGANISATION | {"credit_code": ""}, "credit_code"),
    ],
)
def test_applicant_is_refused_where_article_29_or_a_check_digit_fails(values: dict[str, str], field: str) -> None:
    response = Citizen().post("applicant", **values)

    assert list(errors_of(response)) == [field]


@pytest.mark.parametrize(
    "values",
    [
        {"identity_number": "11010519491231002x"},
        {"identity_number": "１１０１０５１９４９１２３１００２Ｘ"},
        {"identity_number": "110105 19491231 002X"},
        {"phone": "０３９９－６６１２００１"},
        {"phone": "+86 138-1234-5521"},
        {"phone": "(0399)6612001转8"},
        {"phone": "", "email": ""},
        {"postcode": "１０００００"},
        ORGANISATION | {"credit_code": CREDIT_CODE.lower()},
        ORGANISATION | {"legal_representative": "", "contact_name": ""},
    ],
)
def test_applicant_is_taken_however_people_type(values: dict[str, str]) -> None:
    response = Citizen().post("applicant", **values)

    assert response.status_code == 302, errors_of(response)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"identity_number": ""}, "resident"),
        ({"identity_kind": "passport", "identity_number": ""}, "passport"),
        (ORGANISATION | {"credit_code": ""}, "other"),
    ],
)
def test_uploaded_paper_proves_identity_without_a_number(values: dict[str, str], kind: str) -> None:
    row = Citizen().file(applicant=values | {"proofs": [scan()]})

    assert (row.applicant.identity_kind, row.applicant.identity_number) == (kind, "")
    assert row.files.get().kind == FileKind.PROOF


def test_paper_that_was_refused_proves_nothing() -> None:
    response = Citizen().post("applicant", identity_number="", proofs=[scan(b"hello")])

    assert set(errors_of(response)) == {"identity_number", "proofs"}


def test_paper_taken_off_again_leaves_the_identity_unproved() -> None:
    citizen = Citizen()
    citizen.fill(applicant={"identity_number": "", "proofs": [scan()]})

    response = citizen.post("applicant", identity_number="", forget=[str(PrivateFile.objects.get().pk)])
    check = citizen.get("check")

    assert errors_of(response) == {
        "identity_number": ["请填写证件号码，或者上传身份证明：条例第二十九条要求申请人提供身份证明。"]
    }
    assert check["Location"].startswith(reverse("request_new"))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"agency": ""}, "agency"),
        ({"agency": "nobody"}, "agency"),
        ({"subject": "", "description": ""}, "subject"),
        ({"subject": "名" * 201}, "subject"),
        ({"subject": f"关于{IDENTITY}的材料"}, "subject"),
        ({"document_number": "13812345521"}, "document_number"),
        ({"description": "述" * 5001}, "description"),
        ({"purpose": "用" * 1001}, "purpose"),
        ({"period_from": "25"}, "period_from"),
        ({"period_from": "二〇二五"}, "period_from"),
        ({"period_to": "2199"}, "period_to"),
        ({"period_to": "99999999999999999999"}, "period_to"),
        ({"period_from": "2025", "period_to": "2024"}, "period_to"),
    ],
)
def test_information_is_refused(values: dict[str, str], field: str) -> None:
    citizen = Citizen()
    citizen.post("applicant")

    response = citizen.post("information", **values)

    assert list(errors_of(response)) == [field]


@pytest.mark.parametrize("known", ["subject", "document_number", "description"])
def test_one_of_name_number_and_description_is_enough(known: str) -> None:
    words = {"subject": "养护资金明细", "document_number": "某政发〔2026〕12号", "description": "养护资金去了哪里"}
    given = {name: text if name == known else "" for name, text in words.items()}

    row = Citizen().file(information=given)

    assert (row.document_number, row.description) == (given["document_number"], given["description"])


@pytest.mark.parametrize(("way", "field"), [("email", "email"), ("post", "address"), ("fax", "fax")])
def test_way_without_its_address_is_refused_and_leads_to_it(way: str, field: str) -> None:
    citizen = Citizen()
    citizen.post("applicant", email="", address="")
    citizen.post("information")

    response = citizen.post("supply", supply_way=way)

    assert list(errors_of(response)) == ["supply_way"]
    assert f"#id_{field}" in text_of(response)


def test_agency_closed_meanwhile_leads_back_with_the_reason() -> None:
    citizen = Citizen()
    citizen.fill()
    RequestOffice.objects.create(agency=citizen.agency, is_open=False)

    response = citizen.client.post(citizen.path("check"), {"d": citizen.d, "seen": "x"}, follow=True)

    assert "这个单位现在不受理信息公开申请" in text_of(response)
    assert "农村公路养护资金使用明细" in text_of(response)


# --- files ---------------------------------------------------------------------------------------------------------


def test_files_are_kept_though_another_answer_is_wrong() -> None:
    citizen = Citizen()

    response = citizen.post("applicant", name="", proofs=[scan(name="正面.pdf"), scan(name="反面.pdf")])

    assert set(errors_of(response)) == {"name"}
    assert "正面.pdf" in text_of(response) and "反面.pdf" in text_of(response)
    assert PrivateFile.objects.count() == 2


def test_fourth_file_is_refused_and_three_stay() -> None:
    citizen = Citizen()
    citizen.post("applicant", proofs=[scan(name=f"{n}.pdf") for n in range(2)])

    response = citizen.post("applicant", proofs=[scan(name=f"{n}.pdf") for n in (2, 3)])

    assert errors_of(response) == {"proofs": ["“3.pdf”没有收下：最多 3 份。"]}
    assert [file.name for file in response.context["files"]] == ["0.pdf", "1.pdf", "2.pdf"]


def test_kept_file_can_be_taken_off_and_its_bytes_go() -> None:
    citizen = Citizen()
    citizen.post("applicant", proofs=[scan()])
    kept = PrivateFile.objects.get()

    citizen.post("applicant", forget=[str(kept.pk)])

    assert not PrivateFile.objects.exists()


def test_file_of_another_draft_cannot_be_taken_off() -> None:
    other = Citizen()
    other.post("applicant", proofs=[scan()])
    kept = PrivateFile.objects.get()

    Citizen().post("applicant", forget=[str(kept.pk)])

    assert PrivateFile.objects.filter(pk=kept.pk).exists()
