"""Closed vocabularies of disclosure. The label is the official Chinese wording shown to users."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
    ON_REQUEST = "on_request", _("依申请公开")
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


class RelationKind(TextChoices):
    """How one item stands to another, read from the source: source INTERPRETS target."""

    INTERPRETS = "interprets", _("解读")
    REPLACES = "replaces", _("替代")
    AMENDS = "amends", _("修改")
    CORRECTS = "corrects", _("更正")
    BELONGS_TO = "belongs_to", _("属于项目")


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
