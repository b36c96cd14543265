"""What each reply asks before it may be handed in, and again before it is released (《政府信息公开条例》第三十条至
第四十一条). What its letter must say is asked by letters.py."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from disclosure.enums import READABLE_STATES, Audience, WithholdingGround
from disclosure.models import Item
from govportal.models import PrivateFile
from requests_app.enums import Action, DecisionKind, InquiryAnswer, InquiryKind, ReplyKind, State
from requests_app.letter_rules import LetterKind
from requests_app.models import Applicant, Correction, Delivery, FeeNotice, InformationRequest, Inquiry
from requests_app.rules import REPLY_RULES, ReplyRule
from requests_app.services import applicants, converse

# The fact of a decision that tells a third party who objected why the information is disclosed all the same.
THIRD_PARTY_REASONS = "third_party_reasons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is to be decided. `days` of an extension or delay; `facts`, JSON values by the names its letter asks for.

    Of 部分公开 `facts["grounds"]` lists the grounds of what is withheld, values of WithholdingGround.
    """

    kind: DecisionKind | str
    reasons: str
    reply_kind: ReplyKind | str = ""
    days: int | None = None
    content: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[Item] = ()
    files: Sequence[PrivateFile] = ()
    duplicate_of: InformationRequest | None = None


def rule_of(reply_kind: str) -> ReplyRule:
    return REPLY_RULES[ReplyKind(reply_kind)]


