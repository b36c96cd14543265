"""Behind the mask: who may look, what it leaves in the trail, and where nothing of a person may stand."""

import pytest
from django.urls import reverse

from govportal.models import AuditEvent
from govportal.permissions import Role
from requests_app.enums import FileKind
from requests_app.models import InformationRequest, RequestFile
from requests_app.services import applicants
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_member, make_private_file
from tests.factories.requests import AT, make_request
from tests.requests_app.admin.desk_world import NAME, Desk, page

pytestmark = pytest.mark.django_db
SECRETS = {"name": "林小溪", "phone": "13800005521", "identity_number": "E12345678"}
REASON = "核对身份证明"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def row(desk: Desk) -> InformationRequest:
    return make_request(agency=desk.agency, applicant=SECRETS)


def door(row: InformationRequest) -> str:
    return reverse(f"{NAME}_applicant", args=[row.pk])


def deeds(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action))


def paper(row: InformationRequest, kind: FileKind = FileKind.PROOF) -> RequestFile:
    file = make_private_file()
    return RequestFile.objects.create(request=row, kind=kind, file=file, title="身份证明", added_at=AT)


# --- unmask -------------------------------------------------------------------------------------------------------


def test_applicant_is_shown_to_whoever_says_why_in_that_answer_alone(desk: Desk, row: InformationRequest) -> None:
    client = desk.handling

    asked = client.get(door(row))
    shown = client.post(door(row), {"reason": REASON})
    after = client.get(page(row))

    assert all(secret in text_of(shown) for secret in SECRETS.values())
    assert not any(secret in text_of(other) for secret in SECRETS.values() for other in (asked, after))
    assert "no-store" in shown["Cache-Control"]
    (event,) = deeds("request.unmask")
    assert (event.note, event.subject_name, event.actor_id) == (REASON, row.number, desk.officer.pk)
    assert not any(secret in f"{event.before}{event.after}" for secret in SECRETS.values())


@pytest.mark.parametrize("reason", ["", "  ", "看看", "核对张某 13800005521"])
def test_reason_must_say_something_and_name_nobody(desk: Desk, row: InformationRequest, reason: str) -> None:
    answer = desk.handling.post(door(row), {"reason": reason})

    assert answer.context["form"].errors and SECRETS["name"] not in text_of(answer)
    assert not deeds("request.unmask")


@pytest.mark.parametrize("role", Role)
def test_only_who_handles_or_signs_there_looks_behind_the_mask(desk: Desk, row: InformationRequest, role: Role) -> None:
    may = role in {Role.REQUEST_OFFICER, Role.APPROVER, Role.OFFICE_HEAD}

    own = desk.member(role).post(door(row), {"reason": REASON})
    other = signed_in(make_member(role)).post(door(row), {"reason": REASON})

    assert (SECRETS["name"] in text_of(own)) == may
    assert SECRETS["name"] not in text_of(other)
    assert len(deeds("request.unmask")) == may


def test_purged_applicant_is_not_there(desk: Desk) -> None:
    row = make_request(agency=desk.agency, has_applicant=False)

    answer = desk.handling.post(door(row), {"reason": REASON})

    assert "没有申请人信息" in text_of(answer) and not deeds("request.unmask")


@pytest.mark.parametrize("reason", ["核对林小溪的证明", "核对证件E12345678"])
def test_reason_that_names_the_applicant_never_comes_into_the_trail(
    desk: Desk, row: InformationRequest, reason: str
) -> None:
    unmasked = desk.handling.post(door(row), {"reason": reason})
    opened = desk.handling.post(door(row), {"reason": reason, "paper": paper(row).pk})

    assert all("申请人的姓名" in str(answer.context["form"].errors) for answer in (unmasked, opened))
    assert not deeds("request.unmask") and not deeds("request.open_paper")


def test_name_in_a_reason_is_told_to_nobody_who_may_not_look(row: InformationRequest) -> None:
    stranger = make_member(Role.REQUEST_OFFICER)

    guessed, wrong = (
        applicants.reasons_against_unmasking(row, reason, stranger) for reason in ("林小溪吗", "王小二吗")
    )

    assert guessed == wrong


