"""Public pages of annual reports: the frozen payload in the official form, and nothing before it is published."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from disclosure.enums import ItemState
from disclosure.models import Item
from govportal.models.agency import AgencyKind
from requests_app.models import AnnualReport
from requests_app.report_form import FORMS, TABLE3
from requests_app.report_reading import read_report
from requests_app.services import annual_report
from tests.disclosure.doors import text_of
from tests.factories import make_agency
from tests.requests_app.report_samples import (
    REPORTED_AT,
    frozen_report,
    load_ledger,
    make_request,
    published_report,
    tallies_of,
    whole_report,
)

pytestmark = pytest.mark.django_db

KINDS = ("report", "report_pdf", "report_csv", "report_json")


@pytest.fixture(autouse=True)
def _no_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def address(report: AnnualReport, name: str = "report") -> str:
    return reverse(name, args=[report.agency.code, report.year])


class _Cells(HTMLParser):
    """The figures of every table, as they stand on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[str]] = []
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        if tag == "td" and self.tables:
            self.in_cell = True
            self.tables[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self.in_cell = False

    def handle_data(self, data: str) -> None:
        if self.in_cell:
            self.tables[-1][-1] += data


def shown(client: Client, report: AnnualReport) -> list[list[str]]:
    reader = _Cells()
    reader.feed(client.get(address(report)).content.decode())
    return reader.tables


@pytest.mark.parametrize("name", KINDS)
def test_report_that_is_frozen_but_not_published_is_not_found(client: Client, name: str) -> None:
    report = frozen_report()

    assert client.get(address(report, name)).status_code == 404
    assert report.agency.name not in text_of(client.get(reverse("reports")))


@pytest.mark.parametrize("name", KINDS)
def test_report_whose_item_was_withdrawn_leads_to_the_notice(client: Client, name: str) -> None:
    report = published_report()
    Item.objects.filter(annual_report=report).update(state=ItemState.WITHDRAWN)

    answer = client.get(address(report, name))

    assert report.item is not None
    assert (answer.status_code, answer.headers["Location"]) == (302, report.item.get_absolute_url())


@pytest.mark.parametrize("path", ["/reports/nobody/2025/", "/reports/a/0/", "/reports/a/99999/", "/reports/a/2025.pdf"])
def test_report_that_is_none_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_page_command_and_json_agree_cell_for_cell(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    agency = make_agency()
    load_ledger(agency, 2025, [tally for tally in tallies_of(whole_report()["table3"]) if 0 < tally.n < 9])
    report = published_report(agency=agency)
    make_request(agency, received_on=date(2025, 6, 1), outcome="r1")  # later: nobody sees it

    call_command("annual_report", agency.code, "2025")
    command = json.loads(capsys.readouterr().out)
    public = json.loads(client.get(address(report, "report_json")).content)

    assert command == public == report.payload
    assert sum(public["table3"]["new"]) > 100
    tables = read_report(public).tables
    cells = [[str(tables[form.key][row.key, column.key]) for row, column in form.cells()] for form in FORMS]
    assert [[cell.strip() for cell in table] for table in shown(client, report)] == cells


def test_item_leads_to_the_report_in_the_official_form(client: Client) -> None:
    report = published_report()
    assert report.item is not None

    page = client.get(report.item.get_absolute_url()).content.decode()

    assert f'href="{address(report)}"' in page
    assert f'href="{address(report, "report_pdf")}"' in page


def test_file_of_json_has_the_digest_that_the_page_names(client: Client) -> None:
    report = published_report()

    data = client.get(address(report, "report_json")).content

    assert hashlib.sha256(data).hexdigest() == report.digest
    assert report.digest in client.get(address(report)).content.decode()


def test_csv_holds_every_cell_with_its_words(client: Client) -> None:
    report = published_report()

    answer = client.get(address(report, "report_csv"))

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == sum(len(list(form.cells())) for form in FORMS) == 200
    assert rows[9] == {
        "table": "table2", "row": "fees", "row_label": "行政事业性收费", "column": "amount",
        "column_label": "本年收费金额（单位：万元）", "value": "12.5",
    }  # fmt: skip


def test_page_has_the_six_parts_and_the_words_of_the_form(client: Client) -> None:
    report = published_report()

    page = client.get(address(report)).content.decode()

    assert [heading.partition("、")[0] for heading in re.findall(r"<h2>(.+?)</h2>", page)] == list("一二三四五六")
    for form in FORMS:
        for row in form.rows:
            assert row.label in page
    assert "个别科室公开不及时" in page and "（本列数据的勾稽关系为" in page


def test_words_of_a_part_are_text_and_not_html(client: Client) -> None:
    report = published_report(parts={"one": "<script>alert(1)</script>", "five": "有问题。", "six": "未收取处理费。"})

    page = client.get(address(report)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_report_of_a_government_says_how_many_it_is_of(client: Client) -> None:
    county = make_agency(kind=AgencyKind.GOVERNMENT)
    make_agency(parent=county)

    page = text_of(client.get(address(published_report(agency=county))))

    assert "共 2 个，每件申请只计一次" in page


def test_pdf_is_one_and_the_same_and_holds_its_data(client: Client) -> None:
    report = published_report()

    first = client.get(address(report, "report_pdf"))
    cache.clear()
    second = client.get(address(report, "report_pdf"))

    assert first.headers["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_as_many_queries_for_one_as_for_three(
    client: Client, number: int, django_assert_num_queries: Any
) -> None:
    for _each in range(number):
        published_report()
    client.get(reverse("reports"))  # the revision is known

    with django_assert_num_queries(5):
        answer = client.get(reverse("reports"), {"page": "1", "x": "no cache"})

    assert len(answer.context["page"].object_list) == number


def test_list_is_narrowed_by_agency_and_year(client: Client) -> None:
    report, other = published_report(), published_report(year=2024)

    def found(**asked: str) -> list[AnnualReport]:
        return list(client.get(reverse("reports"), asked).context["page"].object_list)

    assert found() == [report, other]
    assert found(agency=other.agency.code) == [other]
    assert found(year="2025") == [report]
    assert found(agency=other.agency.code, year="2025") == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"agency": "nobody"}, "代码为“nobody”的单位"), ({"year": "二"}, "没有 二 年度"), ({"page": "0"}, "页码“0”无效")],
)
def test_list_says_what_an_address_means_nothing_by(client: Client, asked: dict[str, str], said: str) -> None:
    published_report()

    assert said in text_of(client.get(reverse("reports"), asked))