def reasons_against(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    """Why a reply of this kind is not lawful in this case today; empty when it is."""
    rule = rule_of(proposal.reply_kind)
    reasons = [_not_live(item) for item in proposal.items if not is_live(item)]
    if rule.names_items and not proposal.items:
        reasons.append(_("告知已主动公开，须指明仍在公开的信息（填索引号）。"))
    if rule.gives_files:
        if not proposal.files and not proposal.content.strip():
            reasons.append(_("须附上提供的信息，或者写明获取的方式、途径和时间（条例第三十六条第二项）。"))
        reasons += _against_overriding(row, proposal)
    elif proposal.files:
        reasons.append(_("只有予以公开、部分公开才能附上提供给申请人的信息。"))
    check_kind = _CHECKS.get(rule.kind)
    return reasons + (check_kind(row, proposal, today) if check_kind else [])


def is_live(item: Item) -> bool:
    """Whether everybody can read the item at its address now: what 已主动公开 may point to."""
    return item.audience == Audience.PUBLIC and item.state in READABLE_STATES


def _not_live(item: Item) -> str:
    return _("%s 现在不能公开查阅，不能作为已主动公开的信息。") % item.index_number


def objectors(row: InformationRequest, reply_kind: str, facts: Mapping[str, Any]) -> list[Inquiry]:
    """Third parties who objected, in whole or part, to what a reply of this kind discloses (第三十二条): each has to be
    told in writing what is disclosed and why. Empty where their interest is the ground of withholding, by `facts`,
    unless these say why a part is disclosed all the same."""
    is_respected = WithholdingGround.THIRD_PARTY in _grounds_of(facts) and not _told_third_party(facts)
    if is_respected or not rule_of(reply_kind).gives_files:
        return []
    answers = (InquiryAnswer.OBJECTION, InquiryAnswer.PARTLY)
    return list(row.inquiries.filter(kind=InquiryKind.THIRD_PARTY, answer__in=answers))


def _told_third_party(facts: Mapping[str, Any]) -> str:
    return str(facts.get(THIRD_PARTY_REASONS) or "").strip()


def _against_overriding(row: InformationRequest, proposal: Proposal) -> list[str]:
    told = _told_third_party(proposal.facts)
    if not objectors(row, proposal.reply_kind, proposal.facts):
        return []
    if applicants.is_named_in(row, f"{told}\n{proposal.content}"):  # both stand in the letter to him
        return [_("公开的内容或者告知第三方的理由里有申请人的姓名、名称或者联系方式，请删去。")]
    if told:
        return []
    return [
        _(
            "第三方不同意公开：不公开可能对公共利益造成重大影响，或者其理由不成立的，才能决定公开，"
            "并须写明书面告知第三方的理由（条例第十五条、第三十二条）。"
        )
    ]


def _grounds_of(facts: Mapping[str, Any]) -> list[str]:
    given = facts.get("grounds")
    return [str(value) for value in given] if isinstance(given, list | tuple) else []


def _against_partial(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    grounds = _grounds_of(proposal.facts)
    if not grounds or not set(grounds) <= set(WithholdingGround.values):
        return [_("部分公开须写明不予公开部分的情形。")]
    return _against_third_party(row, proposal, today) if WithholdingGround.THIRD_PARTY in grounds else []


def _against_third_party(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    answers = set(row.inquiries.filter(kind=InquiryKind.THIRD_PARTY).values_list("answer", flat=True))
    if not answers:
        return [_("以第三方合法权益为由不予公开，须先征求第三方意见（条例第三十二条）。")]
    if answers == {InquiryAnswer.CONSENT}:
        return [_("第三方同意公开，不能以其合法权益为由不予公开（条例第十五条）。")]
    return []


def _against_duplicate(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    first = proposal.duplicate_of
    if first is None:
        return [_("重复申请须指明此前已经答复的申请（填受理编号）。")]
    if first.pk == row.pk:
        return [_("不能与自己重复。")]
    if first.agency_id != row.agency_id:
        return [_("%s 不是本单位办理的申请。") % first.number]
    if first.state != State.REPLIED:
        return [_("%s 还没有答复，不能据以不予重复处理（条例第三十六条第六项）。") % first.number]
    return [] if _may_be_same(first, row) else [_("%s 的申请人不是同一人。") % first.number]


def _may_be_same(first: InformationRequest, row: InformationRequest) -> bool:
    """Whether both were asked by one applicant, as far as the portal can tell: purged and imported ones have none.

    What tells people apart best decides alone where both have given it: two of one name are two people.
    """
    people = Applicant.objects.filter(request__in=[first, row])
    keys = list(people.values_list("identity_key", "contact_key", "name_key"))
    if len(keys) < 2:
        return True
    compared = next((pair for pair in zip(*keys, strict=True) if all(pair)), ("", ""))
    return bool(compared[0] == compared[1])


def _against_unclear(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    if Correction.objects.filter(request=row, answered_on__isnull=False).exists():
        return []
    return [_("没有经过补正，不能以“补正后仍不明确”答复（条例第三十条）。")]


def _against_excessive(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    """第三十五条: only reasons that were asked for and not given in time, or given and found wanting."""
    due_on = converse.reasons_due(row)
    if due_on is None:
        return [_("大量反复申请，须先要求申请人说明理由（条例第三十五条）。")]
    if due_on >= today and not row.events.filter(action=Action.RECEIVE_REASONS).exists():
        return [_("申请人说明理由的期限到 %s，还没有收到说明。") % due_on.isoformat()]
    return []


def _against_not_corrected(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    correction = Correction.objects.filter(request=row).first()
    if correction is None:
        return [_("没有告知过补正。")]
    if correction.answered_on:
        return [_("申请人已经补正。")]
    if correction.due_on >= today:
        return [_("补正期限到 %s，期满以后才能终止办理。") % correction.due_on.isoformat()]
    told = Delivery.objects.filter(
        letter__request=row, letter__kind=LetterKind.CORRECTION, delivered_on__lt=correction.due_on
    )
    if not told.exists():
        # Nobody is late with what he was never told: nothing follows from silence before the notice has arrived.
        return [_("没有登记补正告知书在补正期限以前送达，不能认定逾期不补正。")]
    return []


def _against_not_paid(row: InformationRequest, proposal: Proposal, today: date) -> list[str]:
    fee = FeeNotice.objects.filter(request=row).first()
    if fee is None:
        return [_("没有发过收费通知。")]
    if fee.paid_on:
        return [_("申请人已经缴费。")]
    if fee.delivered_on is None:
        return [_("还没有登记收费通知书的送达日期，不能认定逾期未缴费。")]
    if fee.pay_by >= today:
        return [_("缴费期限到 %s，期满以后才能终止办理。") % fee.pay_by.isoformat()]
    return []


type _Check = Callable[[InformationRequest, Proposal, date], list[str]]
_CHECKS: Mapping[ReplyKind, _Check] = MappingProxyType(
    {
        ReplyKind.PARTIAL: _against_partial,
        ReplyKind.THIRD_PARTY: _against_third_party,
        ReplyKind.DUPLICATE: _against_duplicate,
        ReplyKind.STILL_UNCLEAR: _against_unclear,
        ReplyKind.EXCESSIVE: _against_excessive,
        ReplyKind.NOT_CORRECTED: _against_not_corrected,
        ReplyKind.NOT_PAID: _against_not_paid,
    }
)
