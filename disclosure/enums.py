"""Closed vocabularies of disclosure. The label is the official Chinese wording shown to users."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Category(TextChoices):
    """The eight categories of 政务公开 (达市委办发〔2005〕49号 and its implementing plans)."""

    DUTIES = "duties", _("职能职责")
    DECISIONS = "decisions", _("决策")
    AFFAIRS = "affairs", _("事务与办事")
    FINANCE = "finance", _("财务")
    PERSONNEL = "personnel", _("人事廉政")
    PROPOSALS = "proposals", _("议案提案办理")
    FEEDBACK = "feedback", _("群众反映办理")
    OTHER = "other", _("其他重大事项")


class Aspect(TextChoices):
    """五公开: the stage of administration a text belongs to (中办发〔2016〕8号)."""

    DECISION = "decision", _("决策公开")
    EXECUTION = "execution", _("执行公开")
    MANAGEMENT = "management", _("管理公开")
    SERVICE = "service", _("服务公开")
    RESULT = "result", _("结果公开")


class Audience(TextChoices):
    """Who may read an item: everybody, or signed-in staff of its agency (对内公开)."""

    PUBLIC = "public", _("全社会")
    INTERNAL = "internal", _("对内公开")


class TargetGroup(TextChoices):
    """公开对象 of a catalogue entry."""

    SOCIETY = "society", _("全社会")
    SPECIFIC = "specific", _("特定群体")
    INTERNAL = "internal", _("本单位人员")


class Mode(TextChoices):
    """公开方式."""

    PROACTIVE = "proactive", _("主动公开")
    ON_REQUEST = "on_request", pgettext_lazy("mode of disclosure", "依申请公开")
    NOT_PUBLIC = "not_public", _("不予公开")


class Validity(TextChoices):
    """有效性 of a text, as declared by the issuer; expiry by date is a query, see queries.py."""

    VALID = "valid", _("有效")
    AMENDED = "amended", _("已修改")
    PARTLY_VOID = "partly_void", _("部分失效")
    EXPIRED = "expired", _("失效")
    VOID = "void", _("废止")


class ItemState(TextChoices):
    """Where an item stands towards the public. Superseded is derived from relations, never stored."""

    UNPUBLISHED = "unpublished", _("未公开")
    LIVE = "live", _("已公开")
    PARTLY_VOID = "partly_void", _("部分失效")
    EXPIRED = "expired", _("失效")
    VOID = "void", _("废止")
    WITHDRAWN = "withdrawn", _("已撤回")
    TERMINATED = "terminated", _("已终止")


# The address of an item in one of these states answers 200 with its text; in the next group, with a notice.
READABLE_STATES = (ItemState.LIVE, ItemState.PARTLY_VOID, ItemState.EXPIRED, ItemState.VOID)
NOTICE_STATES = (ItemState.WITHDRAWN, ItemState.TERMINATED)


class EditionState(TextChoices):
    """Where an edition stands in the review procedure (the workflow itself is in workflow.py)."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审")
    SECRECY_REVIEWED = "secrecy_reviewed", _("已保密审查")
    PRE_REVIEWED = "pre_reviewed", _("已预审")
    SECOND_REVIEWED = "second_reviewed", _("已复审")
    APPROVED = "approved", _("已审定")
    SCHEDULED = "scheduled", _("定时公开")
    PUBLISHED = "published", _("已公开")
    DISCARDED = "discarded", _("已废弃")


# An edition in one of these is still being worked on; an item has at most one.
OPEN_STATES = (
    EditionState.DRAFT,
    EditionState.SUBMITTED,
    EditionState.SECRECY_REVIEWED,
    EditionState.PRE_REVIEWED,
    EditionState.SECOND_REVIEWED,
    EditionState.APPROVED,
    EditionState.SCHEDULED,
)


class ReviewStep(TextChoices):
    """One signature of the review procedure. Which of them an edition needs is in workflow.py."""

    SECRECY = "secrecy", _("保密审查")
    PRE = "pre", _("预审")
    SECOND = "second", _("复审")
    APPROVAL = "approval", _("审定")
    EMERGENCY = "emergency", _("应急审定")


class Procedure(TextChoices):
    """By which right an edition becomes public. The database asks the first two for their signatures."""

    REVIEW = "review", _("审查公开")
    EMERGENCY = "emergency", _("应急公开")
    MIGRATION = "migration", _("存量迁入")
    LEGACY = "legacy", _("原程序公开")  # by one approver, before the review procedure; no new one can be made