def test_command_computes_what_is_not_frozen(capsys: pytest.CaptureFixture[str]) -> None:
    agency = make_agency()
    make_request(agency, received_on=date(2025, 6, 1), outcome="r1")

    call_command("annual_report", agency.code, "2025", format="csv")

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["value"] for row in rows if (row["row"], row["column"]) == ("r1", "total")] == ["1"]
    assert len([row for row in rows if row["table"] == TABLE3.key]) == 175


@pytest.mark.parametrize(("code", "year", "said"), [("nobody", "2025", "没有代码为"), ("own", "1999", "年度须在")])
def test_command_refuses_what_it_does_not_know(code: str, year: str, said: str) -> None:
    make_agency(code="own")

    with pytest.raises(CommandError, match=said):
        call_command("annual_report", code, year)


def test_checked_output_of_the_command_is_right(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    agency = make_agency()
    make_request(agency, received_on=date(2025, 6, 1), outcome="r2", reply_kind="partial")
    file = tmp_path / "report.json"
    call_command("annual_report", agency.code, "2025")
    file.write_text(capsys.readouterr().out)

    call_command("check_annual_report", str(file))

    assert "0 份有错误，共 1 份" in capsys.readouterr().out
    assert annual_report.compute(agency, 2025, today=REPORTED_AT.date()).table3.rows["r2"][-1] == 1
