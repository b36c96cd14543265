"""更正公告: drafted from what the editions changed, linked both ways, refused for every reason."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from disclosure.enums import Audience, EditionState, ItemState, RelationKind
from disclosure.models import Item, LogEntry, Relation
from disclosure.services import correct
from govportal.models import AuditEvent, User
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.doors import text_of
from tests.factories import make_edition, make_item
from tests.factories.kernel import make_agency, make_member
from tests.factories.published import AT, publish_edition

pytestmark = pytest.mark.django_db

OLD = (
    "<p>公示期5日，到期公布。</p><p>其余不变。</p>"
    "<table><tr><th>项目</th><th>标准</th></tr><tr><td>低保</td><td>612元</td></tr></table>"
)
NEW = OLD.replace("5日", "7日").replace("612", "640")


def amended(**values: Any) -> Item:
    item = make_item(edition={"title": "补贴办法", "body": OLD, "formed_on": "2026-02-01"}, **values)
    make_edition(item, title="补贴办法", body=NEW, formed_on="2026-02-02", change_note="标准有误")
    return Item.objects.get(pk=item.pk)


def author(item: Item) -> User:
    return make_member(Role.PUBLISHER, item.agency)


def test_notice_says_place_by_place_what_was_and_what_is() -> None:
    item = amended()

    edition = correct.draft_notice(item.pk, actor=author(item), at=AT)

    assert edition.state == EditionState.DRAFT
    assert edition.title == "关于《补贴办法》的更正公告"
    assert (edition.item.item_type, edition.item.agency) == ("correction", item.agency)
    assert item.index_number in edition.body
    for row in (
        "<td>成文日期</td><td>2026-02-01</td><td>2026-02-02</td>",
        "<td>正文</td><td>公示期5日，到期公布。</td><td>公示期7日，到期公布。</td>",
        "<td>表格，低保 · 标准</td><td>612元</td><td>640元</td>",
    ):
        assert row in edition.body
    assert "更正原因：标准有误" in edition.body
    assert "其余不变" not in edition.body


def test_notice_of_an_item_with_one_edition_leaves_the_places_to_its_author() -> None:
    item = make_item(edition={"title": "办法", "body": OLD})

    edition = correct.draft_notice(item.pk, actor=author(item), at=AT)

    assert "有误，现更正如下" in edition.body and "<table>" not in edition.body


def test_notice_escapes_what_looks_like_markup() -> None:
    item = make_item(edition={"title": "<b>办法</b>", "body": "<p>甲 &lt;b&gt; 5</p>"})
    make_edition(item, title="<b>办法</b>", body="<p>甲 &lt;b&gt; 6</p>", change_note="<i>改</i>")

    body = correct.draft_notice(item.pk, actor=author(item), at=AT).body

    assert "<b>" not in body and "<i>" not in body
    assert "<td>甲 &lt;b&gt; 6</td>" in body


def test_notice_of_very_many_changes_names_the_first_and_counts_the_rest() -> None:
    lines = [f"第{n}户补贴{n}元。" for n in range(150)]
    item = make_item(edition={"title": "名单", "body": "".join(f"<p>{line}</p>" for line in lines)})
    changed = "".join(f"<p>{line.replace('元', '角')}</p>" for line in lines)
    make_edition(item, title="名单", body=changed, change_note="单位有误")

    body = correct.draft_notice(item.pk, actor=author(item), at=AT).body

    assert body.count("<td>正文</td>") == 100
    assert "另有 50 处更正" in body


def test_notice_of_a_title_of_full_length_fits() -> None:
    item = make_item(edition={"title": "长" * 500})

    edition = correct.draft_notice(item.pk, actor=author(item), at=AT)

    assert len(edition.title) <= 500 and edition.title.endswith("》的更正公告")


def test_notice_of_an_internal_item_stays_internal() -> None:
    item = amended(audience=Audience.INTERNAL)

    edition = correct.draft_notice(item.pk, actor=author(item), at=AT)

    assert edition.item.audience == Audience.INTERNAL


def test_notice_is_related_audited_and_linked_on_both_pages() -> None:
    item = amended()

    edition = correct.draft_notice(item.pk, actor=author(item), at=AT)
    before = text_of(Client().get(item.get_absolute_url()))
    publish_edition(edition)

    assert Relation.objects.filter(source=edition.item, kind=RelationKind.CORRECTS, target=item).exists()
    assert {"edition.draft", "item.relate"} <= set(AuditEvent.objects.values_list("action", flat=True))
    notice = Item.objects.get(pk=edition.item_id)
    assert "的更正公告" not in before
    page = text_of(Client().get(item.get_absolute_url()))
    assert "本信息的更正" in page and "更正公告：" in page and notice.get_absolute_url() in page
    assert "更正的信息" in text_of(Client().get(notice.get_absolute_url()))
    assert reverse("item_diff", args=[item.slug, 2]) in page


def test_second_notice_waits_for_the_first() -> None:
    item = amended()
    actor = author(item)
    first = correct.draft_notice(item.pk, actor=actor, at=AT)

    with pytest.raises(ValidationError, match=first.item.index_number):
        correct.draft_notice(item.pk, actor=actor, at=AT)

    publish_edition(first)
    assert correct.reasons_against(item, actor) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": ItemState.WITHDRAWN}, "只有已公开的信息才能更正"),
        ({"item_type": "correction"}, "直接修改该公告"),
    ],
)
def test_notice_is_refused_with_its_reason(values: dict[str, Any], words: str) -> None:
    item = amended(**values)

    reasons = correct.reasons_against(item, author(item))

    assert len(reasons) == 1 and words in reasons[0]
    with pytest.raises(ValidationError, match=words):
        correct.draft_notice(item.pk, actor=author(item), at=AT)


def test_notice_of_a_redacted_text_is_refused() -> None:
    item = make_item(edition={"title": "办法", "body": OLD})
    entry = LogEntry.objects.create(
        sequence=1, kind="redact", item=item, index_number=item.index_number, agency_code="x",
        agency_name="x", actor_name="x", at=now(), previous_hash="0" * 64, hash="1" * 64,
    )  # fmt: skip
    blank = {"body": "", "summary": "", "keywords": [], "extra": {}, "redacted_by_entry": entry}
    item.editions.update(**blank)

    reasons = correct.reasons_against(Item.objects.get(pk=item.pk), author(item))

    assert len(reasons) == 1 and "已依法删除" in reasons[0]


@pytest.mark.parametrize("role", [Role.APPROVER, Role.SECRECY_REVIEWER, None])
def test_notice_is_refused_to_whoever_may_not_draft(role: Role | None) -> None:
    item = amended()
    stranger = make_member(role, item.agency) if role else make_member(Role.PUBLISHER, make_agency())

    with pytest.raises(ValidationError, match="承办人"):
        correct.draft_notice(item.pk, actor=stranger, at=AT)

    assert Item.objects.filter(item_type="correction").count() == 0
