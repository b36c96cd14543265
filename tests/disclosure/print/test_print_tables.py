"""Lists on paper: the rows of the page and of the CSV, at once or in volumes."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from disclosure import print_tables, print_volumes
from disclosure.catalogue_export import HEADER
from disclosure.enums import ItemState, LogKind, PrintState
from disclosure.models import Item, PrintJob
from disclosure.services import print_jobs, redact
from disclosure.views import print_jobs as views
from govportal import jobs, pdf, throttle
from govportal.models import Leader
from govportal.now import now
from govportal.site import absolute_url
from tests import paper
from tests.disclosure.doors import READERS, make_world, text_of, title_of
from tests.factories import make_agency, make_item
from tests.factories.obligations import make_entry

pytestmark = pytest.mark.django_db
DOORS = (
    "powers_pdf", "services_pdf", "normative_pdf", "projects_pdf", "enforcement_pdf", "gazettes_pdf", "items_pdf",
    "leaders_pdf", "catalogue_pdf",
)  # fmt: skip
RARE = "镕堃喆玥珺瑄鑫垚犇骉飍焱淼赟昇祎彧烜皞燚"


@pytest.fixture
def as_html(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a paper is laid out from, instead of the paper."""
    monkeypatch.setattr(pdf, "render", lambda html, **_values: html.encode())


def make_power(title: str, **values: Any) -> Item:
    extra = {
        "power_kind": "licence",
        "subject": "县政府",
        "basis": ["《条例》第一条", "《条例》第二条"],
        "fee": "不收费",
    }
    edition = {"title": title, "extra": extra | values.pop("extra", {})}
    return make_item(item_type="power", edition=edition, **values)


def csv_rows(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(client.get(address)).lstrip("\ufeff"))))


def test_paper_of_powers_says_what_the_csv_says(client: Client) -> None:
    make_agency(code="one")
    item = make_power(f"占道许可{RARE}")
    answer = client.get(reverse("powers_pdf"))

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline; filename")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("powers_pdf"), headers={"if-none-match": answer["ETag"]}).status_code == 304
    made = answer.content
    said = paper.text(made)
    (row,) = csv_rows(client, reverse("data_csv", args=["power"]))
    for heading, value in row.items():
        if heading != "网址":
            assert "".join(heading.split()) in said
            assert "".join(value.split()) in said, heading
    assert paper.codes(made) == [absolute_url(reverse("powers"))]
    assert paper.has_tags(made) and paper.title(made) == "权力清单"
    assert all(font.is_embedded for font in paper.fonts(made))
    assert not paper.ink_outside(made, 6)
    assert absolute_url(item.get_absolute_url()) in paper.links(made)
    assert paper.page_sizes(made) == [(420, 297)]


def test_long_table_repeats_its_head_and_parts_no_row(client: Client) -> None:
    for number in range(60):
        make_power(f"事项{number:03}始{'长' * 40}末{number:03}")

    made = client.get(reverse("powers_pdf")).content

    pages = paper.pages(made)
    assert len(pages) > 1
    for page in pages:
        assert "职权编码" in page
        assert page.count("始") == page.count("末")


@pytest.mark.usefixtures("as_html")
def test_filters_of_the_page_are_those_of_csv_and_paper(client: Client) -> None:
    one, two = make_agency(code="one", name="甲局"), make_agency(code="two", name="乙局")
    make_power("许可甲", agency=one)
    make_power("处罚甲", agency=one, extra={"power_kind": "penalty"})
    make_power("许可乙", agency=two)
    make_power("废止丙", agency=one, state=ItemState.VOID)

    for query, expected in {
        "": {"许可甲", "处罚甲", "许可乙"},
        "?kind=licence": {"许可甲", "许可乙"},
        "?agency=one&kind=licence": {"许可甲"},
        "?agency=one&validity=all": {"许可甲", "处罚甲", "废止丙"},
    }.items():
        page = client.get(reverse("powers") + query)
        links = text_of(page).replace("&amp;", "&")
        text = text_of(client.get(reverse("powers_pdf") + query))
        assert {item.title for item, _extra in page.context["rows"]} == expected
        listed = csv_rows(client, reverse("data_csv", args=["power"]) + query)
        assert {row["名称"] for row in listed} == expected
        assert {title for title in ("许可甲", "处罚甲", "许可乙", "废止丙") if title in text} == expected
        assert reverse("powers_pdf") in links
    assert "条件：甲局" in text_of(client.get(reverse("powers_pdf") + "?agency=one"))