class EditionAction(TextChoices):
    """What can be done to an unpublished edition (workflow.py says from where and by whom)."""

    EDIT = "edit", _("修改")
    SUBMIT = "submit", _("送审")
    RECALL = "recall", _("撤回送审")
    SECRECY_REVIEW = "secrecy_review", _("保密审查通过")
    PRE_REVIEW = "pre_review", _("预审通过")
    SECOND_REVIEW = "second_review", _("复审通过")
    APPROVE = "approve", _("审定通过")
    RETURN = "return", _("退回")
    SCHEDULE = "schedule", _("定时公开")
    UNSCHEDULE = "unschedule", _("取消定时")
    PUBLISH = "publish", _("立即公开")
    EMERGENCY_PUBLISH = "emergency_publish", _("应急公开")
    DISCARD = "discard", _("废弃")


class ItemAction(TextChoices):
    """What can be done to an item that was published; every one is asked by one person and decided by another."""

    WITHDRAW = "withdraw", _("撤回")
    TERMINATE = "terminate", _("终止公开")
    VOID = "void", _("宣布废止")
    PARTLY_VOID = "partly_void", _("宣布部分失效")
    EXPIRE = "expire", _("宣布失效")
    RESTORE = "restore", _("恢复公开")
    REDACT = "redact", _("依法删除内容")
    NOTE = "note", _("附注")


class MotionState(TextChoices):
    """A proposal of one person waiting for the decision of another."""

    ASKED = "asked", _("待决定")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("未同意")


class RecordKind(TextChoices):
    """Evidence that must exist before submission (审计理财在前、核实公布在后；民主议事在前、决策公布在后)."""

    AUDIT = "audit", _("审计记录")
    MEETING = "meeting", _("会议记录")


class WithholdingGround(TextChoices):
    """Why a matter is not published (《政府信息公开条例》第十四条至第十六条). Articles and force: rules.py."""

    STATE_SECRET = "state_secret", _("国家秘密")
    FORBIDDEN_BY_LAW = "forbidden_by_law", _("法律、行政法规禁止公开")
    SECURITY = "security", _("可能危及国家安全、公共安全、经济安全、社会稳定")
    THIRD_PARTY = "third_party", _("商业秘密、个人隐私等，公开会损害第三方合法权益")
    INTERNAL_AFFAIRS = "internal_affairs", _("内部事务信息")
    DELIBERATIVE = "deliberative", _("过程性信息")
    ENFORCEMENT_FILE = "enforcement_file", _("行政执法案卷信息")


class WithholdingState(TextChoices):
    PROPOSED = "proposed", _("拟不公开")
    IN_FORCE = "in_force", _("不予公开")
    RELEASED = "released", _("已解除")


class ObligationKind(TextChoices):
    """What made an obligation fall due (domain §5)."""

    RECURRING = "recurring", _("定期公开")
    EVENT = "event", _("事后公开")
    BEFORE_EVENT = "before_event", _("事前公开")
    STAGE = "stage", _("逐段公开")
    PRESENCE = "presence", _("半年有无")
    REVIEW = "review", _("常年公开复核")
    FILING = "filing", _("报送")


class StatementKind(TextChoices):
    """A signed word in the place of an item: nothing to publish, or looked through and unchanged."""

    NIL = "nil", _("本期无此类信息")
    UNCHANGED = "unchanged", _("已复核，无需更新")


class RectificationState(TextChoices):
    ORDERED = "ordered", _("整改中")
    REPORTED = "reported", _("已报告，待核实")
    RETURNED = "returned", _("核实未通过，继续整改")
    VERIFIED = "verified", _("整改完成")
    CANCELLED = "cancelled", _("已撤销")


class ReceiptKind(TextChoices):
    """阳光票据: what a receipt was for (对内公开)."""

    RECEPTION = "reception", _("招待费")
    COMMUNICATION = "communication", _("通讯费")
    FUEL = "fuel", _("汽车燃油费")
    REPAIR = "repair", _("汽车维修费")
    TRAVEL = "travel", _("差旅费")


class RelationKind(TextChoices):
    """How one item stands to another, read from the source: source INTERPRETS target."""

    INTERPRETS = "interprets", _("解读")
    REPLACES = "replaces", _("替代")
    AMENDS = "amends", _("修改")
    CORRECTS = "corrects", _("更正")
    BELONGS_TO = "belongs_to", _("属于项目")
    OUTCOME_OF = "outcome_of", _("意见反馈")


class LogKind(TextChoices):
    """One verb of the publication log."""

    MIGRATE = "migrate", _("迁入")
    PUBLISH = "publish", _("公开")
    AMEND = "amend", _("修改")
    WITHDRAW = "withdraw", _("撤回")
    TERMINATE = "terminate", _("终止")
    EXPIRE = "expire", _("失效")
    VOID = "void", _("废止")
    PARTLY_VOID = "partly_void", _("部分失效")
    RESTORE = "restore", _("恢复公开")
    NOTE = "note", _("附注")
    REDACT = "redact", _("依法删除内容")


PUBLIC_CHAIN = "public"


