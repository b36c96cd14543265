"""The words of standard catalogues as agencies write them, and what they mean here. Data, no code.

Sources: 国办发〔2019〕54号 and the 26 domain catalogues issued under it.
"""

import re

from disclosure.enums import Category, Channel, Level
from govportal.models.agency import AgencyKind

# Column of the table → the headers it goes by, without blanks, brackets and underscores, in lower case.
HEADERS: dict[str, tuple[str, ...]] = {
    "code": ("code", "目录编号", "编号", "事项编号"),
    "domain": ("domain", "领域", "公开领域", "试点领域"),
    "number": ("no", "order", "序号"),
    "category": ("category", "类别", "公开类别"),
    "level1": ("level1", "公开事项一级事项", "一级事项", "事项一级事项", "公开事项"),
    "level2": ("level2", "公开事项二级事项", "二级事项", "事项二级事项"),
    "level3": ("level3", "公开事项三级事项", "三级事项", "事项三级事项"),
    "elements": ("elements", "contentelements", "公开内容要素", "公开内容", "公开要素", "内容标准"),
    "basis": ("basis", "legalbasis", "公开依据", "依据", "法律依据"),
    "timing": ("timing", "timelimit", "公开时限", "时限"),
    "responsible": ("agency", "town", "公开主体", "公开责任主体", "责任主体", "责任单位", "主体"),
    "agencies": ("agencies", "公开主体代码"),
    "kinds": ("kinds", "公开主体类别"),
    "channels": ("channels", "公开渠道和载体", "公开渠道及载体", "公开渠道", "渠道和载体", "公开形式"),
    "society": ("公开对象全社会", "全社会"),
    "specific": ("公开对象特定群体", "公开对象特定群众", "特定群体", "特定群众"),
    "target": ("target", "audience", "公开对象"),
    "proactive": ("公开方式主动", "公开方式主动公开", "主动", "主动公开"),
    "on_request": ("公开方式依申请", "公开方式依申请公开", "依申请", "依申请公开"),
    "mode": ("mode", "公开方式", "公开属性"),
    "city": ("公开层级市级", "市级"),
    "county": ("公开层级县级", "县级", "公开层级区级", "区级", "公开层级县区级", "公开层级市县级"),
    "township": ("公开层级乡级", "乡级", "公开层级镇级", "镇级", "公开层级乡村级", "乡村级", "公开层级乡镇级"),
    "village": ("公开层级村级", "村级"),
    "levels": ("levels", "tier", "公开层级"),
    "item_type": ("itemtype", "信息类型"),
    "source": ("source", "sourceurl", "来源"),
    "note": ("note", "备注", "transcriptionnote"),
}

TICKS = frozenset("√✓✔☑■●▲◆★Vv")  # "V" stands for √ where the keyboard has none
TICK_WORDS = frozenset({"是", "有", "y", "yes", "1", "true"})
UNTICKED = frozenset({"", "×", "✗", "□", "○", "〇", "否", "无", "n", "no", "0", "false", "/", "-", "—"})
SELECTED_MARKS = "■●▲◆√✓☑"
OPTIONAL_MARKS = "□〇○◇"

# The first word that stands in a cell wins over those it contains: the order matters.
CHANNEL_WORDS: tuple[tuple[str, Channel], ...] = (
    ("国家企业信用信息公示系统", Channel.ENTERPRISE_CREDIT),
    ("投资项目在线审批监管平台", Channel.INVESTMENT_PLATFORM),
    ("招标投标公共服务平台", Channel.BIDDING_PLATFORM),
    ("招投标公共服务平台", Channel.BIDDING_PLATFORM),
    ("公共资源交易平台", Channel.TRADING_PLATFORM),
    ("征地信息公开平台", Channel.LAND_PLATFORM),
    ("信用中国", Channel.CREDIT_CHINA),
    ("法律服务网", Channel.LEGAL_SERVICE_NET),
    ("公示栏", Channel.NOTICE_BOARD),
    ("公告栏", Channel.NOTICE_BOARD),
    ("公开栏", Channel.NOTICE_BOARD),
    ("电子屏", Channel.NOTICE_BOARD),
    ("两微一端", Channel.WEIBO_WECHAT),
    ("一微一端", Channel.WEIBO_WECHAT),
    ("微信", Channel.WEIBO_WECHAT),
    ("微博", Channel.WEIBO_WECHAT),
    ("政务新媒体", Channel.WEIBO_WECHAT),
    ("政府公报", Channel.GAZETTE),
    ("发布会", Channel.PRESS),
    ("听证会", Channel.PRESS),
    ("广播", Channel.BROADCAST),
    ("电视", Channel.BROADCAST),
    ("纸质媒体", Channel.PAPER),
    ("报刊", Channel.PAPER),
    ("报纸", Channel.PAPER),
    ("公开查阅点", Channel.READING_POINT),
    ("查阅点", Channel.READING_POINT),
    ("政务服务中心", Channel.SERVICE_CENTRE),
    ("政府服务中心", Channel.SERVICE_CENTRE),
    ("办事窗口", Channel.SERVICE_CENTRE),
    ("办事大厅", Channel.SERVICE_CENTRE),
    ("便民服务", Channel.CONVENIENCE_STATION),
    ("入户", Channel.ON_SITE),
    ("现场", Channel.ON_SITE),
    ("精准推送", Channel.TARGETED_PUSH),
    ("网站", Channel.WEBSITE),
    ("其他", Channel.OTHER),
    ("其它", Channel.OTHER),
)