def test_parameters_that_mean_nothing_are_refused_with_words(client: Client) -> None:
    bad = ("?agency=nobody", "?agency=%00", "?kind=x", "?validity=x", "?year=abc", "?published_after=2024-13-45")
    for query in bad:
        for door in ("powers_pdf", "items_pdf", "normative_pdf", "catalogue_pdf"):
            answer = client.get(reverse(door) + query)
            assert answer.status_code in {200, 400}, (door, query)
            if answer.status_code == 400:
                assert text_of(answer)
    assert client.get(reverse("powers_pdf") + "?kind=x").status_code == 400
    assert client.put(reverse("powers_pdf")).status_code == 405
    for door in (reverse("powers_pdf"), reverse("data_csv", args=["power"])):
        assert client.get(f"{door}?foo=1&page=2").status_code == 200, door  # no condition of the list


@pytest.mark.usefixtures("as_html")
def test_papers_hold_what_everybody_may_read_whoever_asks() -> None:
    world = make_world()
    types = {
        "powers_pdf": {"power"}, "services_pdf": {"service_guide"}, "normative_pdf": {"normative"},
        "projects_pdf": {"project"}, "enforcement_pdf": {"enforcement"}, "gazettes_pdf": {"gazette"},
    }  # fmt: skip

    for door in DOORS[:-2]:
        for reader in READERS:
            text = text_of(world.client(reader).get(reverse(door) + ("" if door == "items_pdf" else "?validity=all")))
            for item in world.items:
                expected = world.may_read("anonymous", item) and (door not in types or item.item_type in types[door])
                assert (title_of(item) in text) == expected, (door, reader, item.state, item.audience)
            assert "未定稿" not in text


def test_catalogue_is_the_official_form(client: Client) -> None:
    make_entry("20个工作日内", level1="机构信息", level2="机关职能", elements="机构名称；主要职责", domain="综合政务")

    made = client.get(reverse("catalogue_pdf")).content

    said = paper.text(made)
    for words in ("综合政务", "机构信息", "机关职能", "机构名称；主要职责", "√"):
        assert words in said
    for heading in HEADER[1:15]:
        assert heading.rpartition("_")[2] in said
    assert paper.has_tags(made)


def test_every_list_of_the_portal_is_a_paper(client: Client) -> None:
    agency = make_agency(code="one", name="甲局")
    Leader.objects.create(agency=agency, name=RARE, post="局长", division="主持全面工作")
    Leader.objects.create(agency=make_agency(is_active=False), name="旧人", post="局长")
    contents = {"year": 2026, "issue": 3, "contents": ["第一篇", "第二篇"]}
    gazette = make_item(item_type="gazette", agency=agency, edition={"title": "第三期", "extra": contents})
    decided = {"decision_number": "甲罚〔2026〕1号", "kind": "penalty", "party": "王小明", "decided_on": "2026-01-05"}
    planned = {"project_code": "2603-01", "stage": "planned", "investment": "11840.00", "owner": "甲公司"}
    make_item(item_type="enforcement", agency=agency, edition={"title": "处罚", "extra": decided})
    make_item(item_type="project", agency=agency, edition={"title": "大桥", "extra": planned})

    said = {page: text_of_paper(client, page) for page in ("leaders", "gazettes", "enforcement", "projects")}

    for page, words in {
        "leaders": ("甲局", RARE, "局长", "主持全面工作"),
        "gazettes": (gazette.index_number, "第三期", "2026", "第一篇第二篇"),
        "enforcement": ("甲罚〔2026〕1号", "行政处罚", "2026-01-05"),
        "projects": ("2603-01", "大桥", "11840.00", "甲公司"),
    }.items():
        for word in words:
            assert word in said[page], (page, word)
    assert "旧人" not in said["leaders"] and "王小明" not in said["enforcement"]
    assert client.get(reverse("gazettes_pdf") + "?agency=nobody").status_code == 400


