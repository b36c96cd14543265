"""Numbers, versions and files of letters."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from disclosure.models import IndexCounter
from govportal import private_files
from govportal.models import Agency, PrivateFile, User
from govportal.permissions import Role
from requests_app.enums import DeliveryWay, ReplyKind, State
from requests_app.letter_rules import LetterKind
from requests_app.letters import MissingFacts
from requests_app.models import Letter, RequestOffice
from requests_app.services import letter_delivery, letter_facts, letters
from requests_app.services.letter_delivery import Dispatch
from requests_app.services.letter_matter import Said
from requests_app.services.letters import Order
from requests_app.tasks import render_letter
from tests.factories import make_agency, make_member
from tests.factories.requests import (
    AT,
    TODAY,
    ask_party,
    make_proposal,
    make_request,
    officer_of,
    release_decision,
    releaser_of,
    request_in,
    reread_request,
)
from tests.requests_app.letter_cases import SCAN, answered, corrected, inquired, issued, make_office, said
from tests.threads import at_once

pytestmark = pytest.mark.django_db
WRITERS = 16


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter_facts, "reverse", lambda name: f"/{name}/")
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")


@pytest.fixture
def agency() -> Agency:
    return make_office()


# --- numbers ------------------------------------------------------------------------------------------------------


def test_letters_of_an_agency_are_numbered_in_order(agency: Agency) -> None:
    numbers = [issued(agency).number, answered(agency).number, inquired(agency).number]

    assert numbers == ["澄交公复〔2026〕1号", "澄交公复〔2026〕2号", "澄交公复〔2026〕3号"]


def test_every_agency_and_year_begins_at_one(agency: Agency) -> None:
    twin = make_office()
    next_year = AT + timedelta(days=366)

    numbers = [letters.allocate_number(each, year) for each in (agency, twin) for year in (AT.year, next_year.year)]

    assert numbers == ["澄交公复〔2026〕1号", "澄交公复〔2027〕1号"] * 2


def test_prefix_falls_back_to_the_short_name() -> None:
    agency = make_agency(name="澄明县民政局", short_name="县民政局")
    long = make_agency(name="某" * 120)

    assert letters.allocate_number(agency, 2026) == "县民政局公复〔2026〕1号"
    assert len(letters.allocate_number(long, 2026)) <= 80


def test_letter_that_comes_to_nothing_gives_its_number_back(agency: Agency) -> None:
    with transaction.atomic():
        issued(agency)
        transaction.set_rollback(True)

    assert issued(agency).number == "澄交公复〔2026〕1号"


def test_refused_letter_takes_no_number(agency: Agency) -> None:
    RequestOffice.objects.update(court="")
    row = request_in(State.IN_REVIEW, agency=agency)
    release_decision(row)

    with pytest.raises(ValidationError, match="文书缺少：管辖法院"):
        letters.issue(row.pk, Order(kind=LetterKind.DISCLOSED), actor=officer_of(agency), at=AT)

    assert not IndexCounter.objects.filter(prefix__startswith="letter").exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_letters_at_once_each_has_its_number_and_none_is_left_out(agency: Agency) -> None:
    if connection.vendor == "sqlite":
        rows, expected = [corrected(agency) for _number in range(4)], 4
    else:
        rows, expected = [corrected(agency) for _number in range(WRITERS)], WRITERS
    officer = officer_of(agency)

    outcomes = at_once(
        *(lambda pk=row.pk: letters.issue(pk, Order(kind=LetterKind.CORRECTION), actor=officer, at=AT) for row in rows)
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    numbers = sorted(int(re.findall(r"\d+", letter.number)[1]) for letter in Letter.objects.all())
    assert numbers == list(range(1, expected + 1))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_issue_the_same_letter_one_is_refused(agency: Agency) -> None:
    row, officer = corrected(agency), officer_of(agency)

    outcomes = at_once(lambda: letters.issue(row.pk, Order(kind=LetterKind.CORRECTION), actor=officer, at=AT), times=2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Letter", "ValidationError"]
    assert IndexCounter.objects.get(prefix__startswith="letter").last == 1


# --- issue --------------------------------------------------------------------------------------------------------


def test_only_the_office_writes_its_letters(agency: Agency) -> None:
    row, stranger = corrected(agency), officer_of(make_agency())

    with pytest.raises(ValidationError, match="没有依申请公开经办或者签发的角色"):
        letters.issue(row.pk, Order(kind=LetterKind.CORRECTION), actor=stranger, at=AT)


def test_reply_waits_for_its_release(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    order = Order(kind=LetterKind.DISCLOSED)

    before = letters.reasons_against_issuing(row, order, officer_of(agency), TODAY)
    release_decision(row, make_proposal(ReplyKind.NOT_EXISTING))
    other = letters.reasons_against_issuing(reread_request(row), order, officer_of(agency), TODAY)

    assert before == other == ["还没有签发的决定，不能生成这一文书。"]


def test_releaser_may_issue_too(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    decision = release_decision(row)

    letter = letters.issue(row.pk, Order(kind=LetterKind.DISCLOSED), actor=releaser_of(agency), at=AT)

    assert letter.decision == decision
    assert letter.is_for_applicant


def test_inquiry_of_another_request_is_refused(agency: Agency) -> None:
    row, other = request_in(State.IN_REVIEW, agency=agency), request_in(State.IN_REVIEW, agency=agency)
    foreign = ask_party(other)

    for inquiry in (None, foreign):
        order = Order(kind=LetterKind.PAUSE, inquiry=inquiry)
        reasons = letters.reasons_against_issuing(row, order, officer_of(agency), TODAY)
        assert reasons == ["须指明是哪一份征求意见。"]


def test_fact_that_cannot_be_read_is_a_reason_and_no_crash(agency: Agency) -> None:
    with pytest.raises(ValidationError, match="补正期限填写有误"):
        issued(agency, facts={"correct_by": "2024/13/45"})


def test_database_and_audit_name_nobody(agency: Agency) -> None:
    letter = answered(agency)
    name, subject = letter.request.applicant.name, letter.request.subject

    with connection.cursor() as cursor:
        cursor.execute("SELECT facts FROM requests_app_letter")
        (held,) = cursor.fetchone()

    assert name not in held
    assert letter.facts["addressee"] == name
    events = said("letter.issue")
    assert events
    assert not any(name in event or subject in event for event in events)


def test_database_refuses_a_second_letter_of_one_number_and_version(agency: Agency) -> None:
    letter = issued(agency)

    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(
            request=letter.request, agency=agency, kind="other", number=letter.number, issued_on=TODAY, issued_at=AT
        )

    assert Letter.objects.count() == 1


# --- preview and receipt ------------------------------------------------------------------------------------------


def test_preview_has_no_number_and_takes_none(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    said = Said(reasons="可以公开。", content="明细。")

    content = letters.preview(row, Order(kind=LetterKind.DISCLOSED), at=AT, said=said)

    assert content.startswith(b"%PDF-1.7")
    assert not IndexCounter.objects.filter(prefix__startswith="letter").exists()
    assert not Letter.objects.exists()


def test_preview_masks_the_applicant(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def render(_kind: LetterKind, facts: dict[str, Any]) -> bytes:
        seen.append(facts["addressee"])
        return b""

    monkeypatch.setattr(letters, "render_pdf", render)
    row = make_request(agency=agency, applicant={"name": "林晓舟"})

    letters.preview(row, Order(kind=LetterKind.DISCLOSED), at=AT)

    assert seen[0] != "林晓舟"
    assert seen[0].startswith("林")


def test_preview_without_a_fact_names_it(agency: Agency) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)

    with pytest.raises(MissingFacts, match="公开的内容"):
        letters.preview(row, Order(kind=LetterKind.DISCLOSED), at=AT)


# --- the paper ----------------------------------------------------------------------------------------------------


def test_job_makes_the_file_once(agency: Agency) -> None:
    letter = issued(agency)

    render_letter(letter.pk)
    first = letters.file_of(letter.pk)
    render_letter(letter.pk)

    assert first == letters.file_of(letter.pk)
    assert PrivateFile.objects.count() == 1
    assert private_files.open_bytes(first).startswith(b"%PDF-1.7")
    assert first.name == "政府信息公开申请补正告知书（澄交公复〔2026〕1号）.pdf"


@pytest.mark.django_db(transaction=True)
def test_readers_at_once_get_one_file(agency: Agency) -> None:
    letter = issued(agency)

    outcomes = at_once(lambda: letters.file_of(letter.pk).pk, times=3)

    assert len(set(outcomes)) == 1
    assert PrivateFile.objects.count() == 1


def test_look_of_staff_is_in_the_audit_trail(agency: Agency) -> None:
    letter = issued(agency)

    letters.open_by_staff(letter.pk, actor=officer_of(agency))

    assert len(said("letter.open")) == 1
    with pytest.raises(PermissionDenied):
        letters.open_by_staff(letter.pk, actor=make_member(Role.PUBLISHER, agency))


def test_sealed_copy_takes_the_place_of_our_pdf(agency: Agency) -> None:
    letter = issued(agency)
    ours = letters.file_of(letter.pk)

    letters.attach_sealed_copy(letter.pk, SimpleUploadedFile("扫描.pdf", SCAN), actor=officer_of(agency), at=AT)

    assert letters.file_of(letter.pk) != ours
    assert private_files.open_bytes(letters.file_of(letter.pk)) == SCAN


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("照片.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "扩展名"), ("表.csv", b"a,b\n", "这里只接受")],
)
def test_sealed_copy_must_be_a_scan(agency: Agency, name: str, content: bytes, reason: str) -> None:
    letter = issued(agency)

    with pytest.raises(ValidationError, match=reason):
        letters.attach_sealed_copy(letter.pk, SimpleUploadedFile(name, content), actor=officer_of(agency), at=AT)


def test_seal_may_be_added_to_our_pdf_and_nothing_else(agency: Agency) -> None:
    letter, officer = issued(agency), officer_of(agency)
    ours = private_files.open_bytes(letters.file_of(letter.pk))
    seal = b"\n9 0 obj <</Type /Catalog /AcroForm 8 0 R /Names <</EmbeddedFiles 5 0 R>>>> endobj\n%%EOF\n"

    def attach(content: bytes) -> None:
        letters.attach_sealed_copy(letter.pk, SimpleUploadedFile("电子印章.pdf", content), actor=officer, at=AT)

    for brought_in in (b"/S /JavaScript", b"/EF <</F 7 0 R>>", b"/Type /EmbeddedFile", b"/S /Launch"):
        with pytest.raises(ValidationError, match="含有脚本、附件"):
            attach(ours + b"\n7 0 obj <<" + brought_in + b">> endobj" + seal)
    within = re.search(rb"(\d+) 0 obj\s*<<[^>]*/EmbeddedFile", ours)
    assert within
    for other in (ours[:-1] + b"X", ours + b"\n" + within[1] + b" 0 obj <</Length 2>>stream\nMZ\nendstream endobj"):
        with pytest.raises(ValidationError, match="含有脚本、附件"):
            attach(other + seal)
    attach(ours + seal)

    assert private_files.open_bytes(letters.file_of(letter.pk)) == ours + seal


def test_sealed_copy_that_was_sent_stays(agency: Agency) -> None:
    letter, officer = issued(agency), officer_of(agency)
    letters.attach_sealed_copy(letter.pk, SimpleUploadedFile("甲.pdf", SCAN), actor=officer, at=AT)
    letter_delivery.send(letter.pk, Dispatch(way=DeliveryWay.DOWNLOAD), actor=officer, at=AT)

    with pytest.raises(ValidationError, match="用印件已经发出"):
        letters.attach_sealed_copy(letter.pk, SimpleUploadedFile("乙.pdf", SCAN), actor=officer, at=AT)


# --- a new version ------------------------------------------------------------------------------------------------


def test_new_version_keeps_number_and_facts_and_names_what_it_replaces(agency: Agency) -> None:
    old = issued(agency, facts={"items": "甲"})

    new = letters.regenerate(
        old.pk, reason="期限有误", actor=officer_of(agency), at=AT + timedelta(days=1),
        changes={"correct_by": "2026-03-20"},
    )  # fmt: skip

    assert (new.number, new.version, new.supersedes, new.reason) == (old.number, 2, old, "期限有误")
    assert (new.facts["items"], new.facts["correct_by"], new.facts["issued_on"]) == (["甲"], "2026-03-20", "2026-03-03")
    assert Letter.objects.get(pk=old.pk).facts == old.facts
    assert IndexCounter.objects.get(prefix__startswith="letter").last == 1


def test_new_version_needs_a_reason_and_the_newest_version(agency: Agency) -> None:
    old, officer = issued(agency), officer_of(agency)
    letters.regenerate(old.pk, reason="错字", actor=officer, at=AT)

    with pytest.raises(ValidationError) as refusal:
        letters.regenerate(old.pk, reason=" ", actor=officer, at=AT)

    assert refusal.value.messages == ["这一版次已经被新的版次替代。", "须写明重新生成的理由。"]


@pytest.mark.parametrize(
    "changes", [{"content": "另一份。"}, {"content": None}, {"supply": "当面"}, {"supplement": "补"}]
)
@pytest.mark.parametrize("who", [officer_of, releaser_of])
def test_new_version_of_a_signed_letter_says_nothing_that_was_not_signed(
    agency: Agency, who: Callable[[Agency], User], changes: dict[str, str]
) -> None:
    letter = answered(agency)

    with pytest.raises(ValidationError, match="不能在重新生成时更改"):
        letters.regenerate(letter.pk, reason="更正", actor=who(agency), at=AT, changes=changes)

    assert not letter.request.letters.filter(version=2).exists()


@pytest.mark.parametrize("name", ["interest", "information", "return_to"])
def test_letter_to_a_third_party_never_names_the_applicant(agency: Agency, name: str) -> None:
    row = request_in(State.IN_REVIEW, agency=agency)
    order = Order(kind=LetterKind.THIRD_PARTY_INQUIRY, inquiry=ask_party(row))
    told = {name: f"{row.applicant.name}所要的合同"}

    with pytest.raises(ValidationError, match="不告诉被征求意见的人谁申请"):
        letters.issue(row.pk, replace(order, facts=told), actor=officer_of(agency), at=AT)
    letter = letters.issue(row.pk, order, actor=officer_of(agency), at=AT)
    with pytest.raises(ValidationError, match="不告诉被征求意见的人谁申请"):
        letters.regenerate(letter.pk, reason="补充", actor=officer_of(agency), at=AT, changes=told)


@pytest.mark.parametrize("name", ["court", "review_body", "subject"])
def test_remedy_is_mended_by_whoever_signs_and_never_by_the_drafter(agency: Agency, name: str) -> None:
    letter, drafter, change = answered(agency), officer_of(agency), {name: "另一名称"}
    make_member(Role.OFFICE_HEAD, agency, user=drafter)
    colleague = make_member(Role.REQUEST_OFFICER, agency)

    for one in (drafter, colleague):
        with pytest.raises(ValidationError, match="不能在重新生成时更改"):
            letters.regenerate(letter.pk, reason="更正", actor=one, at=AT, changes=change)
    signer = make_member(Role.APPROVER, agency)
    new = letters.regenerate(letter.pk, reason="更正", actor=signer, at=AT, changes=change)

    assert new.facts[name] == "另一名称"


def test_contact_of_a_signed_letter_is_mended_by_whoever_handles_it(agency: Agency) -> None:
    letter = answered(agency)

    new = letters.regenerate(
        letter.pk, reason="电话有误", actor=officer_of(agency), at=AT, changes={"contact": "电话：0399-1"}
    )

    assert new.facts == letter.facts | {"contact": "电话：0399-1"}


@pytest.mark.parametrize("changes", [{"addressee": "他人"}, {"number": "甲〔2026〕9号"}, {"issuer": "他机关"}])
def test_new_version_goes_to_the_same_person_from_the_same_office(agency: Agency, changes: dict[str, str]) -> None:
    letter = issued(agency)

    with pytest.raises(ValidationError, match="不能在重新生成时更改"):
        letters.regenerate(letter.pk, reason="更正", actor=officer_of(agency), at=AT, changes=changes)


def test_fact_is_taken_away_by_none(agency: Agency) -> None:
    old = issued(agency, facts={"guidance": "写明年度。"})

    new = letters.regenerate(old.pk, reason="多余", actor=officer_of(agency), at=AT, changes={"guidance": None})

    assert "guidance" in old.facts and "guidance" not in new.facts


def test_reason_of_a_new_version_stays_out_of_the_audit_trail(agency: Agency) -> None:
    old = issued(agency)

    new = letters.regenerate(old.pk, reason="林某某的地址写错", actor=officer_of(agency), at=AT)

    assert new.reason == "林某某的地址写错"
    assert len(said("letter.regenerate")) == 1 and "林某某" not in said("letter.regenerate")[0]


@pytest.mark.parametrize(("changes", "reason"), [({"items": ""}, "需要补正的事项"), ({"correct_by": "x"}, "填写有误")])
def test_new_version_is_as_whole_as_the_first(agency: Agency, changes: dict[str, str], reason: str) -> None:
    letter = issued(agency)

    with pytest.raises(ValidationError, match=reason):
        letters.regenerate(letter.pk, reason="更正", actor=officer_of(agency), at=AT, changes=changes)
