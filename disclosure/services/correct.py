"""更正公告: the public word that a published text was wrong, drafted from what its editions changed (domain §4.5).

The notice is an item of its own, reviewed like any other, that CORRECTS the first; both pages link to the other.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure import substance
from disclosure.enums import OPEN_STATES, READABLE_STATES, EditionState, RelationKind
from disclosure.models import Edition, Item
from disclosure.services import draft, relate
from disclosure.substance_words import core, plain
from govportal import access
from govportal.models import User
from govportal.permissions import Permission
from govportal.textdiff import changed_sentences

CORRECTION = "correction"
_LONGEST_TITLE = 470  # of what the notice names: its own words are to fit beside it
_LONGEST_SENTENCE = 400
_MOST_ROWS = 100


def reasons_against(item: Item, actor: Any) -> list[str]:
    """Why this person cannot draft a correction notice of this item; empty when they can."""
    reasons = []
    if item.state not in READABLE_STATES:
        reasons.append(_("这条信息的状态是“%s”，只有已公开的信息才能更正。") % item.get_state_display())
    elif item.current_edition and item.current_edition.redacted_by_entry_id:
        reasons.append(_("这条信息的内容已依法删除，不能再公告它的内容。"))
    if item.item_type == CORRECTION:
        reasons.append(_("更正公告有误的，直接修改该公告。"))
    if waiting := _waiting(item):
        reasons.append(_("已有一份还没有公开的更正公告：%s。") % waiting.index_number)
    if not access.can(actor, Permission.DRAFT_ITEM, item.agency):
        reasons.append(_("您不是本单位的信息公开承办人。"))
    return reasons


def _waiting(item: Item) -> Item | None:
    """The correction of this item that is still on its way."""
    notices = Item.objects.filter(relations__kind=RelationKind.CORRECTS, relations__target=item)
    return notices.filter(editions__state__in=OPEN_STATES).order_by("pk").first()


@transaction.atomic
def draft_notice(item_id: int, *, actor: User, at: datetime) -> Edition:
    """Draft the correction notice of an item: what its last two public editions changed, place by place.

    With one public edition the places are left to the author. Raises ValidationError with every reason.
    """
    item = Item.objects.select_for_update(of=("self",)).select_related("agency", "current_edition").get(pk=item_id)
    if reasons := reasons_against(item, actor):
        raise ValidationError(reasons)
    editions = list(item.editions.filter(state=EditionState.PUBLISHED).order_by("-number")[:2])
    after, before = editions[0], editions[1] if len(editions) > 1 else None
    for edition in editions:
        edition.item = item
    content = draft.Content(
        title=_("关于《%s》的更正公告") % Truncator(after.title).chars(_LONGEST_TITLE),
        body=_body(before, after),
        issuer=after.issuer,
        formed_on=localdate(at),
        category=after.category,
        topic=after.topic,
        mode=after.mode,
    )
    notice = draft.create_item(
        content,
        agency=item.agency,
        item_type=CORRECTION,
        author=actor,
        at=at,
        audience=item.audience,
        catalogue_entry=item.catalogue_entry,
    )
    relate.relate(notice, RelationKind.CORRECTS, item, actor=actor)
    return notice.editions.get()


def _body(before: Edition | None, after: Edition) -> str:
    words = {"title": after.title, "number": after.item.index_number}
    if before is None or before.redacted_by_entry_id:
        day = {"day": _day(after)}
        return format_html(
            "<p>{}</p>", _("%(day)s公开的《%(title)s》（索引号：%(number)s）有误，现更正如下：") % (words | day)
        )
    days = {"first": _day(before), "second": _day(after)}
    opening = _("%(first)s公开的《%(title)s》（索引号：%(number)s）已于%(second)s修改，现将更正内容公告如下：")
    rows = list(_rows(before, after))
    parts = [format_html("<p>{}</p>", opening % (words | days)), _table(rows[:_MOST_ROWS])]
    if len(rows) > _MOST_ROWS:
        left = {"n": len(rows) - _MOST_ROWS}
        parts.append(format_html("<p>{}</p>", _("另有 %(n)s 处更正，见该信息的修订对照。") % left))
    if after.change_note:
        parts.append(format_html("<p>{}</p>", _("更正原因：%s") % after.change_note))
    return "\n".join(parts)


def _day(edition: Edition) -> str:
    assert edition.published_at is not None  # a constraint: what is published has its time
    return date_format(localdate(edition.published_at), "DATE_FORMAT")


def _rows(before: Edition, after: Edition) -> Iterator[tuple[str, str, str]]:
    """(place, before, after) of every change that is more than punctuation, in reading order."""
    for one in substance.in_metadata(before, after):
        yield one.label, one.old, one.new
    for sentences in changed_sentences(*(substance.running_text(edition.body) for edition in (before, after))):
        old, new = (Truncator(sentence.strip()).chars(_LONGEST_SENTENCE) for sentence in sentences)
        if core(plain(old)) != core(plain(new)):
            yield _("正文"), old, new
    for one in (*substance.beside_text(before.body, after.body), *substance.in_files(before, after)):
        yield _("，").join(filter(None, (str(one.kind.label), one.label))), one.old, one.new
    for one in substance.in_extra(before, after):
        yield one.label, one.old, one.new


def _table(rows: list[tuple[str, str, str]]) -> SafeString:
    if not rows:
        return SafeString()
    none = _("（无）")
    return format_html(
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        format_html_join("", '<th scope="col">{}</th>', ((head,) for head in (_("位置"), _("原文"), _("更正为")))),
        format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            ((place, old or none, new or none) for place, old, new in rows),
        ),
    )