LEVEL_WORDS: tuple[tuple[re.Pattern[str], Level], ...] = (
    (re.compile(r"市|州"), Level.CITY),
    (re.compile(r"县|区|旗"), Level.COUNTY),
    (re.compile(r"乡|镇|街道"), Level.TOWNSHIP),
    (re.compile(r"村|社区"), Level.VILLAGE),
)

# The domains of 国办发〔2019〕54号, and those that have catalogues of their own since.
DOMAINS = (
    "城乡规划", "农村集体土地征收", "征地补偿", "重大建设项目", "公共资源交易", "财政预决算", "安全生产", "救灾",
    "国有土地上房屋征收", "保障性住房", "农村危房改造", "生态环境", "公共文化服务", "公共法律服务", "社会救助",
    "养老服务", "食品药品监管", "城市综合执法", "市政服务", "就业创业", "社会保险", "扶贫", "涉农补贴", "义务教育",
    "医疗卫生", "户籍管理", "税收管理", "综合政务",
)  # fmt: skip

# A domain is put in the category of the first word it contains.
DOMAIN_CATEGORIES: tuple[tuple[str, Category], ...] = (
    ("城乡规划", Category.DECISIONS),
    ("国土空间规划", Category.DECISIONS),
    ("征地", Category.OTHER),
    ("土地征收", Category.OTHER),
    ("重大建设项目", Category.OTHER),
    ("公共资源交易", Category.FINANCE),
    ("财政", Category.FINANCE),
    ("预决算", Category.FINANCE),
    ("安全生产", Category.AFFAIRS),
    ("救灾", Category.AFFAIRS),
    ("房屋征收", Category.AFFAIRS),
    ("保障性住房", Category.AFFAIRS),
    ("危房改造", Category.AFFAIRS),
    ("生态环境", Category.AFFAIRS),
    ("环境保护", Category.AFFAIRS),
    ("自然资源", Category.AFFAIRS),
    ("文化", Category.AFFAIRS),
    ("法律服务", Category.AFFAIRS),
    ("救助", Category.AFFAIRS),
    ("养老", Category.AFFAIRS),
    ("食品药品", Category.AFFAIRS),
    ("综合执法", Category.AFFAIRS),
    ("市政服务", Category.AFFAIRS),
    ("就业", Category.AFFAIRS),
    ("社会保险", Category.AFFAIRS),
    ("扶贫", Category.AFFAIRS),
    ("乡村振兴", Category.AFFAIRS),
    ("涉农", Category.AFFAIRS),
    ("教育", Category.AFFAIRS),
    ("卫生", Category.AFFAIRS),
    ("户籍", Category.AFFAIRS),
    ("税收", Category.AFFAIRS),
)
# 综合政务 runs through all categories: its first-level matters decide.
GENERAL_DOMAIN = "综合"
MATTER_CATEGORIES: tuple[tuple[re.Pattern[str], Category], ...] = (
    (re.compile(r"预算|决算|财政|采购|收费|资金|经费"), Category.FINANCE),
    (re.compile(r"建议|提案"), Category.PROPOSALS),
    (re.compile(r"信访|投诉|举报|回应|咨询"), Category.FEEDBACK),
    (re.compile(r"人事|任免|招考|招聘|录用"), Category.PERSONNEL),
    (re.compile(r"规划|计划|决策|会议|政策|法规|文件"), Category.DECISIONS),
    (re.compile(r"机构|职能|职责|领导"), Category.DUTIES),
    (re.compile(r"办事|服务|许可|处罚|权力|权责"), Category.AFFAIRS),
    (re.compile(r"政府信息公开|突发|应急"), Category.OTHER),
)

# Bodies named by what they are and not by name: 乡（镇）人民政府, 各级民政部门, 相关审批部门.
KIND_PHRASES: tuple[tuple[re.Pattern[str], AgencyKind], ...] = (
    (re.compile(r"^(各)?(乡|镇|乡镇|镇级|乡级|乡镇级)(级)?(人民)?政府$"), AgencyKind.TOWNSHIP),
    (re.compile(r"^(各)?(街道办事处|街道|镇街|乡镇|镇街道|乡镇街道|镇办|办事处)$"), AgencyKind.TOWNSHIP),
    (re.compile(r"^(行政村|村)?(村民委员会|居民委员会|村委会|居委会|村民委员会、?居民委员会)$"), AgencyKind.VILLAGE),
    (re.compile(r"^(各级|县级|市级|区级|本级|辖区|地方各级)?(县|市|区)?(人民)?政府$"), AgencyKind.GOVERNMENT),
    (re.compile(r"公共企事业单位$"), AgencyKind.PUBLIC_INSTITUTION),
    (re.compile(r"(部门|行政机关|执法机关|机关)(分别公开)?$"), AgencyKind.DEPARTMENT),
)
# A body that carries a name but is not in the register here: its kind is told by the end of the name.
KIND_ENDINGS: tuple[tuple[re.Pattern[str], AgencyKind], ...] = (
    (re.compile(r"(村|居)(民委员|委)会$"), AgencyKind.VILLAGE),
    (re.compile(r"办事处$|(乡|镇)(人民)?政府$|(?<=.{3})镇$|(?<=.{3})乡$"), AgencyKind.TOWNSHIP),
    (re.compile(r"(县|市|区|旗)(人民)?政府$"), AgencyKind.GOVERNMENT),
    (re.compile(r"学校|学院|[中小]学$|医院|中心$|幼儿园$"), AgencyKind.PUBLIC_INSTITUTION),
    (re.compile(r"局|委员会|委$|办公室|分局|厅$|管委会"), AgencyKind.DEPARTMENT),
)
