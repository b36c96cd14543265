"""文书 as data: for each letter its title, article, what it must say, and the remedy it names. Pure.

The letters are those of the model documents for replies (国办公开办函〔2020〕2号) and of the fee rules. A reply takes
its article from `rules.REPLY_RULES`, so that no letter cites what its decision does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from requests_app.enums import DecisionKind, InquiryKind, ReplyKind
from requests_app.rules import REPLY_RULES

STATUTE = "《中华人民共和国政府信息公开条例》"
FEE_RULES = "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）"


class LetterKind(TextChoices):
    """The kinds that are replies carry the values of ReplyKind."""

    REGISTRATION_RECEIPT = "registration_receipt", _("登记回执")
    CORRECTION = "correction", _("补正告知书")
    REASONS = "reasons", _("说明理由告知书")
    EXTENSION = "extension", _("延期答复告知书")
    THIRD_PARTY_INQUIRY = "third_party_inquiry", _("第三方意见征询书")
    CO_AGENCY_INQUIRY = "co_agency_inquiry", _("共同制作机关征求意见书")
    PAUSE = "pause", _("征求意见告知书")
    THIRD_PARTY_DECISION = "third_party_decision", _("公开决定告知书")
    DELAY = "delay", _("延迟答复告知书")
    FEE = "fee", _("收费通知书")
    TRANSFER = "transfer", _("转办告知书")
    ALREADY_PUBLIC = "already_public", _("已主动公开告知书")
    DISCLOSED = "disclosed", _("予以公开告知书")
    PARTIAL = "partial", _("部分公开告知书")
    STATE_SECRET = "state_secret", _("不予公开告知书（国家秘密）")
    FORBIDDEN_BY_LAW = "forbidden_by_law", _("不予公开告知书（法律、行政法规禁止公开）")
    SECURITY = "security", _("不予公开告知书（三安全一稳定）")
    THIRD_PARTY = "third_party", _("不予公开告知书（第三方合法权益）")
    INTERNAL_AFFAIRS = "internal_affairs", _("不予公开告知书（内部事务信息）")
    DELIBERATIVE = "deliberative", _("不予公开告知书（过程性信息）")
    ENFORCEMENT_FILE = "enforcement_file", _("不予公开告知书（行政执法案卷）")
    SPECIAL_REGIME = "special_regime", _("行政查询事项告知书")
    NOT_EXISTING = "not_existing", _("政府信息不存在告知书")
    NOT_OURS = "not_ours", _("非本机关政府信息告知书")
    NEEDS_PROCESSING = "needs_processing", _("需加工分析告知书")
    STILL_UNCLEAR = "still_unclear", _("补正后仍不明确告知书")
    PETITION = "petition", _("信访投诉举报类告知书")
    DUPLICATE = "duplicate", _("重复申请告知书")
    PUBLICATION = "publication", _("公开出版物告知书")
    EXCESSIVE = "excessive", _("不予处理告知书（大量反复申请）")
    CONFIRMATION = "confirmation", _("不予处理告知书（确认或者重新出具）")
    NOT_CORRECTED = "not_corrected", _("终止告知书（逾期不补正）")
    NOT_PAID = "not_paid", _("终止告知书（逾期不缴费）")
    RECORD_CORRECTED = "record_corrected", _("更正告知书")
    OTHER = "other", _("其他处理告知书")


class Addressee(StrEnum):
    APPLICANT = "applicant"
    THIRD_PARTY = "third_party"  # never learns who applied
    CO_AGENCY = "co_agency"


class Remedy(StrEnum):
    """How to challenge what a letter says."""

    NONE = "none"  # a step on the way, which cannot be challenged by itself (法释〔2025〕8号)
    EITHER = "either"  # 复议 or 诉讼
    REVIEW_FIRST = "review_first"  # 不予公开 by 第十四条至第十六条
    REVIEW_FIRST_IN_PART = "review_first_in_part"  # 部分公开: the part that is withheld
    REVIEW = "review"
    BY_SETTING = "by_setting"  # courts take no such suit (法释〔2025〕8号); what to name is the office's policy


class FactKind(StrEnum):
    TEXT = "text"
    PARAGRAPHS = "paragraphs"  # one text, a paragraph a line
    LINES = "lines"  # a list of texts
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"  # 元, as Decimal
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a letter says, under the name by which its template knows it."""

    name: str
    label: str
    kind: FactKind = FactKind.TEXT


@dataclass(frozen=True, slots=True)
class LetterRule:
    """One letter. `required` comes on top of what every letter needs."""

    kind: LetterKind
    title: str
    basis: str
    remedy: Remedy
    required: tuple[Fact, ...]
    optional: tuple[Fact, ...] = ()
    addressee: Addressee = Addressee.APPLICANT

    @property
    def template(self) -> str:
        return f"requests_app/letters/{self.kind.value}.html"

    @property
    def always(self) -> tuple[Fact, ...]:
        """What this letter needs whatever its remedy."""
        about = REQUEST_FACTS if self.addressee is Addressee.APPLICANT else ()
        return (*COMMON_FACTS, *about, *self.required)