def text_of_paper(client: Client, page: str) -> str:
    assert reverse(f"{page}_pdf") in text_of(client.get(reverse(page))), f"{page} has no way to its paper"
    made = client.get(reverse(f"{page}_pdf")).content
    assert paper.codes(made) == [absolute_url(reverse(page))]
    return paper.text(made)


def test_paper_is_the_same_in_whatever_language_it_was_asked_for(client: Client) -> None:
    make_item(item_type="power", edition={"title": "食品经营许可"})

    addresses = [
        reverse(name) for name in ("items_pdf", "powers_pdf", "catalogue_pdf")
    ]  # a request leaves its language
    for address in addresses:
        chinese, english = client.get(address), client.get(f"/en{address}")
        assert chinese.status_code == 200 and english.content == chinese.content, address


def test_widths_of_columns_part_no_heading_code_or_telephone(client: Client) -> None:
    extra = {"power_code": "CM-JF-0125-003", "statutory_days": 20, "complaint_channel": "县人社局 0399-6612800，12333"}
    make_power("占道许可", extra=extra | {"fee": "每平方米38元、30元、22元，基本农田加倍"})

    lines = [line.strip() for line in paper.poppler("pdftotext", client.get(reverse("powers_pdf")).content).split("\n")]

    assert not [line for line in lines if line.startswith(("，", "。", "、", "日）"))]
    assert {"（工作日）", "CM-JF-0125-003"} <= set(lines)


def make_many(monkeypatch: pytest.MonkeyPatch, count: int = 5) -> list[Item]:
    """More powers than one paper takes, which here are two."""
    monkeypatch.setattr(print_tables, "ROWS", 2)
    monkeypatch.setattr(views, "ROWS", 2)
    monkeypatch.setattr(jobs, "enqueue", lambda _name, **_ids: None)
    agency = make_agency()
    return [make_power(f"事项{number}", agency=agency) for number in range(count)]


def run(job: PrintJob) -> None:
    for part in job.parts.all():
        print_jobs.make(part.pk, print_volumes.make, clock=now)
    print_jobs.finish(job.pk, at=now())


