import os
import re
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from disclosure.admin.catalogue import CatalogueEntryAdmin
from disclosure.enums import Level
from disclosure.models import CatalogueEntry
from disclosure.services.adopt_template import seed
from govportal import staged_uploads
from govportal.imports import ImportResult
from govportal.models import Agency, AuditEvent, PublicRevision
from govportal.permissions import Role
from tests.factories import make_agency, make_catalogue_entry, make_member

pytestmark = pytest.mark.django_db

TABLE = "领域,一级事项,二级事项,公开时限,公开主体\n社会救助,综合业务,政策法规,20个工作日,县民政局\n"
IMPORT = "/admin/disclosure/catalogueentry/import/"


@pytest.fixture
def top() -> Agency:
    return make_agency(code="GOV", name="澄明县人民政府")


@pytest.fixture
def staff(client: Client, top: Agency) -> Client:
    client.force_login(make_member(Role.ADMINISTRATOR, top))
    return client


def upload(client: Client, content: str | bytes = TABLE, path: str = IMPORT) -> str:
    data = content.encode() if isinstance(content, str) else content
    response = client.post(path, {"file": SimpleUploadedFile("catalogue.csv", data)})
    assert response.status_code == 200
    return response.content.decode()


def token_of(page: str) -> str:
    match = re.search(r'name="token" value="([^"]+)"', page)
    assert match
    return match[1]


def test_upload_shows_preview_and_writes_nothing(staff: Client) -> None:
    page = upload(staff)

    assert "新增 1" in page
    assert "公开主体“县民政局”不在单位名录中。" in page
    assert not CatalogueEntry.objects.exists()


def test_confirm_imports_file_kept_from_preview(staff: Client) -> None:
    token = token_of(upload(staff))

    response = staff.post(IMPORT, {"token": token}, follow=True)

    assert CatalogueEntry.objects.get().level2 == "政策法规"
    assert "新增 1" in response.content.decode()


def test_confirm_twice_is_told_file_is_gone(staff: Client) -> None:
    token = token_of(upload(staff))
    staff.post(IMPORT, {"token": token})

    response = staff.post(IMPORT, {"token": token}, follow=True)

    assert "已经导入或清除" in response.content.decode()


def test_second_click_during_the_import_is_told_so(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(upload(staff))
    imports: list[Path] = []

    def slow_import(_self: object, source: Path, **_options: object) -> ImportResult:
        imports.append(source)
        if len(imports) == 1:
            second = staff.post(IMPORT, {"token": token}, follow=True)
            assert "已经导入或清除" in second.content.decode()
        return ImportResult(())

    monkeypatch.setattr(CatalogueEntryAdmin, "run_import", slow_import)
    staff.post(IMPORT, {"token": token})

    assert len(imports) == 1


@pytest.mark.parametrize("change", [lambda token: token[:-2] + "xx", lambda token: "nonsense", lambda token: ""])
def test_confirm_with_changed_token_is_refused(staff: Client, change) -> None:  # type: ignore[no-untyped-def]
    token = token_of(upload(staff))

    response = staff.post(IMPORT, {"token": change(token)}, follow=True)

    assert "请重新上传" in response.content.decode()
    assert not CatalogueEntry.objects.exists()


def test_confirm_by_another_user_is_refused(staff: Client, top: Agency) -> None:
    token = token_of(upload(staff))
    other = Client()
    other.force_login(make_member(Role.ADMINISTRATOR, top))

    response = other.post(IMPORT, {"token": token}, follow=True)

    assert "不是您上传的" in response.content.decode()


def test_confirm_after_an_hour_is_refused(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(upload(staff))
    later = time.time() + staged_uploads.MAX_AGE + 1
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)

    with pytest.raises(staged_uploads.StaleUpload, match="一小时"):
        staged_uploads.staged(token, by=None, purpose="")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04zip", b"a,b\n1,2\n", b"\xff\xfe\x81\x81", "领域,一级事项\n".encode()]
)
def test_upload_of_bad_file_answers_with_message(staff: Client, content: bytes) -> None:
    page = upload(staff, content)

    assert "errorlist" in page


def test_preview_as_csv_has_every_row(staff: Client) -> None:
    token = token_of(upload(staff))

    response = staff.post(IMPORT, {"token": token, "report": "1"})

    assert response["Content-Type"].startswith("text/csv")
    assert len(response.content.decode("utf-8-sig").splitlines()) == 2


@pytest.mark.parametrize("path", [IMPORT, "/admin/disclosure/catalogueentry/adopt/county/"])
def test_import_is_closed_to_administrator_of_one_department(client: Client, top: Agency, path: str) -> None:
    client.force_login(make_member(Role.ADMINISTRATOR, make_agency(parent=top)))

    assert client.get(path).status_code == 403


