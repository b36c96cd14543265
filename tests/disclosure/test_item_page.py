"""The page of an item: what it shows for each kind of field and state, and what it costs."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.edition_changes import mark_changes
from disclosure.enums import Audience, ItemState, Procedure, RelationKind
from disclosure.item_page import published_editions
from disclosure.models import EditionAttachment, Item, LogEntry, Relation
from govportal.now import now
from tests.disclosure.doors import text_of
from tests.factories import make_attachment, make_edition, make_item
from tests.markup import faults

pytestmark = pytest.mark.django_db

BODY = '<h2>一、总则</h2><p class="doc-to">各单位：</p><table><caption>表1</caption><tr><td>5</td></tr></table>'


def page_of(item: Item) -> str:
    return text_of(Client().get(item.get_absolute_url()))


def test_page_shows_metadata_text_and_verification() -> None:
    item = make_item(
        edition={
            "title": "关于补贴的通知",
            "title_breaks": [2, 4],
            "body": BODY,
            "document_number": "澄财〔2026〕1号",
            "formed_on": date(2026, 2, 1),
            "published_on": date(2026, 3, 2),
        },
        item_type="normative",
    )

    text = page_of(item)

    assert "关于<wbr>补贴<wbr>的通知" in text
    assert '<h2 id="c1">一、总则</h2>' in text and '<a href="#c1">一、总则</a>' in text
    assert 'class="doc doc-official' in text
    assert '<div class="scroll" tabindex="0" role="region" aria-label="表1"><table>' in text
    assert "澄财〔2026〕1号" in text and "2026-02-01" in text
    assert '<svg role="img"' in text
    assert "施行日期" not in text
    assert not faults(text)


def test_page_of_a_power_lists_its_steps_with_branches() -> None:
    steps = [
        {"key": "a", "name": "申请", "lane": "申请人", "next": ["b"]},
        {"key": "b", "name": "审查", "lane": "股室", "days": 3, "next": ["a", "c", "d"]},
        {"key": "c", "name": "准予", "next": []},
        {"key": "d", "name": "不予", "next": []},
    ]
    extra = {
        "power_code": "X-1", "power_kind": "licence", "basis": ["法一", "法二"], "steps": steps, "statutory_days": 15
    }  # fmt: skip
    item = make_item(edition={"title": "许可", "extra": extra}, item_type="power")

    text = page_of(item)

    assert "行政许可" in text and "X-1" in text
    assert "<li>法一</li><li>法二</li>" in text
    assert "<b>审查</b>（股室）" in text and "3个工作日" in text
    assert '<li class="pointer">回到第 1 步<span>“申请”</span>' in text
    assert '<dt>法定时限</dt><dd><span class="nowrap">15个工作日</span>' in text
    assert not faults(text)


@pytest.mark.parametrize(
    ("item_type", "section"),
    [("power", "powers"), ("service_guide", "services"), ("leader", "leaders"), ("gazette", "gazettes")],
)
def test_page_stands_below_the_list_of_its_type(item_type: str, section: str) -> None:
    item = make_item(item_type=item_type, edition={"title": "甲"})

    for address in (item.get_absolute_url(), reverse("item_history", args=[item.slug])):
        text = text_of(Client().get(address))
        crumb = text[text.index('aria-label="当前位置"') : text.index("</nav>", text.index("当前位置"))]

        assert f'<a href="{reverse(section)}">' in crumb and reverse("agency", args=[item.agency.code]) in crumb
        assert f'<a href="{reverse("items")}" aria-current' not in text
        assert section == "gazettes" or f'<a href="{reverse(section)}" aria-current="true"' in text


def test_gazette_leads_to_the_items_it_printed(django_assert_max_num_queries: Any) -> None:
    printed = make_item(edition={"title": "甲办法"})
    make_item(edition={"title": "丙办法"}, audience=Audience.INTERNAL)
    contents = ["甲办法", "乙办法", "丙办法"]
    gazette = make_item(item_type="gazette", edition={"title": "公报", "extra": {"contents": contents}})

    with django_assert_max_num_queries(10):
        text = page_of(gazette)

    assert f'<li><a href="{printed.get_absolute_url()}">甲办法</a></li><li>乙办法</li><li>丙办法</li>' in text


def test_relation_reads_from_the_side_of_its_page() -> None:
    item, reading = make_item(edition={"title": "办法"}), make_item(edition={"title": "图解"})
    Relation.objects.create(source=reading, kind=RelationKind.INTERPRETS, target=item)

    assert "本文件的解读</h3>" in page_of(item)
    assert "解读的文件</h3>" in page_of(reading)
    assert "Interpreted by</h3>" in text_of(Client().get(f"/en{item.get_absolute_url()}"))


def test_amended_text_in_force_is_valid_and_has_its_number_once() -> None:
    values: dict[str, Any] = {"title": "办法", "document_number": "澄府〔2026〕1号"}
    item = make_item(edition=values, item_type="normative")
    make_edition(item, **values, validity="amended", change_note="延长")

    text = page_of(item)

    assert '<span class="tag tag-ok">有效</span>' in text and "您看到的是现行文本" in text
    assert text.count("澄府〔2026〕1号") == 1


def test_page_of_a_guide_shows_materials_as_a_table() -> None:
    extra = {"materials": [{"name": "申请书", "copies": "1"}, {"name": "身份证"}], "phone": "12345"}
    item = make_item(edition={"title": "指南", "extra": extra}, item_type="service_guide")

    text = page_of(item)

    assert '<th scope="row">申请书</th><td data-label="份数">1</td>' in text
    assert "来源" not in text  # a column nobody filled


@pytest.mark.parametrize(
    "extra",
    [{"power_kind": ["x"]}, {"steps": "x", "basis": "一\n二", "statutory_days": []}, {"steps": [1], "basis": 5}],
)
def test_page_of_crooked_extra_values_still_answers(extra: dict[str, Any]) -> None:
    item = make_item(edition={"title": "许可", "extra": extra}, item_type="power")

    assert Client().get(item.get_absolute_url()).status_code == 200


def test_amended_item_leads_to_the_difference() -> None:
    item = make_item(edition={"title": "办法", "body": "<p>公示5日。</p>"})
    make_edition(item, title="办法", body="<p>公示7日。</p>", change_note="延长公示期")

    page, difference = page_of(item), text_of(Client().get(reverse("item_diff", args=[item.slug, 2])))

    assert "现行文本（第2版）" in page and "延长公示期" in page
    assert reverse("item_diff", args=[item.slug, 2]) in page
    assert "公示<del>5</del><ins>7</ins>日。" in difference
    for shown in (page, difference):
        assert '实质性修改</span> 数字 <span class="num">1</span>' in shown
    assert "公示7日。</span></li>" in difference
    assert not faults(difference)


def test_history_says_of_every_edition_what_kind_of_change_it_is(django_assert_num_queries: Any) -> None:
    item = make_item(edition={"title": "办法", "body": "<p>公示5日，金额9元。</p>"})
    make_edition(item, title="办法", body="<p>公示7日，金额8元。</p>", change_note="改数字")
    make_edition(item, title="办法", body="<p>公示7日。金额8元。</p>", change_note="改标点", is_substantive=False)

    text = text_of(Client().get(reverse("item_history", args=[item.slug])))

    assert '实质性修改</span> 金额 <span class="num">1</span>，' not in text
    assert '实质性修改</span> 数字 <span class="num">1</span>，金额 <span class="num">1</span>' in text
    assert text.count('<span class="tag">文字修改</span>') == 1
    assert not faults(text)
    editions = published_editions(item)
    with django_assert_num_queries(0):
        mark_changes(editions)


def test_redacted_edition_has_no_kind_of_change() -> None:
    item = make_item(edition={"title": "办法", "body": "<p>公示5日。</p>"})
    make_edition(item, title="办法", body="<p>公示7日。</p>", change_note="改数字")
    editions = published_editions(item)
    editions[1].redacted_by_entry_id = 1

    mark_changes(editions)

    assert not hasattr(editions[0], "change")


@pytest.mark.parametrize("name", ["%00", "a%0Ab", "a%7F", "%C2%85"])
def test_attachment_has_no_address_with_control_characters(name: str) -> None:
    item = make_item(edition={"files": [make_attachment()]})
    held = EditionAttachment.objects.get(edition__item=item).attachment

    good = Client().get(reverse("attachment", args=[held.pk, held.name]))

    assert good.status_code == 200
    assert Client().get(f"/attachments/{held.pk}/{name}").status_code == 404


@pytest.mark.parametrize("number", [32_768, 2**31, 999_999_999_999_999])
@pytest.mark.parametrize("name", ["item_diff", "edition_content"])
def test_edition_number_beyond_its_column_is_not_found(name: str, number: int) -> None:
    item = make_item()

    assert Client().get(reverse(name, args=[item.slug, number])).status_code == 404


def test_item_whose_slug_is_a_word_of_ours_has_its_page() -> None:
    item = make_item(slug="tree", edition={"title": "树木"})

    assert "树木" in page_of(item)
    assert Client().get(reverse("items_tree")).context["categories"]


def test_redacted_edition_shows_a_notice_alone() -> None:
    item = make_item(edition={"title": "办法", "body": "<p>秘密内容</p>"})
    entry = LogEntry.objects.create(
        sequence=1, kind="redact", item=item, index_number=item.index_number, agency_code="x",
        agency_name="x", actor_name="x", at=now(), previous_hash="0" * 64, hash="1" * 64,
    )  # fmt: skip
    make_edition(item, title="办法", body="<p>新内容</p>")
    blank = {"body": "", "summary": "", "keywords": [], "extra": {}, "redacted_by_entry": entry}
    item.editions.filter(number=1).update(**blank)

    old = Client().get(reverse("item_diff", args=[item.slug, 1]))
    new = Client().get(reverse("item_diff", args=[item.slug, 2]))
    content = Client().get(reverse("edition_content", args=[item.slug, 1]))

    assert "已依法删除" in text_of(old)
    assert "无法对照" in text_of(new) and "新内容" in text_of(new)
    assert content.status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [(ItemState.VOID, "本文件已废止"), (ItemState.PARTLY_VOID, "本文件部分失效"), (ItemState.EXPIRED, "本文件已失效"),
     (ItemState.WITHDRAWN, "本信息已撤回"), (ItemState.TERMINATED, "本信息已终止公开")],
)  # fmt: skip
def test_closed_item_says_so_with_reason_and_replacement(state: ItemState, words: str) -> None:
    replacement = make_item(edition={"title": "新办法"})
    item = make_item(
        edition={"title": "旧办法"}, state=state, closing_explanation="另有新规定", replaced_by=replacement
    )

    text = page_of(item)

    assert words in text and "另有新规定" in text
    assert f'href="{replacement.get_absolute_url()}"' in text
    assert not faults(text)


@pytest.mark.parametrize("state", [ItemState.VOID, ItemState.WITHDRAWN])
@pytest.mark.parametrize(
    "hidden", [{"audience": Audience.INTERNAL}, {"state": ItemState.UNPUBLISHED, "title": "内部办法"}]
)
def test_closed_item_does_not_name_a_replacement_its_reader_may_not_open(
    state: ItemState, hidden: dict[str, Any]
) -> None:
    replacement = make_item(edition={"title": "内部办法"}, **hidden)
    item = make_item(edition={"title": "旧办法"}, state=state, replaced_by=replacement)

    text = page_of(item)

    assert "旧办法" in text
    assert "内部办法" not in text and replacement.slug not in text


def test_item_page_costs_the_same_with_one_and_with_many(client: Client, django_assert_max_num_queries: Any) -> None:
    item = make_item(edition={"title": "甲"})
    for number in range(4):
        other = make_item(edition={"title": f"解读{number}"})
        Relation.objects.create(source=other, kind=RelationKind.INTERPRETS, target=item)
    edition = make_edition(item, is_published=False, title="乙")
    for number in range(4):
        stored = make_attachment(f"%PDF-{number}".encode())
        EditionAttachment.objects.create(edition=edition, attachment=stored, title=f"附件{number}", position=number)
    edition.state, edition.published_on, edition.digest = "published", date(2026, 1, 1), "0" * 64
    edition.published_at, edition.procedure = item.updated_at, Procedure.MIGRATION
    edition.save()
    Item.objects.filter(pk=item.pk).update(current_edition=edition)

    # Three of them compare the editions, once for all time.
    with django_assert_max_num_queries(10):
        text = text_of(client.get(item.get_absolute_url()))

    assert text.count("解读") >= 4 and text.count("SHA-256") >= 5
