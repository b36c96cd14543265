"""The doors of the papers: who gets which, what the answer says of itself, and that it is made once.

The maker stands in for itself here: the "PDF" is the HTML it was handed, so that a word can be looked for.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from disclosure import documents, publication_log
from disclosure.enums import Audience, ItemState, LogKind, RelationKind
from disclosure.models import Item, Relation
from govportal import paper_cache, pdf
from govportal.models import Leader
from tests.disclosure.doors import READERS, World, body_of, make_world, title_of
from tests.factories import make_agency, make_attachment, make_edition, make_item

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The titles of what was drawn."""
    titles: list[str] = []

    def render(html: str, *, title: str, **_options: Any) -> bytes:
        titles.append(title)
        return html.encode()

    monkeypatch.setattr(pdf, "render", render)
    paper_cache.clear()
    yield titles
    paper_cache.clear()


def address(item: Item, paper: str = "item") -> str:
    return f"{item.get_absolute_url()}{paper}.pdf"


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_paper_is_for_whoever_may_open_the_page(world: World) -> None:
    for reader in READERS:
        client = world.client(reader)
        for item in world.items:
            response, case = client.get(address(item)), (reader, item.state, item.audience)
            said = response.content.decode()
            assert response.status_code == (200 if world.may_open(reader, item) else 404), case
            assert (body_of(item) in said) == world.may_read(reader, item), case
            assert (title_of(item) in said) == world.may_open(reader, item), case
            assert "未定稿" not in said
            if response.status_code == 200:
                is_internal = item.audience == Audience.INTERNAL
                assert ("no-store" in response["Cache-Control"]) == is_internal, case
                assert response.has_header("ETag") != is_internal, case


def test_checklist_is_of_a_readable_guide_alone(world: World) -> None:
    for reader in ("anonymous", "own_staff"):
        for item in world.items:
            is_there = item.item_type == "service_guide" and world.may_read(reader, item)
            status = world.client(reader).get(address(item, "checklist")).status_code
            assert status == (200 if is_there else 404), (reader, item.item_type, item.state)


def test_staff_get_of_a_public_item_what_everybody_gets(world: World) -> None:
    item = next(item for item in world.items if item.state == ItemState.LIVE and item.audience == Audience.PUBLIC)
    internal = next(other for other in world.items if other.audience == Audience.INTERNAL and other.state == "live")
    Relation.objects.create(source=internal, kind=RelationKind.INTERPRETS, target=item)

    texts = {reader: text(world.client(reader), address(item)) for reader in READERS}

    assert len(set(texts.values())) == 1
    assert title_of(internal) not in texts["own_staff"]


def test_answer_is_a_named_file_shown_in_place_with_a_validator(client: Client, drawn: list[str]) -> None:
    item = make_item(edition={"title": "关于“三夏”的通知/一"})

    first = client.get(address(item))
    again = client.get(address(item), headers={"if-none-match": first["ETag"]})

    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert first["X-Content-Type-Options"] == "nosniff"
    assert (again.status_code, again.content) == (304, b"")
    assert drawn == [item.title]


def test_paper_is_drawn_anew_when_a_word_has_changed_and_never_kept_of_an_internal_item(drawn: list[str]) -> None:
    item = make_item(edition={"title": "甲"})
    hidden = make_item(audience=Audience.INTERNAL, edition={"title": "密"})

    def draw(row: Item) -> bytes:
        found = Item.objects.with_effective_validity(item.created_at.date()).get(pk=row.pk)
        return documents.made(documents.item_paper(found, item.created_by))

    one, other = draw(item), draw(item)
    make_edition(item, title="乙", change_note="改名")
    amended = draw(item)
    draw(hidden)
    draw(hidden)

    assert (one, drawn) == (other, ["甲", "乙", "密", "密"])
    assert "乙" in amended.decode()
    assert not [each for each in paper_cache._files() if "密" in each.read_text()]


def test_blanked_text_leaves_no_word_but_the_notice(client: Client) -> None:
    item = make_item(edition={"title": "内容已依法删除", "body": "<p>身份证号在此</p>", "summary": "概述在此"})

    said = text(client, address(make_blank(item)))

    assert "本信息的内容已依法删除" in said
    assert "身份证号在此" not in said
    assert "概述在此" not in said


def make_blank(item: Item) -> Item:
    """The item with a blank edition before the public, as redaction leaves it."""
    with transaction.atomic():
        entry = publication_log.append(
            LogKind.REDACT, item, item.current_edition, actor=item.created_by, at=item.created_at, note="泄露个人信息"
        )
    make_edition(item, title="内容已依法删除", body="", redacted_by_entry=entry)
    item.refresh_from_db()
    return item


def test_whatever_stands_in_a_body_is_drawn(client: Client) -> None:
    hostile = (
        '<p><img src="file:///etc/passwd"><a href="//evil.test/">去</a><a href="/items/">内</a>'
        '<a href="no.html">无</a></p><table><tr><td colspan="100000" rowspan="x">格</td></tr></table>'
        "<table><tr>" + "<td>列</td>" * 14 + "</tr></table>"
        "<p>" + "x" * 200 + " &amp;" * 100 + "</p><ol start='99999999999'><li>末</li></ol>"
    )  # fmt: skip
    item = make_item(edition={"body": hostile})

    said = text(client, address(item))

    assert '<img src="file' not in said
    assert "evil.test" not in said
    assert 'href="http://testserver/items/"' in said
    assert "no.html" not in said
    assert 'colspan="60" rowspan="1"' in said
    assert '<table class="wide">' in said
    assert "x" * 61 not in said
    assert "&<wbr>" not in said