def test_import_is_closed_to_publisher(client: Client, top: Agency) -> None:
    client.force_login(make_member(Role.PUBLISHER, top))

    assert client.get(IMPORT).status_code == 403


def test_list_shows_rule_and_buttons(staff: Client) -> None:
    staff.post(IMPORT, {"token": token_of(upload(staff))})

    page = staff.get("/admin/disclosure/catalogueentry/").content.decode()

    for words in ("自信息形成或者变更之日起20个工作日内公开", "导入表格", "导出 XLSX", "采用县级模板"):
        assert words in page


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_export_answers_file(staff: Client, name: str) -> None:
    make_catalogue_entry()

    response = staff.get(f"/admin/disclosure/catalogueentry/export/{name}/")

    assert response.status_code == 200
    assert f"catalogue.{name}" in response["Content-Disposition"]


def test_adopt_asks_first_and_then_creates_entries(staff: Client) -> None:
    seed().apply("default")
    path = "/admin/disclosure/catalogueentry/adopt/township/"

    asked = staff.get(path).content.decode()
    before = CatalogueEntry.objects.count()
    staff.post(path)

    assert "确认采用" in asked
    assert (before, CatalogueEntry.objects.count() >= 20) == (0, True)


def test_adopt_of_unknown_template_says_so(staff: Client) -> None:
    response = staff.get("/admin/disclosure/catalogueentry/adopt/moon/", follow=True)

    assert "没有这个目录模板" in response.content.decode()


def form_values(entry: CatalogueEntry, **values: object) -> dict[str, object]:
    return {
        "code": entry.code, "domain": "社会救助", "category": "affairs", "level1": "低保", "timing_text": "7个工作日",
        "target": "society", "mode": "proactive", "item_type": "general", "position": 0, "is_active": "on",
        "in_force_on": entry.in_force_on.isoformat(),
        "channels": ["website"], "levels": [Level.COUNTY.value], "responsible_kinds": ["department"],
    } | values  # fmt: skip


def test_change_reads_rule_from_text_and_audits(staff: Client) -> None:
    entry, agency = make_catalogue_entry(), make_agency()
    address = reverse("admin:disclosure_catalogueentry_change", args=[entry.pk])

    response = staff.post(address, form_values(entry, agencies=[agency.pk]))

    entry.refresh_from_db()
    assert response.status_code == 302, response.context["errors"]
    assert (entry.timing_kind, entry.timing_n, entry.channels, entry.levels) == (
        "after_event",
        7,
        ["website"],
        ["county"],
    )
    row, links = AuditEvent.objects.order_by("id")
    assert (row.action, links.action) == ("catalogueentry.change", "catalogueentry.change")
    assert (links.before, links.after) == ({"agencies": []}, {"agencies": [agency.pk]})


def test_change_of_agencies_alone_is_audited_and_renews_pages(staff: Client) -> None:
    agency = make_agency()
    entry = make_catalogue_entry(
        category="affairs", level1="低保", timing_text="", channels=["website"], levels=["county"],
        responsible_kinds=["department"],
    )  # fmt: skip
    entry.agencies.add(agency)
    number = PublicRevision.objects.count()
    address = reverse("admin:disclosure_catalogueentry_change", args=[entry.pk])

    staff.post(address, form_values(entry, agencies=[], timing_text=""))

    event = AuditEvent.objects.get()
    assert (event.before, event.after) == ({"agencies": [agency.pk]}, {"agencies": []})
    assert PublicRevision.objects.count() == number + 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"timing_text": "看情况"}, "看不懂这个时限"),
        ({"responsible_kinds": []}, "请选择公开主体"),
        ({"mode": "x"}, "x"),
    ],
)
def test_change_with_bad_value_is_refused(staff: Client, values: dict[str, object], message: str) -> None:
    entry = make_catalogue_entry()
    address = reverse("admin:disclosure_catalogueentry_change", args=[entry.pk])

    response = staff.post(address, form_values(entry, **values))

    assert response.status_code == 200
    assert message in response.content.decode()


def test_agencies_are_imported_with_the_same_preview(staff: Client) -> None:
    path = "/admin/govportal/agency/import/"
    token = token_of(upload(staff, "code,name,parent\nMZ,澄明县民政局,GOV\n", path))
    before = Agency.objects.count()

    staff.post(path, {"token": token})

    assert Agency.objects.count() == before + 1
    assert Agency.objects.get(code="MZ").parent == Agency.objects.get(code="GOV")


def test_stage_clears_files_nobody_confirmed(staff: Client, settings) -> None:  # type: ignore[no-untyped-def]
    upload(staff)
    folder: Path = settings.PORTAL_HOME / "imports"
    for file in folder.iterdir():
        os.utime(file, (0, 0))

    upload(staff)

    assert len(list(folder.iterdir())) == 1
