"""Findings in the admin: the page on which somebody proposes, verbs, evidence, and who reads what."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from evaluation.enums import FindingState
from evaluation.models import Assessment, AssessmentRound, Check, Finding, FindingFile
from evaluation.services import evidence, findings
from govportal import private_files
from govportal.archives import RefusedFile
from govportal.calendar import load_calendar
from govportal.contributions import Visit, staff_queues
from govportal.models import AuditEvent, User
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in, text
from tests.evaluation.entry.test_entry_pages import PDF
from tests.factories.kernel import make_agency, make_member
from tests.factories.rounds import freeze_round, make_finding, make_inspector, open_round, share_round

pytestmark = pytest.mark.django_db
ADD = "/admin/evaluation/finding/add/"


@pytest.fixture
def row() -> AssessmentRound:
    return open_round()


@pytest.fixture
def assessment(row: AssessmentRound) -> Assessment:
    return row.assessments.select_related("round__indicator_set", "agency").get()


@pytest.fixture
def supervisor(row: AssessmentRound) -> User:
    return make_member(Role.SUPERVISOR, row.made_by.memberships.get().agency, full_name="陈监督")


def _typed(assessment: Assessment, code: str = "M1", **values: Any) -> dict[str, Any]:
    indicator = assessment.round.indicator_set.indicators.get(code=code)
    words = {"text": "公开栏半年没有更新", "count": "1", "unit": "0.20", "link": "", "item": "", "title": ""}
    return words | {"assessment": assessment.pk, "indicator": indicator.pk} | values


def _verb(finding: Finding, name: str) -> str:
    return reverse("admin:evaluation_finding_verb", args=[finding.pk, name])


def _count(user: User, key: str) -> int | None:
    figure = staff_queues.get(key).figure(Visit(User.objects.get(pk=user.pk), now(), load_calendar))
    return figure.count if figure else None


def test_supervisor_proposes_sees_his_own_and_nothing_else(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    other = make_finding(assessment, text="考核组自己发现的")
    client = signed_in(supervisor)

    landing = text(client.get("/admin/"))
    assert ADD in landing and "登记考核" not in landing
    client.post(ADD, _typed(assessment))
    client.post(ADD, _typed(assessment))  # pressed twice
    mine = Finding.objects.proposed().get()
    page = text(client.get("/admin/evaluation/finding/"))
    assert "公开栏半年没有更新" in page and "考核组自己发现的" not in page
    assert client.get(mine.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 302
    for address in ("/admin/evaluation/entry/", "/admin/evaluation/assessment/", "/admin/evaluation/objection/"):
        assert client.get(address).status_code == 403, address
    assert "现在不能办理" in text(client.get(_verb(mine, "adopt")))
    assert (_count(row.made_by, "finding-proposed"), _count(supervisor, "finding-proposed")) == (1, None)


def test_inspector_adopts_on_the_page_and_the_queue_empties(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    one = make_finding(assessment, state=FindingState.PROPOSED, found_by=supervisor)
    client = signed_in(row.made_by)

    assert str(one) in text(client.get(staff_queues.get("finding-proposed").url()))
    refused = text(client.post(_verb(one, "adopt"), {"count": "1", "unit": "0.30"}))
    assert "请从中选一个" in refused and 'value="0.30"' in refused
    client.post(_verb(one, "adopt"), {"count": "2", "unit": "0.50"})
    one.refresh_from_db()
    assert (one.state, one.deduction, one.decided_by) == (FindingState.STANDING, Decimal("1.00"), row.made_by)
    assert _count(row.made_by, "finding-proposed") == 0
    Assessment.objects.filter(pk=assessment.pk).update(inspector=row.made_by)
    figure = staff_queues.get("assessment-mine").figure(Visit(row.made_by, now(), load_calendar))
    assert figure and (figure.count, figure.note) == (1, "已查 1/3")
    assert Check.objects.count() == 1


def test_supervisor_is_shown_no_verb_of_inspectors(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    mine = make_finding(assessment, state=FindingState.PROPOSED, found_by=supervisor)
    client = signed_in(supervisor)

    waiting = text(client.get(mine.get_absolute_url()))
    assert all(_verb(mine, name) in waiting for name in ("evidence", "revise", "retract"))
    assert _verb(mine, "adopt") not in waiting and _verb(mine, "edit") not in waiting
    revised = {"text": "两处没有更新", "count": "2", "unit": "0.20", "seen": "1"}
    client.post(_verb(mine, "revise"), revised)
    mine.refresh_from_db()
    assert (mine.text, mine.deduction) == ("两处没有更新", Decimal("0.40"))
    assert _verb(mine, "revise") not in text(signed_in(row.made_by).get(mine.get_absolute_url()))
    findings.adopt(mine.pk, unit=Decimal("0.50"), count=1, actor=row.made_by, at=now())
    decided = text(client.get(mine.get_absolute_url()))
    assert "/do/" not in decided and "为什么有的现在不能办" not in decided
    assert _verb(mine, "withdraw") in text(signed_in(row.made_by).get(mine.get_absolute_url()))


def test_agency_is_asked_for_first_and_only_the_clauses_of_its_round_then(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    other = open_round(row.assessments.get().agency, slug="other", name="另一次考核", actor=row.made_by)
    told = share_round(open_round(make_agency(parent=row.made_by.memberships.get().agency), slug="told",
                                  actor=row.made_by))  # fmt: skip
    client = signed_in(supervisor)

    first = text(client.get(ADD))
    assert f'value="{assessment.pk}"' in first and f'value="{other.assessments.get().pk}"' in first
    assert f'value="{told.assessments.get().pk}"' not in first and 'name="indicator"' not in first
    second = text(client.get(f"{ADD}?assessment={assessment.pk}"))
    asked = {f'<option value="{one.pk}">' in second for one in row.indicator_set.indicators.manual()}
    others = [one for one in other.indicator_set.indicators.manual() if f'<option value="{one.pk}">' in second]
    assert asked == {True} and not others
    assert f'type="hidden" name="assessment" value="{assessment.pk}"' in second
    for wrong in (told.assessments.get().pk, "x", "9" * 30, "%00"):
        assert "请重新选择" in text(client.get(f"{ADD}?assessment={wrong}")), wrong


def test_bad_input_is_said_and_kept(assessment: Assessment, row: AssessmentRound, supervisor: User) -> None:
    client = signed_in(supervisor)
    foreign = open_round(slug="foreign").indicator_set.indicators.manual()[0]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"text": ""}, "必填"),
        ({"text": "长" * 501}, "500"),
        ({"text": "甲\x00乙"}, "甲"),
        ({"unit": "0.2.2"}, "0.2.2"),
        ({"unit": "1e9"}, "1e9"),
        ({"unit": ""}, "每次扣 0.20、0.50 分，请填写"),
        ({"count": "-1"}, "1"),
        ({"item": "没有"}, "没有索引号"),
        ({"link": "ftp://x.test/"}, "http"),
        ({"assessment": "\x00"}, "选择"),
        ({"assessment": "9" * 30}, "选择"),
        ({"indicator": foreign.pk}, "选择"),
        ({"indicator": "x"}, "选择"),
        ({"file": SimpleUploadedFile("截图.png", PDF)}, "不是图片"),
        ({"file": SimpleUploadedFile("材料.docx", PDF)}, "扩展名"),
        ({"file": SimpleUploadedFile("13800001111.pdf", PDF), "is_public": "on"}, "手机号"),
        ({"file": SimpleUploadedFile("a.pdf", PDF), "is_public": "on", "title": "张某 138 0000 1111"}, "手机号"),
    ]
    for values, words in wrong:
        answer = client.post(ADD, _typed(assessment) | values)
        assert answer.status_code == 200 and words in text(answer), values
    assert not Finding.objects.exists()
    assert client.get(f"{ADD}?assessment=%00&indicator=x").status_code == 200


def test_agency_reads_what_was_told_and_never_who_watched(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    head = signed_in(make_member(Role.OFFICE_HEAD, assessment.agency))
    one = make_finding(assessment, found_by=supervisor, decided_by=row.made_by, note="采纳陈监督所提")

    assert head.get(one.get_absolute_url()).status_code == 302
    share_round(row)
    page = text(head.get(one.get_absolute_url()))
    assert one.text in page and "陈监督" not in page and str(row.made_by) not in page and "撤销" not in page


def test_evidence_is_read_by_those_who_see_the_finding(
    assessment: Assessment, row: AssessmentRound, supervisor: User
) -> None:
    one = make_finding(assessment)
    by: dict[str, Any] = {"actor": row.made_by, "at": now()}
    upload = evidence.write(SimpleUploadedFile("记录.pdf", PDF), by=row.made_by, title="会议记录")
    [held] = evidence.add(one.pk, [upload], **by)
    address = reverse("admin:evaluation_finding_file", args=[one.pk, held.pk])

    assert signed_in(row.made_by).get(address).status_code == 200
    assert AuditEvent.objects.filter(action="finding.view_evidence").count() == 1
    head = make_member(Role.OFFICE_HEAD, assessment.agency)
    for user in (supervisor, head, make_member(Role.INSPECTOR, assessment.agency), make_inspector(make_agency())):
        assert signed_in(user).get(address).status_code == 404
    assert evidence.public_evidence(held.pk) is None
    evidence.set_public(held.pk, is_public=True, actor=row.made_by)
    assert evidence.public_evidence(held.pk) is None  # its round is not published
    frozen = freeze_round(share_round(row))
    assert signed_in(head).get(address).status_code == 200
    with pytest.raises(ValidationError, match="不能再改证据"):
        evidence.remove(held.pk, actor=frozen.made_by)


def test_evidence_for_everybody_names_nobody(assessment: Assessment, row: AssessmentRound) -> None:
    by: dict[str, Any] = {"actor": row.made_by, "at": now()}
    one = make_finding(assessment)
    for name, title in (("13800001111.pdf", "来电"), ("来电.pdf", "来电 138-0000-1111")):
        upload = evidence.write(SimpleUploadedFile(name, PDF), by=row.made_by, title=title)
        with pytest.raises(ValidationError, match="不能有身份证号"):
            evidence.add(one.pk, [replace(upload, is_public=True)], **by)
        [held] = evidence.add(one.pk, [upload], **by)
        with pytest.raises(ValidationError, match="不能有身份证号"):
            evidence.set_public(held.pk, is_public=True, actor=row.made_by)


def test_photo_loses_what_the_camera_wrote_and_disguises_are_refused(row: AssessmentRound) -> None:
    made = BytesIO()
    picture = Image.new("RGB", (40, 30), "red")
    exif = Image.Exif()
    exif[0x010E] = "38.0406N 114.5149E"
    picture.save(made, "JPEG", exif=exif)
    written = evidence.write(SimpleUploadedFile("现场.jpg", made.getvalue()), by=row.made_by)

    assert b"114.5149" in made.getvalue()
    assert b"114.5149" not in private_files.open_bytes(private_files.keep(written.file))
    shot = SimpleUploadedFile("网页.PNG", _screenshot() + b"<script>")
    kept = private_files.open_bytes(private_files.keep(evidence.write(shot, by=row.made_by).file))
    assert b"<script>" not in kept and b"114.5149" not in kept
    for name, content in (
        ("现场.jpg", PDF),
        ("现场.pdf", b"MZ\x90"),
        ("页.html", b"<script>1</script>"),
        ("空.pdf", b""),
    ):
        with pytest.raises(RefusedFile):
            evidence.write(SimpleUploadedFile(name, content), by=row.made_by)


def test_evidence_verbs_add_hide_and_remove(assessment: Assessment, row: AssessmentRound) -> None:
    one = make_finding(assessment, row.indicator_set.indicators.get(code="M2"), unit_deduction=Decimal(1))
    client = signed_in(row.made_by)

    client.post(_verb(one, "evidence"), {"file": SimpleUploadedFile("记录.pdf", PDF), "is_public": "on"})
    held = FindingFile.objects.get()
    assert held.is_public and "随成绩单公开" in text(client.get(one.get_absolute_url()))
    refused = client.post(_verb(one, "change_evidence"), {"evidence": held.pk, "change": "remove"})
    assert "须附证据" in text(refused)
    client.post(_verb(one, "change_evidence"), {"evidence": held.pk, "change": "inside"})
    assert not FindingFile.objects.get().is_public
    findings.edit(
        one.pk, findings.Content(text="改写", unit=Decimal(1), link="https://example.test/"), seen=one.version,
        actor=row.made_by, at=now(),
    )  # fmt: skip
    client.post(_verb(one, "change_evidence"), {"evidence": held.pk, "change": "remove"})
    assert not FindingFile.objects.exists()


def test_order_is_given_on_the_page_and_linked(assessment: Assessment, row: AssessmentRound) -> None:
    one = make_finding(assessment)
    client = signed_in(row.made_by)
    words = {"problem": "公开指南缺少电话", "requirement": "补全。", "basis": "《条例》第四十七条", "due_on": ""}

    assert "从何而来" in text(client.post(_verb(one, "order"), words | {"requirement": "按考核要求补全。"}))
    client.post(_verb(one, "order"), words)
    one.refresh_from_db()
    assert one.rectification and one.rectification.number in text(client.get(one.get_absolute_url()))


def _screenshot() -> bytes:
    made, words = BytesIO(), PngInfo()
    words.add_text("Author", "38.0406N 114.5149E")
    Image.new("RGB", (40, 30), "red").save(made, "PNG", pnginfo=words)
    return made.getvalue()