def test_text_too_long_to_wait_for_is_left_to_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"name": f"材料{number}", "form": "原件"} for number in range(5)]
    item = make_item(
        item_type="service_guide", edition={"body": "<p>很长的正文</p>" * 600, "extra": {"materials": rows}}
    )

    found = documents.printable(item.created_by).get(pk=item.pk)

    monkeypatch.setattr(documents, "MOST_TEXT", 6000)
    without_body = documents.item_paper(found, item.created_by).html
    monkeypatch.setattr(documents, "MOST_ROWS", 4)
    without_rows = documents.item_paper(found, item.created_by).html

    assert "全文很长，不印在本件上" in without_body
    assert "很长的正文" not in without_body
    assert "材料4" in without_body
    assert "材料4" not in without_rows


def test_model_form_has_a_code_of_its_own(client: Client) -> None:
    guide = make_item(item_type="service_guide", edition={"files": [make_attachment(name="申请表.docx")]})
    notice = make_item(edition={"files": [make_attachment(name="附件.pdf")]})

    assert 'src="given/file-1.svg"' in text(client, address(guide))
    assert "given/file-1.svg" not in text(client, address(notice))


def test_endless_lists_give_way_and_the_paper_says_so(client: Client) -> None:
    row = dict.fromkeys(("name", "copies", "form", "source", "note"), "长" * 1000)
    endless = {"materials": [row] * 200, "conditions": ["件" * 1000] * 200, "procedure": ["步" * 1000] * 100}
    guide = make_item(item_type="service_guide", edition={"extra": endless | {"phone": "0399-6620101"}})
    lines = ["职" * 2000] * 1200
    duties = make_item(item_type="duties", edition={"extra": {"duties": lines, "commitments": lines}})
    Leader.objects.bulk_create(Leader(agency=duties.agency, name="某某", post="长", division="分") for _n in range(600))

    for path, kept in (
        (address(guide, "checklist"), "0399-6620101"),
        (address(guide), "0399-6620101"),
        (f"/agencies/{duties.agency.code}/duties.pdf", duties.index_number),
    ):
        said = text(client, path)
        assert len(said) < 40_000, path
        assert "全文很长" in said and kept in said, path


def test_what_no_pdf_can_hold_is_answered_with_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def render(*_texts: str, **_options: Any) -> bytes:
        raise pdf.TooLong("too long")

    monkeypatch.setattr(pdf, "render", render)
    answer = client.get(address(make_item()))

    assert answer.status_code == 404 and "文字太多" in answer.content.decode()


def test_wrong_addresses_are_answered_with_words(client: Client) -> None:
    agency = make_agency(code="abc")

    for path in ("/items/none/item.pdf", "/items/none/checklist.pdf", "/agencies/none/duties.pdf"):
        assert client.get(path).status_code == 404, path
    assert client.get(f"/agencies/{agency.code}/duties.pdf").status_code == 200
    for door in (f"/agencies/{agency.code}/duties.pdf", "/items/none/item.pdf", "/items/none/checklist.pdf"):
        assert {client.generic(method, door).status_code for method in ("POST", "PUT", "DELETE", "TRACE")} == {405}


def test_pages_lead_to_their_papers(client: Client) -> None:
    guide = make_item(item_type="service_guide")

    page = text(client, guide.get_absolute_url())
    agency = text(client, f"/agencies/{guide.agency.code}/")

    assert f'href="{address(guide)}"' in page
    assert f'href="{address(guide, "checklist")}"' in page
    assert f'href="/agencies/{guide.agency.code}/duties.pdf"' in agency


def test_papers_are_chinese_in_whatever_language_the_page_is(client: Client) -> None:
    item = make_item()

    english = client.get(address(item), headers={"accept-language": "en"}).content.decode()

    assert "发布机构" in english
    assert "Publisher" not in english


# --- the command ---------------------------------------------------------------------------------------------------


def test_command_writes_the_paper_by_number_or_address(tmp_path: Path) -> None:
    item = make_item()

    for name in (item.index_number, item.slug):
        call_command("print_item", name, out=tmp_path / "a.pdf")
        assert item.title in (tmp_path / "a.pdf").read_text()
        (tmp_path / "a.pdf").unlink()


def test_command_refuses_with_words_what_not_everybody_may_read(tmp_path: Path) -> None:
    draft = make_item(state=ItemState.UNPUBLISHED)
    internal = make_item(audience=Audience.INTERNAL)

    for name, words in ((draft.slug, "not published"), (internal.slug, "internal"), ("none", "No item has")):
        with pytest.raises(CommandError, match=words):
            call_command("print_item", name, out=tmp_path / "a.pdf")
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("print_item", make_item().slug, out=tmp_path / "missing" / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()
