"""Facts for every letter, as an office of the fictional county would write them."""

from datetime import date
from decimal import Decimal
from typing import Any

from requests_app.letter_rules import LETTER_RULES, Addressee, LetterKind

_K = LetterKind
COMMON: dict[str, Any] = {
    "issuer": "澄明县交通运输局",
    "number": "澄交公复〔2026〕31号",
    "addressee": "林晓舟",
    "issued_on": date(2026, 11, 10),
    "contact": "承办：政务公开室　电话：0399-6613320　地址：澄明县交通路9号",
    "review_body": "澄明县人民政府",
    "court": "澄明县人民法院",
}
ABOUT: dict[str, Any] = {
    "request_number": "CM-2026-00147",
    "received_on": date(2026, 9, 15),
    "subject": "2025年柳林镇农村公路养护资金使用明细",
}
PARTY: dict[str, Any] = {"addressee": "澄明县顺通路桥有限公司", "is_organisation": True}
REASONS = "该信息载明施工单位的账户和单价，属于其不为公众所知悉的经营信息。"
EXCESS = "2026年9月1日至9月30日，共提交申请64件，其中51件内容相近。"
RETURN_TO = "澄明县交通路9号澄明县交通运输局政务公开室（邮政编码439900）"
STEPS = [
    "2026年9月15日收到申请，自次日起计算20个工作日，至2026年10月16日。",
    "2026年10月14日延长答复期限20个工作日，至2026年11月13日。",
]
ACCESS = ["澄明县政务公开平台，索引号cmjt/2026-00031，网址https://zwgk.chengming.example/items/cmjt-2026-00031/"]

