"""What a text must be before anybody is asked to review it (送审条件), whoever submits it."""

from datetime import date

from django.db.models import F, Q
from django.utils.translation import gettext as _

from disclosure import projects, substance
from disclosure.enums import OPEN_STATES, READABLE_STATES, EditionState, ItemState, Mode, RecordKind, RelationKind
from disclosure.masking import shown_party
from disclosure.models import Edition, Item, Relation
from disclosure.queries import in_effect
from disclosure.type_rules import day_of
from disclosure.types import missing_elements

# States of an item whose next edition may be written and published.
_OPEN_STATES = (ItemState.UNPUBLISHED, ItemState.LIVE, ItemState.PARTLY_VOID)


def faults(edition: Edition, today: date) -> list[str]:
    """Every reason why this text cannot be submitted; empty when it can (domain §4.1, §4.3, §4.4, §4.5)."""
    return [
        *_own_faults(edition, today),
        *(
            _("政策解读 %(number)s：%(fault)s") % {"number": partner.item.index_number, "fault": fault}
            for partner in drafts_beside(edition)
            for fault in _own_faults(partner, today)
        ),
    ]


def _own_faults(edition: Edition, today: date) -> list[str]:
    return [*content_faults(edition, today), *_missing_records(edition), *missing_interpretation(edition)]


def content_faults(edition: Edition, today: date) -> list[str]:
    """What is wrong with the text itself: no procedure makes it fit to be read, an emergency no more than another."""
    labels = missing(edition)
    return [
        *([_("缺少必备要素：%s。") % "、".join(labels)] if labels else []),
        *ended(edition.item, edition.expires_on, today),
        *settled_mode(edition.item, edition.mode),
        *_wrong_dates(edition, today),
        *edition.item.type.faults(edition.extra),
        *_past_consultation(edition, today),
        *_missing_project(edition),
        *_missing_withholding(edition),
        *_unmasked_parties(edition),
        *([_("新版本须写明修改说明。")] if edition.number > 1 and not edition.change_note.strip() else []),
    ]


def missing(edition: Edition) -> list[str]:
    """The names of the required metadata and fields of its type that are empty."""
    values = {name: getattr(edition, name, None) for name in edition.item.type.required}
    values |= {"agency": edition.item.agency, "title": edition.title.strip(), "body": edition.body.strip()}
    labels = []
    for key in missing_elements(edition.item.item_type, values, edition.extra):
        if key.startswith("extra."):
            field = edition.item.type.extra_field(key.removeprefix("extra."))
            labels.append(str(field.label if field else key))
        else:
            labels.append(str(Edition._meta.get_field(key).verbose_name))  # type: ignore[union-attr]
    return labels


def ended(item: Item, expires_on: date | None, today: date) -> list[str]:
    """An ended item is restored before anybody rewrites it; an expired one lives again by a text that lasts longer."""
    if item.state in _OPEN_STATES:
        return []
    if item.state == ItemState.EXPIRED and (expires_on is None or expires_on >= today):
        return []
    return [_("这条信息的状态是“%s”，须先恢复。") % item.get_state_display()]


def settled_mode(item: Item, mode: str) -> list[str]:
    """What is public stays so until two people withdraw it: no amendment takes it back (ADR 0009)."""
    if item.current_edition_id and mode != Mode.PROACTIVE:
        return [_("已公开的信息不能改为不公开，请先申请撤回。")]
    return []


def is_substantive(edition: Edition) -> bool:
    """The server's word: a first edition is; of a change the publisher may say yes, never no (domain §4.5)."""
    before = edition.item.current_edition
    return (
        edition.is_substantive or before is None or bool(substance.findings(before, edition, substance.agency_names()))
    )


def _wrong_dates(edition: Edition, today: date) -> list[str]:
    reasons = []
    if edition.formed_on and edition.formed_on > today:
        reasons.append(_("成文日期 %s 还没有到。") % edition.formed_on.isoformat())
    if edition.expires_on and edition.effective_on and edition.expires_on < edition.effective_on:
        reasons.append(_("有效期至早于施行日期。"))
    return reasons


def _past_consultation(edition: Edition, today: date) -> list[str]:
    """Nobody is asked after the fact, and a promise that was not kept is not put off (国令713号第十八、二十九条)."""
    if edition.item.item_type != "consultation":
        return []
    before = edition.item.current_edition
    closes_on, outcome_by = day_of(edition.extra.get("closes_on")), day_of(edition.extra.get("outcome_by"))
    if before is None:
        is_past = closes_on is not None and closes_on < today
        return [_("征求意见截止日期 %s 已经过了。") % closes_on] if is_past else []
    promised = day_of(before.extra.get("outcome_by"))
    if promised and promised < today and outcome_by and outcome_by > promised:
        return [_("采纳情况公布期限 %s 已经过了，不能再往后改。") % promised]
    return []


