"""The words in which offices keep their ledgers of requests: headers and values, as `words.key` of them. Pure.

docs/ledger.md lists them for whoever prepares a file; a test keeps the two together.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from django.utils.translation import override

from requests_app.enums import ApplicantKind, Channel, Outcome, State
from requests_app.report_form import OUTCOME_ROWS
from requests_app.rules import REPLY_RULES

HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "number": ("number", "编号", "受理编号", "申请编号", "登记编号", "受理号", "登记号", "收文编号"),
        "received_on": (
            "received_on", "收到日期", "收到申请日期", "收到时间", "收件日期", "签收日期", "受理日期", "受理时间",
        ),
        "channel": ("channel", "渠道", "申请渠道", "申请方式", "申请途径", "受理渠道", "受理方式", "提交方式"),
        "applicant_kind": (
            "applicant_kind", "申请人类型", "申请人类别", "申请人情况", "申请人性质", "申请主体类型",
        ),
        "subject": (
            "subject", "信息名称", "所需信息名称", "申请信息名称", "申请内容", "所需信息", "申请公开内容", "申请事项",
        ),
        "outcome": ("outcome", "办理结果", "答复结果", "处理结果", "答复类型", "答复方式", "办理情况"),
        "closed_on": ("closed_on", "办结日期", "办结时间", "答复日期", "答复时间"),
        "carried_from": ("carried_from", "结转自", "结转自年度", "结转年度"),
    }
)  # fmt: skip
# Every ledger has them; without the others a table can still be read.
REQUIRED = ("number", "received_on", "channel", "applicant_kind", "outcome", "closed_on")
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "number": "受理编号",
        "received_on": "收到日期",
        "channel": "申请渠道",
        "applicant_kind": "申请人类型",
        "subject": "信息名称",
        "outcome": "办理结果",
        "closed_on": "办结日期",
        "carried_from": "结转自",
    }
)

_LEADING_NUMBER = re.compile(r"^[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.、．]+")
_PARTING = re.compile(r"[\s\-—–:：/]+")
_STRAY = re.compile(r"[\s\"'“”‘’「」《》〈〉()（）\[\]、,，。.．:：;；·\-—–_/|]")


def key(text: str) -> str:
    """A word without the number in front of it, quotes, brackets and blanks, for comparison alone."""
    folded = unicodedata.normalize("NFKC", text).strip()
    return _STRAY.sub("", _LEADING_NUMBER.sub("", folded)).lower()


CHANNELS: Mapping[Channel, tuple[str, ...]] = MappingProxyType(
    {
        Channel.WEB: ("网上", "网络", "网站", "在线", "网上申请", "网络申请", "在线申请", "互联网", "政府网站", "平台"),
        Channel.MAIL: ("邮寄", "信函", "信件", "来信", "快递", "挂号信", "邮政", "EMS", "邮寄申请"),
        Channel.COUNTER: ("当面", "现场", "窗口", "当面提交", "当面申请", "现场申请", "现场提交", "来访"),
        Channel.EMAIL: ("电子邮件", "电邮", "邮件", "电子邮箱", "邮箱", "e-mail"),
        Channel.FAX: ("传真",),
        Channel.ORAL: ("口头", "口头申请"),
    }
)
APPLICANT_KINDS: Mapping[ApplicantKind, tuple[str, ...]] = MappingProxyType(
    {
        ApplicantKind.NATURAL_PERSON: ("自然人", "个人", "公民"),
        ApplicantKind.BUSINESS: ("商业企业", "企业", "公司"),
        ApplicantKind.RESEARCH: ("科研机构", "科研院所", "科研单位"),
        ApplicantKind.SOCIAL_ORG: ("社会公益组织", "公益组织", "社会组织"),
        ApplicantKind.LEGAL_SERVICE: ("法律服务机构", "律师事务所", "律所"),
        ApplicantKind.OTHER_ORG: ("其他组织", "其他"),
    }
)
# Beside the wording of the form and of the replies.
OUTCOMES: Mapping[Outcome, tuple[str, ...]] = MappingProxyType(
    {
        Outcome.R1: ("公开", "同意公开", "全部公开", "已主动公开", "属于主动公开范围", "告知获取方式和途径"),
        Outcome.R2: ("部分公开", "同意部分公开", "区分处理"),
        Outcome.R3_1: ("国家秘密", "涉密"),
        Outcome.R3_2: ("法律行政法规禁止公开", "法律法规禁止公开"),
        Outcome.R3_3: ("三安全一稳定", "危及三安全一稳定"),
        Outcome.R3_4: ("第三方合法权益", "涉及第三方合法权益", "商业秘密", "个人隐私"),
        Outcome.R3_5: ("内部事务信息", "三类内部事务信息"),
        Outcome.R3_6: ("过程性信息", "四类过程性信息"),
        Outcome.R3_7: ("行政执法案卷", "行政执法案卷信息"),
        Outcome.R3_8: ("行政查询事项", "依法查询"),
        Outcome.R4_1: (
            "不存在",
            "信息不存在",
            "政府信息不存在",
            "不掌握",
            "本机关不掌握",
            "非本机关公开",
            "不属于本机关",
        ),
        Outcome.R4_2: ("需要另行制作", "没有现成信息", "需要加工分析"),
        Outcome.R4_3: ("内容仍不明确", "申请内容不明确", "补正后仍不明确"),
        Outcome.R5_1: ("信访", "信访投诉举报", "信访举报投诉"),
        Outcome.R5_2: ("重复申请", "不予重复处理"),
        Outcome.R5_3: ("公开出版物",),
        Outcome.R5_4: ("大量反复申请", "无正当理由大量反复申请"),
        Outcome.R5_5: ("确认或重新出具已获取信息",),
        Outcome.R6_1: ("逾期不补正", "逾期未补正", "申请人逾期不补正"),
        Outcome.R6_2: ("逾期不缴费", "逾期未缴费", "逾期未缴纳费用"),
        Outcome.R6_3: ("其他", "其他处理"),
    }
)  # fmt: skip
# The applicant took it back: 其他处理 in the form, and a state of its own here.
WITHDRAWN = ("withdrawn", "撤回", "撤回申请", "申请人撤回", "撤销申请", "申请人主动撤回")
# Not closed yet, in the words of ledgers; `next` is the key of the row in the form.
OPEN = (
    "next", "办理中", "在办", "未办结", "正在办理", "待办", "未答复", "结转", "结转下年", "结转下年度",
    "结转下年度继续办理", "结转下一年度",
)  # fmt: skip
# What stands in a cell that means to be empty.
NOTHING = frozenset({"", "/", "\\", "-", "--", "—", "——", "无", "否", "空"})


# What may stand before the reason itself, with the rows of table 3 that then alone are meant.
OUTCOME_HEADS: Mapping[str, str] = MappingProxyType(
    {"不予公开": "r3_", "无法提供": "r4_", "不予处理": "r5_", "其他处理": "r6_"}
)
KIND_HEADS = frozenset({"法人", "法人或其他组织", "法人其他组织", "组织", "单位"})


def state_of(outcome: Outcome) -> State:
    """Where a request rests that was closed by this outcome; who took his back is told by other words."""
    return State.LAPSED if outcome in (Outcome.R6_1, Outcome.R6_2) else State.REPLIED


def channel(text: str) -> Channel | None:
    return _CHANNEL_OF.get(key(text))


def applicant_kind(text: str) -> ApplicantKind | None:
    """自然人, or 法人或其他组织—商业企业 by its second part."""
    head, tail = _parted(text)
    return _KIND_OF.get(key(text)) or (_KIND_OF.get(key(tail)) if key(head) in KIND_HEADS else None)


def outcome(text: str) -> tuple[Outcome | None, State] | None:
    """(outcome, state), (None, IN_REVIEW) for what is not closed, None for words that are not known.

    “不予公开—属于国家秘密” is told by its second part, if that is a row under the first.
    """
    if found := _OUTCOME_OF.get(key(text)):
        return found
    head, tail = _parted(text)
    row = _OUTCOME_OF.get(key(tail))
    prefix = OUTCOME_HEADS.get(key(head))
    return row if row and row[0] and prefix and row[0].startswith(prefix) else None


def _parted(text: str) -> tuple[str, str]:
    parts = _PARTING.split(unicodedata.normalize("NFKC", text).strip(), maxsplit=1)
    return (parts[0], parts[1]) if len(parts) == 2 else ("", "")


def _outcome_words() -> Iterator[tuple[str, tuple[Outcome | None, State]]]:
    for kind, rule in REPLY_RULES.items():
        for word in (kind.value, str(kind.label)):
            yield word, (rule.outcome, state_of(rule.outcome))
    for row in OUTCOME_ROWS:
        yield row.label, (Outcome(row.key), state_of(Outcome(row.key)))
    for result, words in OUTCOMES.items():
        for word in (result.value, str(result.label), *words):
            yield word, (result, state_of(result))
    for word in WITHDRAWN:
        yield word, (Outcome.R6_3, State.WITHDRAWN)
    for word in OPEN:
        yield word, (None, State.IN_REVIEW)


# A ledger is Chinese, in whatever language the page is that it comes by.
with override("zh-hans"):
    _CHANNEL_OF = {key(word): c for c, words in CHANNELS.items() for word in (c.value, str(c.label), *words)}
    _KIND_OF = {key(word): k for k, words in APPLICANT_KINDS.items() for word in (k.value, str(k.label), *words)}
    _OUTCOME_OF = {key(word): found for word, found in _outcome_words()}
