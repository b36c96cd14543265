"""Rules of requests as data: which day counts as receipt, and what each reply rests on. Pure but for labels.

The statutory clock has its own terms (clock.py), letters theirs (letter_rules.py). A changed law is a new line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from disclosure.enums import WithholdingGround
from requests_app.enums import Channel, Outcome, ReceiptBasis, ReplyKind

RECEIPT_ARTICLE = "《政府信息公开条例》第三十一条"

# 第三十一条: which day is the day of receipt, by channel; the first is the usual one. An oral request is written
# down by the office on the spot (第二十九条第一款), so it counts like one handed in. Ordinary mail without a signature
# counts from the day on which the office has confirmed it with the applicant, the very day it came.
RECEIPT_BASES: Mapping[Channel, tuple[ReceiptBasis, ...]] = MappingProxyType(
    {
        Channel.WEB: (ReceiptBasis.PORTAL, ReceiptBasis.CONFIRMED),
        Channel.MAIL: (ReceiptBasis.SIGNED_FOR, ReceiptBasis.CONFIRMED),
        Channel.COUNTER: (ReceiptBasis.SUBMITTED,),
        Channel.EMAIL: (ReceiptBasis.CONFIRMED,),
        Channel.FAX: (ReceiptBasis.CONFIRMED,),
        Channel.ORAL: (ReceiptBasis.SUBMITTED,),
    }
)


@dataclass(frozen=True, slots=True)
class ReplyRule:
    """One reply: its row of table 3, the article it rests on, and the ground if information is withheld.

    `names_items`: must name a live published item; `gives_files`: hands over information; `ends_by_lateness`: closes
    because the applicant did not act, from the state that waits for him.
    """

    kind: ReplyKind
    outcome: Outcome
    article: str
    ground: WithholdingGround | None = None
    names_items: bool = False
    gives_files: bool = False
    ends_by_lateness: bool = False

    @property
    def basis(self) -> str:
        return f"《中华人民共和国政府信息公开条例》{self.article}"


_K, _O, _G = ReplyKind, Outcome, WithholdingGround
_RULES = (
    ReplyRule(_K.ALREADY_PUBLIC, _O.R1, "第三十六条第一项", names_items=True),
    ReplyRule(_K.DISCLOSED, _O.R1, "第三十六条第二项", gives_files=True),
    ReplyRule(_K.PARTIAL, _O.R2, "第三十七条", gives_files=True),
    ReplyRule(_K.STATE_SECRET, _O.R3_1, "第十四条、第三十六条第三项", _G.STATE_SECRET),
    ReplyRule(_K.FORBIDDEN_BY_LAW, _O.R3_2, "第十四条、第三十六条第三项", _G.FORBIDDEN_BY_LAW),
    ReplyRule(_K.SECURITY, _O.R3_3, "第十四条、第三十六条第三项", _G.SECURITY),
    ReplyRule(_K.THIRD_PARTY, _O.R3_4, "第十五条、第三十二条、第三十六条第三项", _G.THIRD_PARTY),
    ReplyRule(_K.INTERNAL_AFFAIRS, _O.R3_5, "第十六条第一款、第三十六条第三项", _G.INTERNAL_AFFAIRS),
    ReplyRule(_K.DELIBERATIVE, _O.R3_6, "第十六条第二款、第三十六条第三项", _G.DELIBERATIVE),
    ReplyRule(_K.ENFORCEMENT_FILE, _O.R3_7, "第十六条第二款、第三十六条第三项", _G.ENFORCEMENT_FILE),
    ReplyRule(_K.SPECIAL_REGIME, _O.R3_8, "第三十六条第七项"),
    ReplyRule(_K.NOT_EXISTING, _O.R4_1, "第三十六条第四项"),
    ReplyRule(_K.NOT_OURS, _O.R4_1, "第三十六条第五项"),
    ReplyRule(_K.NEEDS_PROCESSING, _O.R4_2, "第三十八条"),
    ReplyRule(_K.STILL_UNCLEAR, _O.R4_3, "第二十九条、第三十条"),
    ReplyRule(_K.PETITION, _O.R5_1, "第三十九条第一款"),
    ReplyRule(_K.DUPLICATE, _O.R5_2, "第三十六条第六项"),
    ReplyRule(_K.PUBLICATION, _O.R5_3, "第三十九条第二款"),
    ReplyRule(_K.EXCESSIVE, _O.R5_4, "第三十五条"),
    # The form alone has this row; what is asked for is an act, not existing information (第三十八条).
    ReplyRule(_K.CONFIRMATION, _O.R5_5, "第三十八条"),
    ReplyRule(_K.NOT_CORRECTED, _O.R6_1, "第三十条", ends_by_lateness=True),
    ReplyRule(_K.NOT_PAID, _O.R6_2, "第四十二条", ends_by_lateness=True),
    ReplyRule(_K.RECORD_CORRECTED, _O.R6_3, "第四十一条"),
    ReplyRule(_K.OTHER, _O.R6_3, "第三十三条"),
)
REPLY_RULES: Mapping[ReplyKind, ReplyRule] = MappingProxyType({rule.kind: rule for rule in _RULES})

# 三件同样的申请: from so many requests on for the same information a task to publish is opened. 第四十四条 says
# 多个申请人; three is the portal's reading of it.
LIKE_REQUESTS = 3