_P, _L, _D = FactKind.PARAGRAPHS, FactKind.LINES, FactKind.DATE

COMMON_FACTS = (
    Fact("issuer", "发文机关"),
    Fact("addressee", "收件人"),
    Fact("issued_on", "成文日期", _D),
    Fact("contact", "承办机构和联系方式"),
)
# Without a number a letter is a draft and says so on every page.
COMMON_OPTIONAL = (
    Fact("number", "文号"),
    Fact("is_organisation", "收件人是单位", FactKind.FLAG),
    Fact("supplement", "补充说明", _P),
    Fact("attachments", "附件", _L),
)
REQUEST_FACTS = (
    Fact("request_number", "受理编号"),
    Fact("received_on", "收到申请日期", _D),
    Fact("subject", "申请内容"),
)
REMEDY_FACTS = (Fact("review_body", "行政复议机关"), Fact("court", "管辖法院"))

_REASONS = Fact("reasons", "理由", _P)
_CONTENT = Fact("content", "公开的内容", _P)
_SUPPLY = Fact("supply", "提供的形式和途径")
_RETURN_TO = Fact("return_to", "提交的方式和地址")
_INFORMATION = Fact("information", "征求意见的政府信息", _P)
_ANSWER_DAYS = Fact("answer_days", "答复期限（工作日）", FactKind.NUMBER)
_EXPLANATION = Fact("explanation", "期限的计算过程", _L)
# The holidays of its year are not announced: whoever reads the date must not take it for final.
_IS_PROVISIONAL = Fact("is_provisional", "答复期限是暂估的", FactKind.FLAG)
_CATEGORY = Fact("category", "信息的类别")
_CHANNEL = Fact("channel", "办理的渠道", _P)
_ACCESS = Fact("access", "获取的方式和途径", _L)
_EXCESS = Fact("excess", "数量、频次的情况", _P)
_CORRECT_BY = Fact("correct_by", "补正期限", _D)
_CORRECTION_NUMBER = Fact("correction_number", "补正告知书文号")

_K, _R = LetterKind, Remedy

# Steps of the procedure. None of them can be challenged by itself but the decision that touches a third party.
_STEPS = (
    LetterRule(
        _K.REGISTRATION_RECEIPT,
        "政府信息公开申请登记回执",
        f"{STATUTE}第三十一条、第四十五条",
        _R.NONE,
        (Fact("receipt_basis", "收到日期的确定方式"), Fact("due_on", "答复期限", _D)),
        (Fact("query_address", "查询网址"), _IS_PROVISIONAL),
    ),
    LetterRule(
        _K.CORRECTION,
        "政府信息公开申请补正告知书",
        f"{STATUTE}第三十条",
        _R.NONE,
        (Fact("items", "需要补正的事项", _L), _CORRECT_BY, _RETURN_TO),
        (Fact("guidance", "补正指引", _P),),
    ),
    LetterRule(
        _K.REASONS,
        "政府信息公开申请说明理由告知书",
        f"{STATUTE}第三十五条",
        _R.NONE,
        (_EXCESS, Fact("reply_by", "说明理由的期限", _D), _RETURN_TO),
    ),
    LetterRule(
        _K.EXTENSION,
        "政府信息公开申请延期答复告知书",
        f"{STATUTE}第三十三条第二款",
        _R.NONE,
        (_REASONS, Fact("due_on", "原答复期限", _D), Fact("new_due_on", "延长后的答复期限", _D), _EXPLANATION),
        (_IS_PROVISIONAL,),
    ),
    LetterRule(
        _K.THIRD_PARTY_INQUIRY,
        "第三方意见征询书",
        f"{STATUTE}第三十二条",
        _R.NONE,
        (_INFORMATION, Fact("interest", "可能受损害的权益"), _ANSWER_DAYS, _RETURN_TO),
        addressee=Addressee.THIRD_PARTY,
    ),
    LetterRule(
        _K.CO_AGENCY_INQUIRY,
        "共同制作机关征求意见书",
        f"{STATUTE}第三十四条",
        _R.NONE,
        (_INFORMATION, _ANSWER_DAYS, _RETURN_TO),
        (Fact("proposal", "本机关的处理意见", _P),),
        addressee=Addressee.CO_AGENCY,
    ),
    LetterRule(
        _K.PAUSE,
        "征求意见告知书",
        f"{STATUTE}第三十三条第三款",
        _R.NONE,
        (Fact("consulted", "征求意见的对象"), Fact("paused_from", "发出征求意见书日期", _D), _EXPLANATION),
    ),
    LetterRule(
        _K.THIRD_PARTY_DECISION,
        "政府信息公开决定告知书",
        f"{STATUTE}第三十二条",
        _R.EITHER,
        (
            Fact("inquiry_number", "征询书文号"),
            Fact("opinion", "第三方提出的意见"),
            _CONTENT,
            _REASONS,
            Fact("open_on", "公开日期", _D),
        ),
        addressee=Addressee.THIRD_PARTY,
    ),
    LetterRule(
        _K.DELAY,
        "政府信息公开申请延迟答复告知书",
        f"{STATUTE}第三十五条",
        _R.NONE,
        (_REASONS, Fact("new_due_on", "延迟后的答复期限", _D), _EXPLANATION),
        (_IS_PROVISIONAL,),
    ),
    LetterRule(
        _K.FEE,
        "政府信息公开信息处理费收费通知书",
        f"{STATUTE}第四十二条和{FEE_RULES}",
        _R.NONE,
        (
            Fact("mode", "计收方式"),
            Fact("quantity", "数量"),
            Fact("working", "计算过程", _L),
            Fact("amount", "金额", FactKind.MONEY),
            Fact("payment_days", "缴费期限（工作日）", FactKind.NUMBER),
            Fact("payment_way", "缴纳方式", _P),
        ),
    ),
    LetterRule(
        _K.TRANSFER,
        "政府信息公开申请转办告知书",
        f"{STATUTE}第十条",
        _R.NONE,
        (
            _REASONS,
            Fact("receiver", "承接机关"),
            Fact("receiver_contact", "承接机关的联系方式"),
            Fact("transferred_on", "转办日期", _D),
        ),
    ),
)


