"""What an applicant reads of his case and does in it; and that another applicant's cookie shows nothing of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import WithholdingGround
from govportal import private_files
from govportal.now import now, today
from requests_app.enums import (
    DeliveryWay,
    FileKind,
    ReplyKind,
    State,
)
from requests_app.letter_rules import LetterKind
from requests_app.models import Delivery, InformationRequest, InternalNote, Letter, RequestFile
from requests_app.services import converse
from tests.factories import make_item, make_request
from tests.factories.requests import (
    bring_to,
    make_proposal,
    officer_of,
    release_decision,
    request_in,
    reread_request,
)
from tests.markup import faults
from tests.requests_app.filing_journey import PDF, text_of
from tests.requests_app.open_cases import filed, kept, page_of, reader

pytestmark = pytest.mark.django_db

PAGES = ("request_case", "request_correct", "request_reasons", "request_message", "request_withdraw")


# --- whose it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_page_without_an_open_case_leads_to_the_lookup(name: str) -> None:
    response = Client().get(reverse(name))

    assert (response.status_code, response["Location"]) == (302, "/requests/lookup/")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["request_letter", "request_file"])
def test_paper_without_an_open_case_leads_to_the_lookup(name: str) -> None:
    assert Client().get(reverse(name, args=[1]))["Location"] == "/requests/lookup/"


def test_cookie_of_another_case_shows_nothing_of_this_one() -> None:
    mine, other = filed(subject="甲的信息"), filed(subject="乙的信息")
    letter, file = sent_letter(mine), disclosed(mine)
    client = reader(other)

    pages = "".join(text_of(client.get(reverse(name), follow=True)) for name in PAGES)

    assert "乙的信息" in pages
    assert mine.number not in pages and "甲的信息" not in pages
    assert client.get(reverse("request_letter", args=[letter.pk])).status_code == 404
    assert client.get(reverse("request_file", args=[file.pk])).status_code == 404


def test_case_is_kept_by_no_cache_and_read_by_no_robot() -> None:
    row = filed()
    client = reader(row)

    first = client.get(reverse("request_case"))
    second = Client().get(reverse("request_case"))

    assert "no-store" in first["Cache-Control"] and "ETag" not in first
    assert 'content="noindex"' in text_of(first)
    assert second.status_code == 302


# --- what it says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_page_of_every_state_names_it_and_is_sound_html(state: State) -> None:
    row = request_in(state, at=now() - timedelta(days=45 if state == State.LAPSED else 1))

    page = page_of(row)

    assert str(state.label) in page
    assert row.subject in page
    assert faults(page) == []


def test_page_shows_the_date_the_clock_says_and_why() -> None:
    row = filed()

    page = page_of(row)

    assert row.due_on is not None
    assert f'<time datetime="{row.due_on.isoformat()}">' in page
    assert "条例第三十三条" in page and "自次日起算20个工作日" in page


def test_page_shows_the_applicant_masked_and_no_file_of_his_identity() -> None:
    row = filed()
    proof = RequestFile.objects.create(
        request=row, kind=FileKind.PROOF, file=kept(), title="身份证.pdf", added_at=now()
    )
    client = reader(row)

    page = text_of(client.get(reverse("request_case")))

    applicant = row.applicant
    assert applicant.identity_number not in page and applicant.phone not in page
    assert f"{applicant.name[:1]}**" in page and applicant.name not in page
    assert client.get(reverse("request_file", args=[proof.pk])).status_code == 404


def test_page_shows_nothing_that_staff_wrote_for_themselves() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    InternalNote.objects.create(request=row, text="内部看法", by=officer_of(row.agency), at=now())
    row.events.update(note="内部说明")
    RequestFile.objects.create(request=row, kind=FileKind.INTERNAL, file=kept("内部.pdf"), added_at=now())

    page = page_of(row)

    assert "内部" not in page


def test_page_names_no_third_party() -> None:
    row = request_in(State.CONSULTING_THIRD_PARTY, at=now())

    page = page_of(row)

    assert row.inquiries.get().party not in page
    assert "征求第三方意见" in page


def test_purged_case_is_closed_to_everybody() -> None:
    row = filed()
    client = reader(row)
    InformationRequest.objects.filter(pk=row.pk).update(query_key="")  # as services/purge.py leaves it

    assert client.get(reverse("request_case")).status_code == 302


def test_case_of_a_ledger_stands_without_an_applicant() -> None:
    row = make_request(has_applicant=False, received_on=today())

    page = page_of(row)

    assert row.subject in page


def test_page_before_receipt_is_confirmed_says_what_is_waited_for() -> None:
    row = filed()
    InformationRequest.objects.filter(pk=row.pk).update(received_on=None, receipt_basis="", due_on=None)

    page = page_of(row)

    assert "经办人将与您联系" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_however_much_happened(rows: int, django_assert_num_queries: Any) -> None:
    row = request_in(State.IN_REVIEW, at=now())
    for number in range(rows):
        converse.write(row.pk, f"第{number}次询问", actor=None, at=now())
    client = reader(row)

    with django_assert_num_queries(15):
        client.get(reverse("request_case"))


# --- letters and files ---------------------------------------------------------------------------------------------


def issued_letter(row: InformationRequest, **values: Any) -> Letter:
    """A letter that nobody has sent yet."""
    values = {"kind": LetterKind.REGISTRATION_RECEIPT, "number": row.number} | values
    return Letter.objects.create(
        request=row,
        agency=row.agency,
        facts="",
        file=kept("登记回执.pdf"),
        issued_on=today(),
        issued_at=now(),
        **values,
    )


def sent_letter(row: InformationRequest, **values: Any) -> Letter:
    """A letter that was put on the applicant's page."""
    letter = issued_letter(row, **values)
    Delivery.objects.create(letter=letter, way=DeliveryWay.DOWNLOAD, sent_on=today())
    return letter