@pytest.mark.usefixtures("as_html")
def test_long_list_is_offered_ordered_watched_and_fetched(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    items = make_many(monkeypatch)
    address = reverse("powers_pdf") + "?kind=licence"

    offer = client.get(address)
    assert offer.status_code == 200 and offer["Content-Type"].startswith("text/html")
    assert "共 5 条" in text_of(offer) and "分 3 册" in text_of(offer)
    assert "no-store" in offer["Cache-Control"]
    sent = client.post(address)
    job = PrintJob.objects.get()
    page_of_job = reverse("print_job", args=[job.key])
    assert sent["Location"] == page_of_job
    waiting = text_of(client.get(page_of_job))
    assert 'http-equiv="refresh"' in waiting and "共 3 册" in waiting

    # One is withdrawn while volumes are made: the others stay where they were, and the paper says so.
    Item.objects.filter(pk=items[4].pk).update(state=ItemState.WITHDRAWN)
    run(job)
    done = text_of(client.get(page_of_job))
    assert 'http-equiv="refresh"' not in done
    file_url = reverse("print_file", args=[job.key, print_jobs.file_name(job)])
    assert file_url in done
    answer: Any = client.get(file_url)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()[:3]]
    titles = [[item.title for item in items if f">{item.title}<" in text] for text in texts]
    assert sorted(title for some in titles for title in some) == sorted(item.title for item in items[:4])
    assert [len(some) for some in titles] == [1, 2, 1]
    assert sum("有 1 条不再列入" in text for text in texts) == 1
    assert "第 3—4 条" in texts[1]
    assert client.get(file_url, headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_file_with_something_taken_back_is_given_to_nobody(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    make_many(monkeypatch)
    monkeypatch.setattr(pdf, "render", lambda html, **_values: html.encode())
    client.post(reverse("powers_pdf"))
    job = PrintJob.objects.get()
    run(job)
    file_url = reverse("print_file", args=[job.key, print_jobs.file_name(job)])
    assert client.get(file_url).status_code == 200

    monkeypatch.setattr(print_jobs, "is_outdated", lambda _job: True)

    answer = client.get(file_url)
    assert answer.status_code == 410
    assert "重新生成" in text_of(answer)
    assert reverse("powers_pdf") in text_of(answer)
    assert file_url not in text_of(client.get(reverse("print_job", args=[job.key])))


def test_keys_and_names_that_are_none_lead_nowhere(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_many(monkeypatch)
    monkeypatch.setattr(pdf, "render", lambda html, **_values: html.encode())
    client.post(reverse("powers_pdf"))
    job = PrintJob.objects.get()
    waiting = reverse("print_file", args=[job.key, print_jobs.file_name(job)])
    assert client.get(waiting).status_code == 404
    run(job)

    for path in (
        "/print/nobody/", f"/print/{'k' * 300}/", f"/print/{job.key}x/", f"/print/{job.key}/other.zip",
        f"/print/{job.key}/..%2F..%2Fsecret_key", f"/print/{job.key}/%2e%2e/", f"/print/{job.key}/0001.pdf",
        f"/print/{job.key}/a%00b", "/print/%00/",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert client.post(reverse("print_job", args=[job.key])).status_code == 405


def test_orders_of_one_address_are_bounded_and_pressing_again_counts_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(monkeypatch)
    for _time in range(3):
        client.post(reverse("powers_pdf"))
    assert throttle.taken(views.ORDERS, "127.0.0.1", at=now()) == 1
    for _time in range(views.ORDERS.times - 1):
        PrintJob.objects.update(state=PrintState.FAILED)
        assert client.post(reverse("powers_pdf")).status_code == 302

    PrintJob.objects.update(state=PrintState.FAILED)
    answer = client.post(reverse("powers_pdf"))

    assert answer.status_code == 429
    assert "明天再来" in text_of(answer)
    monkeypatch.setattr(views, "MOST_ROWS", 4)
    assert "生成分册" not in text_of(client.get(reverse("powers_pdf")))


@pytest.mark.usefixtures("as_html")
def test_papers_that_are_kept_cost_an_address_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_power("事项")
    monkeypatch.setattr(views, "PAPERS", throttle.Limit("papers", 1, views.PAPERS.within))
    client.cookies["messages"] = "x"  # whose page is kept for nobody

    first = [client.get(reverse("powers_pdf")).status_code for _time in range(3)]
    make_power("又一事项")
    refused = client.get(reverse("powers_pdf"))

    assert first == [200, 200, 200]
    assert refused.status_code == 429 and "过一会儿" in text_of(refused)


def test_text_that_is_too_long_for_a_paper_is_answered_with_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(monkeypatch, 3)
    monkeypatch.setattr(pdf, "MOST_HTML", 100)

    offered = client.get(reverse("normative_pdf"))
    client.post(reverse("powers_pdf"))
    job = PrintJob.objects.get()
    run(job)

    assert offered.status_code == 200 and "放不下" in text_of(offered)
    job.refresh_from_db()
    assert (job.state, job.fault) == (PrintState.FAILED, print_jobs.TOO_LONG)
    assert print_jobs.TOO_LONG in text_of(client.get(reverse("print_job", args=[job.key])))


def test_deleted_text_is_in_no_kept_paper(tmp_path: Path) -> None:
    kept = tmp_path / "papers" / "ab"
    kept.mkdir(parents=True)
    (kept / "abcd.pdf").write_bytes(b"%PDF")
    redact._forget_papers()

    assert not list(tmp_path.rglob("*.pdf"))
    assert LogKind.REDACT in print_jobs._TAKEN_BACK