def _reply(
    kind: LetterKind, title: str, remedy: Remedy, *required: Fact, optional: tuple[Fact, ...] = (), also: str = ""
) -> LetterRule:
    """`also` is cited beside the article of the reply."""
    rule = REPLY_RULES[ReplyKind(kind.value)]
    return LetterRule(kind, title, f"{rule.basis}{also}", remedy, required, optional)


_WITHHELD = "政府信息不予公开告知书"
_REPLIES = (
    _reply(_K.ALREADY_PUBLIC, "政府信息已主动公开告知书", _R.EITHER, _ACCESS),
    _reply(_K.DISCLOSED, "政府信息予以公开告知书", _R.EITHER, _CONTENT, _SUPPLY, also="、第四十条"),
    _reply(
        _K.PARTIAL,
        "政府信息部分公开告知书",
        _R.REVIEW_FIRST_IN_PART,
        _CONTENT,
        _SUPPLY,
        Fact("withheld", "不予公开的内容", _P),
        Fact("withheld_basis", "不予公开的依据"),
        _REASONS,
    ),
    _reply(_K.STATE_SECRET, _WITHHELD, _R.REVIEW_FIRST, _REASONS),
    _reply(
        _K.FORBIDDEN_BY_LAW, _WITHHELD, _R.REVIEW_FIRST, Fact("forbidding_law", "禁止公开的法律、行政法规"), _REASONS
    ),
    _reply(_K.SECURITY, _WITHHELD, _R.REVIEW_FIRST, Fact("endangered", "可能危及的安全或者稳定"), _REASONS),
    _reply(
        _K.THIRD_PARTY,
        _WITHHELD,
        _R.REVIEW_FIRST,
        Fact("interest", "涉及的权益"),
        Fact("consultation", "征求第三方意见的情况"),
        _REASONS,
    ),
    _reply(_K.INTERNAL_AFFAIRS, _WITHHELD, _R.REVIEW_FIRST, _CATEGORY, _REASONS),
    _reply(_K.DELIBERATIVE, _WITHHELD, _R.REVIEW_FIRST, _CATEGORY, _REASONS),
    _reply(_K.ENFORCEMENT_FILE, _WITHHELD, _R.REVIEW_FIRST, Fact("case", "所属的执法案件"), _REASONS),
    _reply(
        _K.SPECIAL_REGIME,
        "行政查询事项告知书",
        _R.BY_SETTING,
        _CATEGORY,
        Fact("regime", "有关法律、行政法规"),
        _CHANNEL,
    ),
    _reply(_K.NOT_EXISTING, "政府信息不存在告知书", _R.EITHER, Fact("search", "检索的情况", _P)),
    _reply(
        _K.NOT_OURS,
        "非本机关政府信息告知书",
        _R.EITHER,
        _REASONS,
        optional=(Fact("right_agency", "负责公开的机关"), Fact("right_agency_contact", "该机关的联系方式")),
    ),
    _reply(_K.NEEDS_PROCESSING, "政府信息需加工分析告知书", _R.BY_SETTING, _REASONS),
    _reply(
        _K.STILL_UNCLEAR,
        "补正后申请内容仍不明确告知书",
        _R.EITHER,
        _CORRECTION_NUMBER,
        Fact("corrected_on", "收到补正日期", _D),
        Fact("unclear", "仍不明确之处", _P),
    ),
    _reply(_K.PETITION, "信访、投诉、举报类申请告知书", _R.BY_SETTING, Fact("matter", "申请的实质内容"), _CHANNEL),
    _reply(
        _K.DUPLICATE,
        "重复申请告知书",
        _R.BY_SETTING,
        Fact("earlier_number", "此前申请的受理编号"),
        Fact("earlier_reply_number", "此前答复的文号"),
        Fact("earlier_replied_on", "此前答复日期", _D),
    ),
    _reply(_K.PUBLICATION, "公开出版物告知书", _R.BY_SETTING, Fact("publication", "出版物名称"), _ACCESS),
    _reply(
        _K.EXCESSIVE,
        "政府信息公开申请不予处理告知书",
        _R.EITHER,
        _EXCESS,
        Fact("reasons_given", "申请人说明理由的情况"),
        _REASONS,
    ),
    _reply(_K.CONFIRMATION, "政府信息公开申请不予处理告知书", _R.EITHER, Fact("obtained", "此前获取的情况"), _REASONS),
    _reply(
        _K.NOT_CORRECTED,
        "政府信息公开申请终止办理告知书",
        _R.EITHER,
        _CORRECTION_NUMBER,
        Fact("correction_delivered_on", "补正告知书送达日期", _D),
        _CORRECT_BY,
    ),
    _reply(
        _K.NOT_PAID,
        "政府信息公开申请终止办理告知书",
        _R.EITHER,
        Fact("fee_number", "收费通知书文号"),
        Fact("fee_delivered_on", "收费通知书送达日期", _D),
        Fact("pay_by", "缴费期限", _D),
        also=f"和{FEE_RULES}",
    ),
    _reply(
        _K.RECORD_CORRECTED,
        "政府信息更正告知书",
        _R.EITHER,
        Fact("record", "要求更正的记录"),
        Fact("result", "审核处理的结果", _P),
    ),
    _reply(_K.OTHER, "政府信息公开申请处理告知书", _R.EITHER, _REASONS, Fact("treatment", "处理的结果", _P)),
)