def disclosed(row: InformationRequest) -> RequestFile:
    """A file that a signed reply hands over."""
    bring_to(State.IN_REVIEW, row, at=now())
    held = RequestFile.objects.create(
        request=row, kind=FileKind.DISCLOSED, file=kept(), title="资金明细", added_at=now()
    )
    proposal = make_proposal(
        ReplyKind.PARTIAL,
        reasons="讨论记录不予公开。",
        facts={"grounds": [WithholdingGround.DELIBERATIVE.value]},
        files=(held.file,),
    )
    release_decision(row, proposal, at=now())
    return held


def test_partial_disclosure_is_read_and_downloaded() -> None:
    row = filed()
    held = disclosed(row)
    client = reader(reread_request(row))

    page = text_of(client.get(reverse("request_case")))
    response = client.get(reverse("request_file", args=[held.pk]))

    assert "部分公开" in page and "讨论记录不予公开。" in page and "资金明细" in page
    assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]
    assert response["Cache-Control"] == "private, no-store"
    assert faults(page) == []


def test_letter_of_the_reply_stands_with_the_reply_alone() -> None:
    row = filed()
    disclosed(row)
    receipt = sent_letter(row)
    letter = sent_letter(row, kind=LetterKind.PARTIAL, number="澄交公复〔2026〕1号")

    reply = page_of(reread_request(row)).partition('aria-labelledby="reply"')[2].partition("</section>")[0]

    assert f'class="btn" href="{reverse("request_letter", args=[letter.pk])}"' in reply
    assert reverse("request_letter", args=[receipt.pk]) not in reply


def test_file_is_handed_over_only_once_its_reply_is_signed() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    held = RequestFile.objects.create(request=row, kind=FileKind.DISCLOSED, file=kept(), added_at=now())

    assert reader(row).get(reverse("request_file", args=[held.pk])).status_code == 404


def test_reply_names_items_that_are_public() -> None:
    row = request_in(State.IN_REVIEW, at=now())
    item = make_item(agency=row.agency, edition={"title": "养护资金分配方案"})
    decision = release_decision(row, make_proposal(ReplyKind.ALREADY_PUBLIC, items=(item,)), at=now())

    page = page_of(reread_request(row))

    assert decision.items.get() == item
    assert item.get_absolute_url() in page


def test_letter_is_downloaded_and_its_arrival_noted_once() -> None:
    row = filed()
    letter = sent_letter(row)
    client = reader(row)

    page = text_of(client.get(reverse("request_case")))
    first = client.get(reverse("request_letter", args=[letter.pk]))
    client.get(reverse("request_letter", args=[letter.pk]))

    assert reverse("request_letter", args=[letter.pk]) in page
    assert b"".join(first.streaming_content) == PDF  # type: ignore[attr-defined]
    assert letter.deliveries.get().delivered_on == today()


def test_asking_for_the_head_of_a_letter_is_no_arrival() -> None:
    row = filed()
    letter = sent_letter(row)

    reader(row).head(reverse("request_letter", args=[letter.pk]))

    assert letter.deliveries.get().delivered_on is None


def test_letter_that_was_not_sent_is_not_found() -> None:
    row = filed()
    letter = issued_letter(row)

    assert reader(row).get(reverse("request_letter", args=[letter.pk])).status_code == 404


def test_letter_to_a_third_party_is_not_found() -> None:
    row = filed()
    letter = sent_letter(row, is_for_applicant=False)

    assert reader(row).get(reverse("request_letter", args=[letter.pk])).status_code == 404


def test_missing_bytes_are_said_and_no_error_of_ours() -> None:
    row = filed()
    held = disclosed(row)
    private_files._path(held.file.storage_name).unlink()

    response = reader(row).get(reverse("request_file", args=[held.pk]))

    assert response.status_code == 404