SAMPLES: dict[LetterKind, dict[str, Any]] = {
    _K.REGISTRATION_RECEIPT: {
        "receipt_basis": "网上登记回执之日",
        "due_on": date(2026, 10, 16),
        "query_address": "https://zwgk.chengming.example/requests/lookup/",
    },
    _K.CORRECTION: {
        "items": ["身份证明：请补充居民身份证复印件。", "所需信息：请明确是预算安排、拨付凭证还是施工合同。"],
        "correct_by": date(2026, 10, 9),
        "return_to": RETURN_TO,
        "guidance": "可以参照政府信息公开目录“农村公路”栏目中的名称填写。",
    },
    _K.REASONS: {"excess": EXCESS, "reply_by": date(2026, 10, 9), "return_to": RETURN_TO},
    _K.EXTENSION: {
        "reasons": "所需资料分存于柳林镇人民政府和县财政局，需要调取并逐页核对。",
        "due_on": date(2026, 10, 16),
        "new_due_on": date(2026, 11, 13),
        "explanation": STEPS,
    },
    _K.THIRD_PARTY_INQUIRY: {
        **PARTY,
        "information": "2025年柳林镇农村公路养护工程合同及结算明细。",
        "interest": "商业秘密",
        "answer_days": 15,
        "return_to": RETURN_TO,
    },
    _K.CO_AGENCY_INQUIRY: {
        **PARTY,
        "addressee": "澄明县财政局",
        "information": "《关于下达2025年农村公路养护资金的通知》（澄交财〔2025〕12号）。",
        "proposal": "拟全文公开。",
        "answer_days": 15,
        "return_to": RETURN_TO,
    },
    _K.PAUSE: {
        "consulted": "第三方",
        "paused_from": date(2026, 9, 22),
        "explanation": ["2026年9月15日收到申请。", "2026年9月22日征求第三方意见，停止计算，已计4个工作日。"],
    },
    _K.THIRD_PARTY_DECISION: {
        **PARTY,
        "inquiry_number": "澄交公询〔2026〕3号",
        "opinion": "贵单位于2026年10月9日答复不同意公开",
        "content": "2025年柳林镇农村公路养护工程结算总价和工程量。",
        "reasons": "该工程使用财政资金，结算总价和工程量关系公共资金的使用和道路安全。",
        "open_on": date(2026, 11, 10),
    },
    _K.DELAY: {
        "reasons": "申请涉及2019年至2025年的档案共1,240卷，需要逐卷检索和审查。",
        "new_due_on": date(2026, 12, 31),
        "explanation": STEPS,
    },
    _K.FEE: {
        "mode": "按件计收",
        "quantity": "45件（同一自然月内累计）",
        "working": ["1至10件：不收费", "11至30件：20×100元＝2000元", "31至45件：10×200元＋5×300元＝3500元"],
        "amount": Decimal("5500.00"),
        "payment_days": 20,
        "payment_way": "凭缴款书到澄明县非税收入代收银行缴纳。",
    },
    _K.TRANSFER: {
        "reasons": "所申请的信息由柳林镇人民政府制作。",
        "receiver": "柳林镇人民政府",
        "receiver_contact": "0399-6620011",
        "transferred_on": date(2026, 9, 18),
    },
    _K.ALREADY_PUBLIC: {"access": ACCESS},
    _K.DISCLOSED: {
        "content": "2025年柳林镇农村公路养护资金使用明细。",
        "supply": "电子文件，凭受理编号和查询码在网上下载",
        "attachments": ["2025年柳林镇农村公路养护资金使用明细（3页）"],
    },
    _K.PARTIAL: {
        "content": "2025年柳林镇农村公路养护资金使用明细。",
        "supply": "电子文件，凭受理编号和查询码在网上下载",
        "withheld": "明细中施工单位的银行账号。",
        "withheld_basis": "《中华人民共和国政府信息公开条例》第十五条",
        "reasons": REASONS,
        "attachments": ["2025年柳林镇农村公路养护资金使用明细（3页）"],
    },
    _K.STATE_SECRET: {"reasons": "该信息由有权机关于2024年5月确定为秘密级国家秘密，尚未解密。"},
    _K.FORBIDDEN_BY_LAW: {"forbidding_law": "《中华人民共和国统计法》第十一条", "reasons": REASONS},
    _K.SECURITY: {"endangered": "公共安全", "reasons": "该信息载明桥梁结构的薄弱部位和值守时间。"},
    _K.THIRD_PARTY: {"interest": "商业秘密", "consultation": "第三方不同意公开且理由合理", "reasons": REASONS},
    _K.INTERNAL_AFFAIRS: {"category": "人事管理", "reasons": "该信息是内部考勤记录，不涉及对外履职。"},
    _K.DELIBERATIVE: {
        "category": "讨论记录",
        "reasons": "该记录在决策作出前形成，公开会影响讨论人员如实陈述意见。",
    },
    _K.ENFORCEMENT_FILE: {"case": "超限运输处罚案（2026年第17号）", "reasons": "该信息是案卷中的询问笔录。"},
    _K.SPECIAL_REGIME: {
        "category": "不动产登记资料",
        "regime": "《不动产登记暂行条例》第二十七条",
        "channel": "请持有效身份证明到澄明县不动产登记中心查询。",
    },
    _K.NOT_EXISTING: {"search": "以“柳林镇”“养护资金”为检索词，查阅了2024年至2026年的文书档案和财务系统，没有找到。"},
    _K.NOT_OURS: {
        "reasons": "该信息由柳林镇人民政府制作。",
        "right_agency": "柳林镇人民政府",
        "right_agency_contact": "0399-6620011",
    },
    _K.NEEDS_PROCESSING: {"reasons": "现有记录按工程项目归集，没有按行政村汇总的数据。"},
    _K.STILL_UNCLEAR: {
        "correction_number": "澄交公补〔2026〕8号",
        "corrected_on": date(2026, 9, 28),
        "unclear": "补正的内容没有写明所需信息的年度和项目，无法检索。",
    },
    _K.PETITION: {"matter": "对施工质量的投诉", "channel": "澄明县信访局，电话0399-6612345；12345政务服务便民热线。"},
    _K.DUPLICATE: {
        "earlier_number": "CM-2026-00098",
        "earlier_reply_number": "澄交公复〔2026〕22号",
        "earlier_replied_on": date(2026, 7, 3),
    },
    _K.PUBLICATION: {"publication": "《澄明年鉴（2025）》", "access": ["澄明县图书馆地方文献室。"]},
    _K.EXCESSIVE: {
        "excess": EXCESS,
        "reasons_given": "期满没有收到说明",
        "reasons": "多件申请的内容仅文字顺序不同。",
    },
    _K.CONFIRMATION: {"obtained": "2026年6月2日在本机关窗口领取", "reasons": "要求加盖公章不是获取政府信息。"},
    _K.NOT_CORRECTED: {
        "correction_number": "澄交公补〔2026〕8号",
        "correction_delivered_on": date(2026, 9, 20),
        "correct_by": date(2026, 10, 9),
    },
    _K.NOT_PAID: {
        "fee_number": "澄交公费〔2026〕1号",
        "fee_delivered_on": date(2026, 9, 20),
        "pay_by": date(2026, 10, 22),
    },
    _K.RECORD_CORRECTED: {"record": "从业资格证号", "result": "该记录有误，已经更正为与档案一致。"},
    _K.OTHER: {"reasons": "申请人提交的联系方式无效，经查找仍无法联系。", "treatment": "本机关将答复留存备查。"},
}


def sample(kind: LetterKind, **changes: Any) -> dict[str, Any]:
    about = ABOUT if LETTER_RULES[kind].addressee is Addressee.APPLICANT else {}
    return COMMON | about | SAMPLES[kind] | changes