def _missing_records(edition: Edition) -> list[str]:
    """审计理财在前、核实公布在后；民主议事在前、决策公布在后. A change of no substance rests on the old record."""
    lacking = set(edition.item.type.records) - set(edition.records.values_list("kind", flat=True))
    if not lacking or (edition.number > 1 and not is_substantive(edition)):
        return []
    words = {
        RecordKind.AUDIT: _("财务类信息须先登记审计记录（审计理财在前，核实公布在后）。"),
        RecordKind.MEETING: _("重大事项须先登记会议记录（民主议事在前，决策公布在后）。"),
    }
    return [sentence for kind, sentence in words.items() if kind in lacking]


def missing_interpretation(edition: Edition) -> list[str]:
    """退文: a policy without its interpretation goes back (domain §4.4)."""
    if not edition.item.type.needs_interpretation or edition.mode != Mode.PROACTIVE:
        return []
    if interpretations(edition.item):
        return []
    return [_("没有同步报送政策解读，予以退文：请先起草解读并与本文件关联。")]


def _missing_project(edition: Edition) -> list[str]:
    """Of a stage nobody could read which project it is of; its page is the page of the project (domain §4.4)."""
    if edition.item.item_type != projects.PART:
        return []
    above = edition.item.relations.filter(kind=RelationKind.BELONGS_TO, target__item_type=projects.KIND)
    return [] if above.exists() else [_("分阶段信息须选定所属项目。")]


def interpretations(item: Item) -> list[Item]:
    """Items that interpret this one: public already, or of its own agency on their way for the first time.

    One that was withdrawn explains nothing, though somebody may be rewriting it; and the draft of another
    agency neither stands in for an interpretation nor holds the policy up. What is stated in somebody's draft
    counts when that draft is this policy's own, or the interpretation's first.
    """
    stated = (
        in_effect() | Q(since_edition__item=item) | Q(source__current_edition=None, since_edition__item=F("source"))
    )
    relations = Relation.objects.filter(stated, kind=RelationKind.INTERPRETS, target=item)
    # Two statements: in one, PostgreSQL may go through all items in the order asked for to find the few.
    ids = list(relations.values_list("source", flat=True))
    return [
        source
        for source in Item.objects.filter(pk__in=ids).select_related("agency").order_by("pk")
        if source.state in READABLE_STATES
        or (
            source.agency_id == item.agency_id
            and source.current_edition_id is None
            and source.editions.filter(state__in=OPEN_STATES).exists()
        )
    ]


def unpublished_beside(edition: Edition) -> list[Edition]:
    """Open editions of what interprets this text and will be published with it: none of one that stays unpublished."""
    if edition.mode != Mode.PROACTIVE:
        return []
    coming = [source.pk for source in interpretations(edition.item) if source.current_edition_id is None]
    found = Edition.objects.filter(item__in=coming, state__in=OPEN_STATES)
    return list(found.select_related("item__agency").order_by("item"))


def drafts_beside(edition: Edition) -> list[Edition]:
    """Those of them that nobody has submitted: they go to review with this text."""
    return [partner for partner in unpublished_beside(edition) if partner.state == EditionState.DRAFT]


def interpreted(item: Item) -> list[Item]:
    """The items that this one interprets and will be published with: of its agency, on their way for the first time.

    One that was given up, or is not to be published proactively, never comes: nobody waits for it.
    """
    targets = Item.objects.filter(reverse_relations__kind=RelationKind.INTERPRETS, reverse_relations__source=item)
    coming = Edition.objects.filter(state__in=OPEN_STATES, mode=Mode.PROACTIVE, item__in=targets)
    waited_for = Item.objects.filter(agency=item.agency_id, current_edition=None, pk__in=coming.values("item"))
    return list(waited_for.order_by("pk"))


def _unmasked_parties(edition: Edition) -> list[str]:
    """What is sealed is public for good: of a person no full name and no number may stand in a result."""
    reasons = []
    for field in edition.item.type.extra:
        value = str(edition.extra.get(field.key) or "")
        if field.names_party and shown_party(value) != value:
            shown = shown_party(value) or _("（空）")
            words = {"label": field.label, "shown": shown}
            reasons.append(
                _("“%(label)s”含有自然人姓名或者证件号码，应当写作“%(shown)s”；个体工商户请写明字号。") % words
            )
    return reasons


def _missing_withholding(edition: Edition) -> list[str]:
    """拟不公开 needs ground, reason and basis, stated while drafting (公文公开属性源头认定)."""
    if edition.mode == Mode.NOT_PUBLIC and not hasattr(edition, "withholding"):
        return [_("拟不公开的，须写明不公开情形、理由和依据，并填写备案。")]
    return []