LETTER_RULES: Mapping[LetterKind, LetterRule] = MappingProxyType({rule.kind: rule for rule in (*_STEPS, *_REPLIES)})

# The letter of a decision that is no reply; that of a reply has the value of its kind.
DECISION_LETTERS: Mapping[DecisionKind, LetterKind] = MappingProxyType(
    {DecisionKind.EXTENSION: LetterKind.EXTENSION, DecisionKind.DELAY: LetterKind.DELAY}
)
# The letter by which each is asked, and the other way round; its arrival starts the period for the answer.
INQUIRY_LETTERS: Mapping[InquiryKind, LetterKind] = MappingProxyType(
    {
        InquiryKind.THIRD_PARTY: LetterKind.THIRD_PARTY_INQUIRY,
        InquiryKind.CO_AGENCY: LetterKind.CO_AGENCY_INQUIRY,
    }
)
ASKED_BY: Mapping[LetterKind, InquiryKind] = MappingProxyType(
    {letter: kind for kind, letter in INQUIRY_LETTERS.items()}
)

# Times run from receipt, for then the act is known: 《行政复议法》第二十条, 《行政诉讼法》第四十五条、第四十六条.
# 第二十三条第二款 makes the agency itself say that review comes first.
_REVIEW_FIRST = (
    "应当自收到本告知书之日起60日内先向{review_body}申请行政复议（《行政复议法》第二十条、第二十三条第一款第四项）；"
    "不服行政复议决定的，可以自收到决定书之日起15日内向{court}提起行政诉讼（《行政诉讼法》第四十五条）。"
)
_REVIEW = "可以自收到本告知书之日起60日内向{review_body}申请行政复议（《行政复议法》第二十条）"
_EITHER = f"{_REVIEW}，也可以自收到之日起6个月内向{{court}}提起行政诉讼（《行政诉讼法》第四十六条）。"
REMEDY_TEXTS: Mapping[Remedy, tuple[str, ...]] = MappingProxyType(
    {
        Remedy.NONE: (),
        Remedy.EITHER: (f"不服本告知书的，{_EITHER}",),
        Remedy.REVIEW: (f"不服本告知书的，{_REVIEW}。",),
        Remedy.REVIEW_FIRST: (f"不服本决定的，{_REVIEW_FIRST}",),
        Remedy.REVIEW_FIRST_IN_PART: (
            f"不服其中不予公开的部分的，{_REVIEW_FIRST}",
            f"不服本告知书其他内容的，{_EITHER}",
        ),
    }
)