HIS_PAPERS = [FileKind.PROOF, FileKind.APPLICATION, FileKind.CORRECTION, FileKind.MESSAGE]


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind not in HIS_PAPERS])
def test_other_files_open_without_a_reason_and_leave_a_trace(
    desk: Desk, row: InformationRequest, kind: FileKind
) -> None:
    held = paper(row, kind)

    opened = desk.handling.get(reverse(f"{NAME}_file", args=[row.pk, held.pk]))

    (event,) = deeds("request.open_file")
    assert opened.status_code == 200 and b"".join(opened.streaming_content)  # type: ignore[attr-defined]
    assert (event.after, event.actor_id, event.subject_name) == (
        {"file": held.pk, "kind": kind}, desk.officer.pk, row.number,
    )  # fmt: skip


@pytest.mark.parametrize("kind", HIS_PAPERS)
def test_papers_that_say_who_applies_open_with_the_reason_alone(
    desk: Desk, row: InformationRequest, kind: FileKind
) -> None:
    held, client = paper(row, kind), desk.handling

    plainly = client.get(reverse(f"{NAME}_file", args=[row.pk, held.pk]))
    unreasoned = client.post(door(row), {"paper": held.pk})
    opened = client.post(door(row), {"paper": held.pk, "reason": REASON})

    assert plainly.status_code == 404 and unreasoned.context["form"].errors
    assert opened.status_code == 200 and b"".join(opened.streaming_content)  # type: ignore[attr-defined]
    (event,) = deeds("request.open_paper")
    assert event.note == REASON and event.after["file"] == held.pk


@pytest.mark.parametrize("pk", ["0", "x", "9" * 30])
def test_paper_of_another_request_is_not_found(desk: Desk, row: InformationRequest, pk: str) -> None:
    foreign = paper(make_request(agency=desk.agency))

    for wanted in (pk, str(foreign.pk)):
        assert desk.handling.post(door(row), {"paper": wanted, "reason": REASON}).status_code == 404


# --- search -------------------------------------------------------------------------------------------------------


def test_applicant_is_found_by_exactly_what_is_known_of_him(desk: Desk, row: InformationRequest) -> None:
    make_request(agency=desk.agency)
    address, client = reverse(f"{NAME}_find"), desk.handling

    for wanted in (
        {"name": "林小溪"},
        {"phone": "１３８００００５５２１"},
        {"identity_number": "e12345678"},
        {"name": "林小溪", "phone": "138 0000 5521"},
    ):
        found = client.post(address, wanted)
        assert [shown[0].pk for shown in found.context["rows"]] == [row.pk], wanted
        assert "林**" in text_of(found)

    assert not client.post(address, {"name": "林小"}).context["rows"]
    assert not client.post(address, {"name": "林小溪", "phone": "13900000000"}).context["rows"]
    assert client.post(address, {}).context["form"].errors


def test_search_is_in_the_trail_without_what_was_searched_for(desk: Desk, row: InformationRequest) -> None:
    answer = desk.handling.post(reverse(f"{NAME}_find"), {"name": "林小溪"})

    (event,) = deeds("request.search_applicant")
    assert event.after == {"by": ["name"], "found": 1} and "林小溪" not in str(event.__dict__)
    assert "no-store" in answer["Cache-Control"] and answer.wsgi_request.META["QUERY_STRING"] == ""


def test_search_reads_no_address_and_finds_nothing_elsewhere(desk: Desk, row: InformationRequest) -> None:
    address = reverse(f"{NAME}_find")
    stranger = signed_in(make_member(Role.REQUEST_OFFICER))

    by_address = desk.handling.get(address, {"name": "林小溪"})
    elsewhere = stranger.post(address, {"name": "林小溪"})

    assert not by_address.context["is_answered"] and row.number not in text_of(by_address)
    assert elsewhere.context["rows"] == []
    assert desk.member(Role.AGENCY_HEAD).post(address, {"name": "林小溪"}).status_code == 403
