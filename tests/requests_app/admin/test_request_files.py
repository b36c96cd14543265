"""Files and letters of a request: opened by those who see it, papers of the applicant and letters never unlogged."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from govportal.models import AuditEvent
from govportal.now import now, today
from govportal.permissions import Role
from requests_app.enums import DeliveryWay, FileKind, State
from requests_app.letter_rules import LetterKind
from requests_app.models import InformationRequest, Letter, RequestFile
from requests_app.services import letters
from requests_app.services.applicants import OPENED_WITH_REASON
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_member, make_private_file
from tests.factories.requests import AT, ask_correction, submit_decision
from tests.requests_app.admin.desk_world import NAME, Desk, page, problems, sent, verb
from tests.requests_app.letter_cases import SCAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def row(desk: Desk) -> InformationRequest:
    return desk.request(State.REGISTERED)


def letter_of(desk: Desk, row: InformationRequest) -> Letter:
    order = letters.Order(kind=LetterKind.REGISTRATION_RECEIPT)
    return letters.issue(row.pk, order, actor=desk.officer, at=now())


def door(name: str, *args: Any) -> str:
    return reverse(f"{NAME}_{name}", args=args)


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind not in OPENED_WITH_REASON])
def test_other_files_open_to_whoever_sees_the_request(desk: Desk, row: InformationRequest, kind: FileKind) -> None:
    held = RequestFile.objects.create(request=row, kind=kind, file=make_private_file(), added_at=AT)

    own = desk.member(Role.AGENCY_HEAD).get(door("file", row.pk, held.pk))
    other = signed_in(make_member(Role.REQUEST_OFFICER)).get(door("file", row.pk, held.pk))

    assert own.status_code == 200 and "no-store" in own["Cache-Control"]
    assert other.status_code == 404


def test_file_of_another_request_is_not_there(desk: Desk, row: InformationRequest) -> None:
    other = desk.request(State.REGISTERED)
    held = RequestFile.objects.create(request=other, kind="internal", file=make_private_file(), added_at=AT)

    assert desk.handling.get(door("file", row.pk, held.pk)).status_code == 404


def test_draft_of_the_letter_opens_while_it_waits(desk: Desk) -> None:
    row = desk.request(State.IN_REVIEW)
    none_yet = desk.signing.get(door("draft", row.pk))
    submit_decision(row, at=now())

    shown = desk.signing.get(door("draft", row.pk))

    assert none_yet.status_code == 404
    assert shown.status_code == 200 and shown.content.startswith(b"%PDF")
    assert signed_in(make_member(Role.OFFICE_HEAD)).get(door("draft", row.pk)).status_code == 404


def test_letter_opens_with_a_line_in_the_trail(desk: Desk, row: InformationRequest) -> None:
    letter = letter_of(desk, row)

    shown = desk.handling.get(door("letter", row.pk, letter.pk))
    content = b"".join(shown.streaming_content)  # type: ignore[attr-defined]
    for client in (desk.member(Role.AGENCY_HEAD), signed_in(make_member(Role.REQUEST_OFFICER))):
        assert client.get(door("letter", row.pk, letter.pk)).status_code in {403, 404}

    assert content.startswith(b"%PDF") and "no-store" in shown["Cache-Control"]
    assert AuditEvent.objects.filter(action="letter.open").count() == 1


# --- verbs of letters ---------------------------------------------------------------------------------------------


def test_letter_is_generated_by_hand_where_the_case_gives_cause(desk: Desk, row: InformationRequest) -> None:
    client = desk.handling

    opened = client.get(verb(row, "letter"))
    done = sent(client, row, "letter", which="registration_receipt-0")
    afterwards = client.get(verb(row, "letter"))

    assert [key for key, _words in opened.context["form"].fields["which"].choices] == ["registration_receipt-0"]
    assert done.status_code == 302 and row.letters.get().number == row.number
    assert "应有的文书都已生成" in text_of(afterwards)


def test_letter_is_sealed_sent_and_proven(desk: Desk, row: InformationRequest) -> None:
    letter, client = letter_of(desk, row), desk.handling

    sealed = sent(client, row, "seal", paper=SimpleUploadedFile("用印.pdf", SCAN))
    gone = sent(client, row, "send", way=DeliveryWay.POST, note="EMS 1234")
    proven = sent(client, row, "arrival", delivered_on=today().isoformat(), proof=SimpleUploadedFile("回执.pdf", SCAN))

    letter.refresh_from_db()
    delivery = letter.deliveries.get()
    assert {answer.status_code for answer in (sealed, gone, proven)} == {302}
    assert letter.sealed_file and (delivery.way, delivery.delivered_on) == (DeliveryWay.POST, today())
    assert delivery.proof and "EMS 1234" in delivery.note
    assert "用印件" in text_of(client.get(page(row)))
    proof = door("proof", row.pk, delivery.pk)
    assert proof in client.get(page(row)).content.decode()
    assert b"".join(client.get(proof).streaming_content) == SCAN  # type: ignore[attr-defined]
    assert desk.member(Role.AGENCY_HEAD).get(proof).status_code == 403
    assert signed_in(make_member(Role.REQUEST_OFFICER)).get(proof).status_code == 404
    assert AuditEvent.objects.get(action="letter.open_proof").after == {"delivery": delivery.pk}


def test_proof_that_is_not_there_is_not_found(desk: Desk, row: InformationRequest) -> None:
    delivery = letter_of(desk, row).deliveries.create(way=DeliveryWay.POST, sent_on=today())
    foreign = letter_of(desk, desk.request(State.REGISTERED)).deliveries.create(way=DeliveryWay.POST, sent_on=today())

    for pk in (delivery.pk, foreign.pk, 0):
        assert desk.handling.get(door("proof", row.pk, pk)).status_code == 404
    assert not AuditEvent.objects.filter(action="letter.open_proof").exists()


def test_letter_is_made_anew_under_its_number(desk: Desk, row: InformationRequest) -> None:
    letter, client = letter_of(desk, row), desk.handling

    opened = client.get(verb(row, "regenerate"))
    silent = sent(client, row, "regenerate")
    done = sent(client, row, "regenerate", reason="联系电话有误", fact_contact="承办：政务公开室　电话：0399-1")

    newest = row.letters.get(version=2)
    assert "fact_addressee" not in opened.context["form"].fields and problems(silent)
    assert done.status_code == 302 and newest.number == letter.number and newest.supersedes == letter
    assert "0399-1" in str(newest.facts)


def test_field_that_is_cleared_takes_its_fact_away(desk: Desk, row: InformationRequest) -> None:
    ask_correction(row, at=now())
    order = letters.Order(kind=LetterKind.CORRECTION, facts={"guidance": "写明年度。"})
    letter = letters.issue(row.pk, order, actor=desk.officer, at=now())

    done = sent(desk.handling, row, "regenerate", reason="指引多余", fact_guidance="")

    assert done.status_code == 302 and "guidance" in letter.facts
    assert "guidance" not in row.letters.get(version=2).facts


def test_new_version_of_a_reply_offers_its_contact_alone(desk: Desk) -> None:
    row = desk.request(State.REPLIED)
    letters.issue(row.pk, letters.Order(kind=LetterKind.DISCLOSED), actor=desk.officer, at=now())

    officer, signer = (
        {name for name in client.get(verb(row, "regenerate")).context["form"].fields if name.startswith("fact_")}
        for client in (desk.handling, desk.signing)
    )

    assert officer == {"fact_contact"}
    assert signer == officer | {
        "fact_request_number", "fact_received_on", "fact_subject", "fact_review_body", "fact_court",
    }  # fmt: skip


def test_of_several_letters_one_is_chosen_before_its_words_are_shown(desk: Desk, row: InformationRequest) -> None:
    letter, client = letter_of(desk, row), desk.handling
    ask_correction(row, at=now())
    letters.issue(row.pk, letters.Order(kind=LetterKind.CORRECTION), actor=desk.officer, at=now())

    offered = client.get(verb(row, "regenerate"))
    chosen = client.get(verb(row, "regenerate"), {"letter": letter.pk})
    nonsense = client.get(verb(row, "regenerate"), {"letter": "x"})

    assert f'href="?letter={letter.pk}"' in offered.content.decode() and not offered.context["form"].chosen
    assert chosen.context["form"]["fact_contact"].value() == letter.facts["contact"]
    assert nonsense.status_code == 200 and nonsense.context["form"].chosen is None


def test_send_refuses_mail_without_an_address(desk: Desk) -> None:
    row = desk.request(State.REGISTERED)
    row.applicant.email = ""
    row.applicant.save()
    letter_of(desk, row)

    answer = sent(desk.handling, row, "send", way=DeliveryWay.EMAIL)

    assert any("电子邮箱" in reason for reason in problems(answer))