def internal_chain(agency_id: int) -> str:
    """The log of an agency's internal items. By id: codes of agencies change, chains must not split."""
    return f"internal:{agency_id}"


class TimingKind(TextChoices):
    """Shape of a disclosure time limit (domain §3)."""

    AFTER_EVENT = "after_event", _("事后期限")
    RECURRING = "recurring", _("定期")
    BEFORE_EVENT = "before_event", _("事前")
    MINIMUM_DISPLAY = "minimum_display", _("公示不少于")
    CONTINUOUS = "continuous", _("常年公开")
    BY_STAGE = "by_stage", _("逐段公开")
    AT_ONCE = "at_once", _("随时")
    UNPARSED = "unparsed", _("未识别，保留原文")


class TimingUnit(TextChoices):
    WORKING_DAY = "working_day", _("个工作日")
    CALENDAR_DAY = "calendar_day", _("日")
    MONTH = "month", _("个月")


class Recurrence(TextChoices):
    """How often a recurring entry falls due; the due date inside the period is in TimingRule."""

    MONTHLY = "monthly", _("每月")
    QUARTERLY = "quarterly", _("每季度")
    HALF_YEARLY = "half_yearly", _("每半年")
    YEARLY = "yearly", _("每年")
    EVERY_N_DAYS = "every_n_days", _("每隔若干日")


class Level(TextChoices):
    """公开层级 of a catalogue entry or template."""

    CITY = "city", _("市级")
    COUNTY = "county", _("县级")
    TOWNSHIP = "township", _("乡级")
    VILLAGE = "village", _("村级")


class Channel(TextChoices):
    """公开渠道和载体 of the national standard catalogues (国办发〔2019〕54号)."""

    WEBSITE = "website", _("政府网站")
    GAZETTE = "gazette", _("政府公报")
    WEIBO_WECHAT = "weibo_wechat", _("两微一端")
    PRESS = "press", _("发布会/听证会")
    BROADCAST = "broadcast", _("广播电视")
    PAPER = "paper", _("纸质媒体")
    READING_POINT = "reading_point", _("公开查阅点")
    SERVICE_CENTRE = "service_centre", _("政务服务中心")
    CONVENIENCE_STATION = "convenience_station", _("便民服务站")
    ON_SITE = "on_site", _("入户/现场")
    NOTICE_BOARD = "notice_board", _("社区/企事业单位/村公示栏（电子屏）")
    TARGETED_PUSH = "targeted_push", _("精准推送")
    INVESTMENT_PLATFORM = "investment_platform", _("投资项目在线审批监管平台")
    TRADING_PLATFORM = "trading_platform", _("公共资源交易平台")
    CREDIT_CHINA = "credit_china", _("信用中国网站")
    ENTERPRISE_CREDIT = "enterprise_credit", _("国家企业信用信息公示系统")
    BIDDING_PLATFORM = "bidding_platform", _("招标投标公共服务平台")
    LAND_PLATFORM = "land_platform", _("征地信息公开平台")
    LEGAL_SERVICE_NET = "legal_service_net", _("法律服务网")
    OTHER = "other", _("其他")


class BoardLayout(TextChoices):
    """How a sheet of a 公开栏 is laid out."""

    A3_LANDSCAPE = "a3_landscape", _("A3 横版（四栏）")
    A3_PORTRAIT = "a3_portrait", _("A3 竖版（两栏）")
    A4_TILES = "a4_tiles", _("A4 分页（一栏目一页）")
    POSTER = "poster", _("单栏目海报（A3）")


class SectionSource(TextChoices):
    """Where the items of a section of a 公开栏 come from."""

    QUERY = "query", _("按条件自动选取")
    PICKED = "picked", _("手工选定")


class SectionSpan(TextChoices):
    """Published when: what a section by query takes."""

    PERIOD = "period", _("本期公开的")
    YEAR = "year", _("近一年公开的")
    ALWAYS = "always", _("不限时间")


class SectionDetail(TextChoices):
    """How much of each item a section prints."""

    TITLE = "title", _("标题")
    SUMMARY = "summary", _("标题和摘要")
    FULL = "full", _("全文")


class SheetState(TextChoices):
    """Where one printed sheet of a 公开栏 stands."""

    ISSUED = "issued", _("待张贴")
    POSTED = "posted", _("张贴中")
    REMOVED = "removed", _("已撤下")
    CANCELLED = "cancelled", _("已作废")


class PrintKind(TextChoices):
    """What a job of the print queue makes."""

    TABLE = "table", _("数据表分册")
    BUNDLE = "bundle", _("公开栏汇编")


class PrintFormat(TextChoices):
    PDF = "pdf", "PDF"
    ZIP = "zip", "ZIP"


class PrintState(TextChoices):
    """Where a job of the print queue, or one file of it, stands."""

    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("生成中")
    DONE = "done", _("已生成")
    FAILED = "failed", _("未能生成")
