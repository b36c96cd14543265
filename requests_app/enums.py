"""Closed vocabularies of requests for disclosure. The label is the official Chinese wording shown to users."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ApplicantKind(TextChoices):
    """申请人情况: the columns of table 3 of the annual report (国办公开办函〔2021〕30号)."""

    NATURAL_PERSON = "natural_person", _("自然人")
    BUSINESS = "business", _("商业企业")
    RESEARCH = "research", _("科研机构")
    SOCIAL_ORG = "social_org", _("社会公益组织")
    LEGAL_SERVICE = "legal_service", _("法律服务机构")
    OTHER_ORG = "other_org", _("其他组织")


class IdentityKind(TextChoices):
    """身份证明 (《政府信息公开条例》第二十九条第二款第一项)."""

    RESIDENT = "resident", _("居民身份证")
    PASSPORT = "passport", _("护照")
    TRAVEL_PERMIT = "travel_permit", _("港澳台居民通行证或居住证")
    MILITARY = "military", _("军人证件")
    CREDIT_CODE = "credit_code", _("统一社会信用代码证")
    OTHER = "other", _("其他有效证件")


# What proves the identity of an organisation; every other kind is a person's.
ORGANISATION_IDENTITIES = (IdentityKind.CREDIT_CODE, IdentityKind.OTHER)


class Channel(TextChoices):
    """How a request came in."""

    WEB = "web", _("网上")
    MAIL = "mail", _("邮寄")
    COUNTER = "counter", _("当面")
    EMAIL = "email", _("电子邮件")
    FAX = "fax", _("传真")
    ORAL = "oral", _("口头")


class ReceiptBasis(TextChoices):
    """By which day a request counts as received (条例第三十一条); which channel allows which: rules.py."""

    SUBMITTED = "submitted", _("当面提交之日")
    SIGNED_FOR = "signed_for", _("签收之日")
    CONFIRMED = "confirmed", _("双方确认之日")
    PORTAL = "portal", _("网上登记回执之日")
    LEDGER = "ledger", _("台账所载之日")


class SupplyForm(TextChoices):
    """The form in which the applicant wants the information (第二十九条第二款第三项, 第四十条)."""

    ELECTRONIC = "electronic", _("电子文件")
    PAPER = "paper", _("纸面")
    INSPECTION = "inspection", _("查阅、抄录")


class SupplyWay(TextChoices):
    """The way by which the applicant wants to receive it."""

    DOWNLOAD = "download", _("网上下载")
    EMAIL = "email", _("电子邮件")
    POST = "post", _("邮寄")
    FAX = "fax", _("传真")
    COUNTER = "counter", _("当面领取")


class State(TextChoices):
    """Where a request stands. The procedure itself is in workflow.py; overdue is a query, never a state."""

    RECEIVED = "received", _("已收到")
    REGISTERED = "registered", _("已受理")
    CORRECTION_ASKED = "correction_asked", _("待补正")
    CORRECTED = "corrected", _("已补正")
    IN_REVIEW = "in_review", _("办理中")
    CONSULTING_THIRD_PARTY = "consulting_third_party", _("征求第三方意见（不计时）")
    CONSULTING_CO_AGENCY = "consulting_co_agency", _("征求其他机关意见（不计时）")
    FEE_NOTIFIED = "fee_notified", _("待缴费")
    EXTENDED = "extended", _("已延期")
    REPLIED = "replied", _("已答复")
    WITHDRAWN = "withdrawn", _("申请人撤回")
    LAPSED = "lapsed", _("视为放弃")


CONSULTING_STATES = (State.CONSULTING_THIRD_PARTY, State.CONSULTING_CO_AGENCY)
CLOSED_STATES = (State.REPLIED, State.WITHDRAWN, State.LAPSED)
OPEN_STATES = tuple(state for state in State if state not in CLOSED_STATES)


class Action(TextChoices):
    """What can be done to a request (workflow.py says from where, to where and by whom)."""

    REGISTER = "register", _("登记受理")
    ASSIGN = "assign", _("分派经办人")
    TRANSFER = "transfer", _("转交其他单位")
    BEGIN_REVIEW = "begin_review", _("转入办理")
    ASK_CORRECTION = "ask_correction", _("告知补正")
    RECEIVE_CORRECTION = "receive_correction", _("收到补正")
    ASK_THIRD_PARTY = "ask_third_party", _("征求第三方意见")
    ANSWER_THIRD_PARTY = "answer_third_party", _("登记第三方意见")
    ASK_CO_AGENCY = "ask_co_agency", _("征求其他机关意见")
    ANSWER_CO_AGENCY = "answer_co_agency", _("登记其他机关意见")
    SETTLE_SILENCE = "settle_silence", _("逾期未提出意见")
    NOTE_DELIVERY = "note_delivery", _("登记送达日期")
    ASK_REASONS = "ask_reasons", _("要求说明理由")
    RECEIVE_REASONS = "receive_reasons", _("收到理由说明")
    NOTIFY_FEE = "notify_fee", _("通知缴费")
    RECORD_PAYMENT = "record_payment", _("登记缴费")
    EXTEND = "extend", _("延长答复期限")
    DELAY = "delay", _("确定延迟答复期限")
    REPLY = "reply", _("答复")
    LAPSE = "lapse", _("终止办理")
    WITHDRAW = "withdraw", _("申请人撤回")


class Outcome(TextChoices):
    """本年度办理结果: the rows of table 3, part 三 (国办公开办函〔2021〕30号). One request, one outcome."""

    R1 = "r1", _("予以公开")
    R2 = "r2", _("部分公开")
    R3_1 = "r3_1", _("属于国家秘密")
    R3_2 = "r3_2", _("其他法律行政法规禁止公开")
    R3_3 = "r3_3", _("危及“三安全一稳定”")
    R3_4 = "r3_4", _("保护第三方合法权益")
    R3_5 = "r3_5", _("属于三类内部事务信息")
    R3_6 = "r3_6", _("属于四类过程性信息")
    R3_7 = "r3_7", _("属于行政执法案卷")
    R3_8 = "r3_8", _("属于行政查询事项")
    R4_1 = "r4_1", _("本机关不掌握相关政府信息")
    R4_2 = "r4_2", _("没有现成信息需要另行制作")
    R4_3 = "r4_3", _("补正后申请内容仍不明确")
    R5_1 = "r5_1", _("信访举报投诉类申请")
    R5_2 = "r5_2", _("重复申请")
    R5_3 = "r5_3", _("要求提供公开出版物")
    R5_4 = "r5_4", _("无正当理由大量反复申请")
    R5_5 = "r5_5", _("要求行政机关确认或重新出具已获取信息")
    R6_1 = "r6_1", _("申请人无正当理由逾期不补正")
    R6_2 = "r6_2", _("申请人逾期未按收费通知要求缴纳费用")
    R6_3 = "r6_3", _("其他处理")


class ReplyKind(TextChoices):
    """The reply itself, finer than the rows of table 3: its row, article and needed facts are in rules.py."""

    ALREADY_PUBLIC = "already_public", _("已主动公开，告知获取途径")
    DISCLOSED = "disclosed", _("予以公开")
    PARTIAL = "partial", _("部分公开（区分处理）")
    STATE_SECRET = "state_secret", _("不予公开：国家秘密")
    FORBIDDEN_BY_LAW = "forbidden_by_law", _("不予公开：法律、行政法规禁止公开")
    SECURITY = "security", _("不予公开：三安全一稳定")
    THIRD_PARTY = "third_party", _("不予公开：第三方合法权益")
    INTERNAL_AFFAIRS = "internal_affairs", _("不予公开：内部事务信息")
    DELIBERATIVE = "deliberative", _("不予公开：过程性信息")
    ENFORCEMENT_FILE = "enforcement_file", _("不予公开：行政执法案卷信息")
    SPECIAL_REGIME = "special_regime", _("行政查询事项，告知依照有关规定办理")
    NOT_EXISTING = "not_existing", _("政府信息不存在")
    NOT_OURS = "not_ours", _("不属于本机关负责公开")
    NEEDS_PROCESSING = "needs_processing", _("需要加工、分析")
    STILL_UNCLEAR = "still_unclear", _("补正后仍不明确")
    PETITION = "petition", _("信访、投诉、举报类")
    DUPLICATE = "duplicate", _("重复申请")
    PUBLICATION = "publication", _("公开出版物")
    EXCESSIVE = "excessive", _("无正当理由大量反复申请")
    CONFIRMATION = "confirmation", _("要求确认或者重新出具已获取信息")
    NOT_CORRECTED = "not_corrected", _("逾期不补正，终止办理")
    NOT_PAID = "not_paid", _("逾期不缴费，终止办理")
    RECORD_CORRECTED = "record_corrected", _("更正与申请人自身相关的政府信息")
    OTHER = "other", _("其他处理")


class InquiryKind(TextChoices):
    THIRD_PARTY = "third_party", _("第三方")
    CO_AGENCY = "co_agency", _("共同制作机关")


class InquiryAnswer(TextChoices):
    """What was answered. Silence has its own rule by kind (第三十二、三十四条)."""

    CONSENT = "consent", _("同意公开")
    PARTLY = "partly", _("同意部分公开")
    OBJECTION = "objection", _("不同意公开")
    SILENCE = "silence", _("逾期未提出意见")


class DecisionKind(TextChoices):
    """What one person drafts and another releases."""

    REPLY = "reply", _("答复")
    EXTENSION = "extension", _("延长答复期限")  # 第三十三条第二款
    DELAY = "delay", _("延迟答复")  # 第三十五条


class DecisionState(TextChoices):
    SUBMITTED = "submitted", _("待签发")
    RETURNED = "returned", _("已退回")
    RELEASED = "released", _("已签发")
    DROPPED = "dropped", _("已作废")


class FeeMode(TextChoices):
    """按件 or 按量, never both for one request (国办函〔2020〕109号第四条)."""

    BY_ITEM = "by_item", _("按件计收")
    BY_VOLUME = "by_volume", _("按量计收")


class FileKind(TextChoices):
    """What a file of a request is for, which decides who may open it."""

    PROOF = "proof", _("身份证明")
    APPLICATION = "application", _("申请书原件")
    CORRECTION = "correction", _("补正材料")
    MESSAGE = "message", _("申请人补充材料")
    INQUIRY = "inquiry", _("征求意见材料")
    DISCLOSED = "disclosed", _("提供给申请人的信息")
    INTERNAL = "internal", _("内部材料")


class MessageKind(TextChoices):
    """What applicant and office write to each other beside letters."""

    REASONS = "reasons", _("理由说明")  # 第三十五条
    SUPPLEMENT = "supplement", _("补充说明")
    QUESTION = "question", _("询问")
    ANSWER = "answer", _("回复")


class DeliveryWay(TextChoices):
    """How a letter went out."""

    DOWNLOAD = "download", _("网上下载")
    EMAIL = "email", _("电子邮件")
    POST = "post", _("邮寄")
    COUNTER = "counter", _("当面送达")
    FAX = "fax", _("传真")


# The way in which an applicant wants the information is the way his letters go.
DELIVERY_OF = {
    SupplyWay.DOWNLOAD: DeliveryWay.DOWNLOAD,
    SupplyWay.EMAIL: DeliveryWay.EMAIL,
    SupplyWay.POST: DeliveryWay.POST,
    SupplyWay.FAX: DeliveryWay.FAX,
    SupplyWay.COUNTER: DeliveryWay.COUNTER,
}


class AppealRoute(TextChoices):
    """The three blocks of table 4."""

    REVIEW = "review", _("行政复议")
    DIRECT = "direct", _("未经复议直接起诉")
    POST = "post", _("复议后起诉")


class AppealResult(TextChoices):
    PENDING = "pending", _("尚未审结")
    UPHELD = "upheld", _("结果维持")
    CORRECTED = "corrected", _("结果纠正")
    OTHER = "other", _("其他结果")


class TaskState(TextChoices):
    """转为主动公开: a task to publish what was asked for (第四十四条)."""

    OPEN = "open", _("待处理")
    PUBLISHED = "published", _("已转为主动公开")
    DECLINED = "declined", _("不转为主动公开")


class ReportState(TextChoices):
    """An annual report: written, handed in, and frozen for good by another person."""

    DRAFT = "draft", _("编制中")
    SUBMITTED = "submitted", _("待定稿")
    FROZEN = "frozen", _("已定稿")
