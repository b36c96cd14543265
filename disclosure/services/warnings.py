"""What a publisher should look at once more before submission. It refuses nothing: submission.py does."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from disclosure import search
from disclosure.enums import OPEN_STATES
from disclosure.models import Edition, Item, Relation
from govportal import personal_data
from govportal.html import to_text
from govportal.personal_data import PersonalKind

ALIKE = 0.9
_CANDIDATES = 2000
_NAMED = 5  # of each kind in one warning


class WarningKind(StrEnum):
    DUPLICATE_TITLE = "duplicate_title"
    PERSONAL_DATA = "personal_data"
    DATES = "dates"


@dataclass(frozen=True, slots=True)
class SubmissionWarning:
    """`message` names no personal data but masked. `item` is the other item of a duplicate title."""

    kind: WarningKind
    message: str
    item: Item | None = None


def warnings(edition: Edition) -> list[SubmissionWarning]:
    """Everything worth a second look in this text, in the order in which it should be looked at."""
    return [*_personal_data(edition), *_dates(edition), *_duplicates(edition)]


# --- personal data -------------------------------------------------------------------------------------------


def _personal_data(edition: Edition) -> Iterator[SubmissionWarning]:
    labels = {
        PersonalKind.IDENTITY: _("身份证号"),
        PersonalKind.MOBILE: _("手机号"),
        PersonalKind.BANK_CARD: _("银行卡号"),
    }
    for place, text in _texts(edition):
        found = personal_data.find(text)
        for kind, label in labels.items():
            masked = [finding.masked for finding in found if finding.kind == kind]
            if masked:
                words = {"place": place, "label": label, "n": len(masked), "numbers": "、".join(masked[:_NAMED])}
                message = _("%(place)s中有疑似%(label)s %(n)s 处：%(numbers)s。依法应当隐去的，请先隐去。") % words
                yield SubmissionWarning(WarningKind.PERSONAL_DATA, message)


def _texts(edition: Edition) -> Iterator[tuple[str, str]]:
    """(name of the place, plain text) of all that readers will see."""
    yield _("标题"), edition.title
    yield _("内容概述"), edition.summary
    yield _("正文"), to_text(edition.body)
    for field, value in edition.extra_rows():
        yield _("“%s”") % field.label, "\n".join(_strings(value))
    yield _("附件名称"), "\n".join(edition.attachments.values_list("title", flat=True))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, str):
        yield value


# --- dates ---------------------------------------------------------------------------------------------------


def _dates(edition: Edition) -> Iterator[SubmissionWarning]:
    """Rules seldom hold before they were made (《立法法》第一百零四条), and what they rest on comes first."""
    formed_on = edition.formed_on
    if formed_on is None:
        return
    if edition.effective_on and edition.effective_on < formed_on:
        words = {"effective": edition.effective_on.isoformat(), "formed": formed_on.isoformat()}
        message = _("施行日期 %(effective)s 早于成文日期 %(formed)s，请核对：文件一般不溯及既往。") % words
        yield SubmissionWarning(WarningKind.DATES, message)
    for record in edition.records.filter(dated_on__gt=formed_on).order_by("pk"):
        words = {
            "kind": record.get_kind_display(),
            "title": record.title,
            "dated": record.dated_on.isoformat(),
            "formed": formed_on.isoformat(),
        }
        message = _("%(kind)s“%(title)s”的日期 %(dated)s 晚于成文日期 %(formed)s，请核对先后。") % words
        yield SubmissionWarning(WarningKind.DATES, message)


# --- titles --------------------------------------------------------------------------------------------------

_NO_WORD = re.compile(r"[\W_]+")
# What tells the issues of a series apart: 2025年 and 2026年, 第一季度 and 第二季度, 上半年 and 下半年.
_COUNTERS = re.compile(r"\d+|[〇零一二三四五六七八九十百上下]+")


def normalised(title: str) -> str:
    """A title by which two are the same: one width and case, without blanks, marks and brackets."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", title).casefold())


def are_alike(one: str, other: str) -> bool:
    """Two normalised titles that differ in a few characters, but not in a number: those are issues of a series."""
    if _COUNTERS.findall(one) != _COUNTERS.findall(other):
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _duplicates(edition: Edition) -> Iterator[SubmissionWarning]:
    wanted, named = normalised(edition.title), 0
    for item, title, is_own in _candidates(edition):
        is_same = normalised(title) == wanted
        if not is_same and not (is_own and are_alike(normalised(title), wanted)):
            continue
        words = {"number": item.index_number, "agency": item.agency.display_name, "title": title}
        message = _("标题与%(agency)s的“%(title)s”（%(number)s）相同，请核对是否重复公开。") % words
        if not is_same:
            message = _("标题与本单位的“%(title)s”（%(number)s）相近，请核对是否重复公开。") % words
        yield SubmissionWarning(WarningKind.DUPLICATE_TITLE, message, item)
        named += 1
        if named == _NAMED:
            return


def _candidates(edition: Edition) -> Iterator[tuple[Item, str, bool]]:
    """(item, title, is of the same agency): public ones of anybody by search, those of the agency by length.

    Drafts and internal items of other agencies are none of this person's business. What it interprets, corrects,
    amends, replaces or belongs to, or the other way round, may well be named like it.
    """
    related = Relation.objects.filter(Q(source=edition.item_id) | Q(target=edition.item_id))
    seen = {edition.item_id, *(pk for pair in related.values_list("source", "target") for pk in pair)}
    length = len(edition.title)
    near = {"length__gte": int(length * 0.8), "length__lte": int(length * 1.25) + 1}
    own = Item.objects.filter(agency=edition.item.agency_id).select_related("agency")
    published = own.annotate(length=Length("title")).filter(**near).order_by("-id")[:_CANDIDATES]
    drafts = Edition.objects.filter(item__agency=edition.item.agency_id, state__in=OPEN_STATES)
    drafts = drafts.annotate(length=Length("title")).filter(**near).select_related("item__agency")
    phrase = f"“{re.sub('[“”"]', ' ', edition.title)}”"
    others = search.search(phrase, Item.objects.visible_to(AnonymousUser())).select_related("agency")[:50]
    for item, title in (
        *((item, item.title) for item in published),
        *((draft.item, draft.title) for draft in drafts.order_by("-id")[:_CANDIDATES]),
        *((item, item.title) for item in others),
    ):
        if item.pk not in seen:
            seen.add(item.pk)
            yield item, title, item.agency_id == edition.item.agency_id
