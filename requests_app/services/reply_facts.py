"""What a reply says: the words of its decision under the names of its letter, and what the rows of the case add."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from disclosure.enums import WithholdingGround
from govportal.site import absolute_url
from requests_app import letters
from requests_app.enums import Action, ApplicantKind, InquiryAnswer, InquiryKind, State
from requests_app.letter_rules import STATUTE, LetterKind
from requests_app.models import Correction, Delivery, FeeNotice
from requests_app.rules import REPLY_RULES
from requests_app.services.letter_matter import Matter, day_words

# Where the letter calls the reasons of the decision, or its content, by another name.
REASONS_AS: Mapping[LetterKind, str] = MappingProxyType(
    {
        LetterKind.NOT_EXISTING: "search",
        LetterKind.STILL_UNCLEAR: "unclear",
        LetterKind.RECORD_CORRECTED: "result",
    }
)
CONTENT_AS: Mapping[LetterKind, str] = MappingProxyType(
    {LetterKind.SPECIAL_REGIME: "channel", LetterKind.PETITION: "channel", LetterKind.OTHER: "treatment"}
)


def facts_of_reply(matter: Matter) -> dict[str, Any]:
    """Of a letter that is a reply. Words of the decision that have no place of their own become the supplement."""
    said, known = matter.said, letters.known_facts(matter.kind)
    reasons_as = REASONS_AS.get(matter.kind, "reasons")
    content_as = CONTENT_AS.get(matter.kind, "content")
    words = {reasons_as: said.reasons, content_as: said.content}
    homeless = [text for name, text in words.items() if name not in known and text]
    gather = _GATHERERS.get(matter.kind)
    return {
        **(gather(matter) if gather else {}),
        **words,
        "supplement": "\n".join(homeless),
        "attachments": list(said.files),
        "supply": f"{matter.row.get_supply_form_display()}，{matter.row.get_supply_way_display()}",
    }


def _already_public(matter: Matter) -> dict[str, Any]:
    return {
        "access": [
            f"“{item.title}”，索引号{item.index_number}，网址{absolute_url(item.get_absolute_url())}"
            for item in matter.said.items
        ]
    }


def _partial(matter: Matter) -> dict[str, Any]:
    """第三十七条 separates; what is withheld rests on the articles of its grounds."""
    given = matter.said.facts.get("grounds") or []
    grounds = [WithholdingGround(value) for value in given if value in WithholdingGround.values]
    article_of = {rule.ground: rule.article.partition("、")[0] for rule in REPLY_RULES.values() if rule.ground}
    articles = list(dict.fromkeys(article_of[ground] for ground in grounds))
    return {"withheld_basis": f"{STATUTE}{'、'.join(articles)}" if articles else ""}


def _withheld_for_party(matter: Matter) -> dict[str, Any]:
    answers = set(matter.row.inquiries.filter(kind=InquiryKind.THIRD_PARTY).values_list("answer", flat=True))
    if answers & {InquiryAnswer.OBJECTION, InquiryAnswer.PARTLY}:
        return {"consultation": "第三方不同意公开且有合理理由"}
    return {"consultation": "第三方逾期没有提出意见"} if InquiryAnswer.SILENCE in answers else {}


def _still_unclear(matter: Matter) -> dict[str, Any]:
    correction = Correction.objects.filter(request=matter.row).first()
    return _letter_of(matter, LetterKind.CORRECTION, "correction_number") | {
        "corrected_on": correction.answered_on if correction else None
    }


def _not_corrected(matter: Matter) -> dict[str, Any]:
    correction = Correction.objects.filter(request=matter.row).first()
    return _letter_of(matter, LetterKind.CORRECTION, "correction_number", "correction_delivered_on") | {
        "correct_by": correction.due_on if correction else None
    }


def _not_paid(matter: Matter) -> dict[str, Any]:
    notice = FeeNotice.objects.filter(request=matter.row).first()
    found = _letter_of(matter, LetterKind.FEE, "fee_number", "fee_delivered_on")
    if notice:
        found = {"fee_delivered_on": notice.delivered_on} | found | {"pay_by": notice.pay_by}
    return found


def _letter_of(matter: Matter, kind: LetterKind, number_as: str, delivered_as: str = "") -> dict[str, Any]:
    """Number and proven day of arrival of an earlier letter in this case."""
    letters_of_kind = matter.row.letters.filter(kind=kind).order_by("pk")
    letter = letters_of_kind.last()
    if letter is None:
        return {}
    # Whichever version came first: a later one under the same number takes no arrival back.
    found = Delivery.objects.filter(letter__in=letters_of_kind, delivered_on__isnull=False)
    arrived = found.order_by("delivered_on").first()
    return {number_as: letter.number} | ({delivered_as: arrived.delivered_on} if delivered_as and arrived else {})


def _duplicate(matter: Matter) -> dict[str, Any]:
    first = matter.said.duplicate_of
    if first is None:
        return {}
    reply = first.letters.filter(kind=first.reply_kind).order_by("pk").last() if first.state == State.REPLIED else None
    return {
        "earlier_number": first.number,
        "earlier_replied_on": first.closed_on,
        "earlier_reply_number": reply.number if reply else "",
    }


def _excessive(matter: Matter) -> dict[str, Any]:
    events = matter.row.events
    given = events.filter(action=Action.RECEIVE_REASONS).last()
    who = "贵单位" if matter.row.applicant_kind != ApplicantKind.NATURAL_PERSON else "您"
    if given:
        return _excess(matter) | {"reasons_given": f"{who}于{day_words(given.on)}说明了理由"}
    return _excess(matter) | {"reasons_given": f"{who}没有说明理由"}


def _excess(matter: Matter) -> dict[str, Any]:
    asked = matter.row.events.filter(action=Action.ASK_REASONS).last()
    return {"excess": asked.public_note} if asked else {}


_K = LetterKind
_GATHERERS: Mapping[LetterKind, Callable[[Matter], dict[str, Any]]] = MappingProxyType(
    {
        _K.ALREADY_PUBLIC: _already_public,
        _K.PARTIAL: _partial,
        _K.THIRD_PARTY: _withheld_for_party,
        _K.STILL_UNCLEAR: _still_unclear,
        _K.NOT_CORRECTED: _not_corrected,
        _K.NOT_PAID: _not_paid,
        _K.DUPLICATE: _duplicate,
        _K.EXCESSIVE: _excessive,
    }
)
