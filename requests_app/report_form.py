"""The tables of 政府信息公开工作年度报告 as the official form draws them (国办公开办函〔2021〕30号). Pure.

The words are those of the form and are never translated. Table 1 has no columns of figures: part 一 is prose.
"""

from collections.abc import Iterator
from dataclasses import dataclass

BASIS = "《政府信息公开工作年度报告格式》（国办公开办函〔2021〕30号）"


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of figures. `group`: the key of the heading it stands under, empty for none.

    `json_key`: its name in the exchanged JSON, where that is not the key.
    """

    key: str
    label: str
    columns: tuple[Column, ...]
    group: str = ""
    json_key: str = ""

    @property
    def name(self) -> str:
        return self.json_key or self.key


@dataclass(frozen=True, slots=True)
class Form:
    """One table: its name, its rows in order, and how the rows are read."""

    key: str  # as in the exchanged JSON
    label: str
    title: str
    rows: tuple[Row, ...]

    def row(self, key: str) -> Row:
        return next(row for row in self.rows if row.key == key)

    def cells(self) -> Iterator[tuple[Row, Column]]:
        return ((row, column) for row in self.rows for column in row.columns)


# --- 表二 ---------------------------------------------------------------------------------------------------------

_STOCK = (Column("issued", "本年制发件数"), Column("voided", "本年废止件数"), Column("in_force", "现行有效件数"))
_DECISIONS = (Column("decisions", "本年处理决定数量"),)

# The blocks of 表二 by the item of article 20 that they answer to.
TABLE2_GROUPS = {
    "item1": "第二十条第（一）项",
    "item5": "第二十条第（五）项",
    "item6": "第二十条第（六）项",
    "item8": "第二十条第（八）项",
}
TABLE2 = Form(
    "table2",
    "表二",
    "二、主动公开政府信息情况",
    (
        Row("regulations", "规章", _STOCK, "item1", "规章"),
        Row("normative", "行政规范性文件", _STOCK, "item1", "行政规范性文件"),
        Row("licence", "行政许可", _DECISIONS, "item5", "行政许可"),
        Row("penalty", "行政处罚", _DECISIONS, "item6", "行政处罚"),
        Row("coercion", "行政强制", _DECISIONS, "item6", "行政强制"),
        Row(
            "fees", "行政事业性收费", (Column("amount", "本年收费金额（单位：万元）"),), "item8", "行政事业性收费_万元"
        ),
    ),
)
# Rows of amounts in 万元; every other figure of the report is a whole number.
AMOUNT_ROWS = frozenset({"fees"})

# --- 表三 ---------------------------------------------------------------------------------------------------------

APPLICANTS = (
    Column("natural_person", "自然人"),
    Column("business", "商业企业"),
    Column("research", "科研机构"),
    Column("social_org", "社会公益组织"),
    Column("legal_service", "法律服务机构"),
    Column("other_org", "其他"),
)
TOTAL = Column("total", "总计")
_APPLICANTS_AND_TOTAL = (*APPLICANTS, TOTAL)
NEW, CARRIED, CLOSED, NEXT = "new", "carried", "total", "next"
TABLE3_GROUPS = {
    "results": "三、本年度办理结果",
    "r3": "（三）不予公开",
    "r4": "（四）无法提供",
    "r5": "（五）不予处理",
    "r6": "（六）其他处理",
}
TABLE3_CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


def _outcome(key: str, label: str) -> Row:
    group = key.partition("_")[0]
    return Row(key, label, _APPLICANTS_AND_TOTAL, group if group in TABLE3_GROUPS else "results")


OUTCOME_ROWS = (
    _outcome("r1", "（一）予以公开"),
    _outcome("r2", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    _outcome("r3_1", "1.属于国家秘密"),
    _outcome("r3_2", "2.其他法律行政法规禁止公开"),
    _outcome("r3_3", "3.危及“三安全一稳定”"),
    _outcome("r3_4", "4.保护第三方合法权益"),
    _outcome("r3_5", "5.属于三类内部事务信息"),
    _outcome("r3_6", "6.属于四类过程性信息"),
    _outcome("r3_7", "7.属于行政执法案卷"),
    _outcome("r3_8", "8.属于行政查询事项"),
    _outcome("r4_1", "1.本机关不掌握相关政府信息"),
    _outcome("r4_2", "2.没有现成信息需要另行制作"),
    _outcome("r4_3", "3.补正后申请内容仍不明确"),
    _outcome("r5_1", "1.信访举报投诉类申请"),
    _outcome("r5_2", "2.重复申请"),
    _outcome("r5_3", "3.要求提供公开出版物"),
    _outcome("r5_4", "4.无正当理由大量反复申请"),
    _outcome("r5_5", "5.要求行政机关确认或重新出具已获取信息"),
    _outcome("r6_1", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    _outcome("r6_2", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    _outcome("r6_3", "3.其他"),
)
OUTCOME_KEYS = tuple(row.key for row in OUTCOME_ROWS)
TABLE3 = Form(
    "table3",
    "表三",
    "三、收到和处理政府信息公开申请情况",
    (
        Row(NEW, "一、本年新收政府信息公开申请数量", _APPLICANTS_AND_TOTAL),
        Row(CARRIED, "二、上年结转政府信息公开申请数量", _APPLICANTS_AND_TOTAL),
        *OUTCOME_ROWS,
        Row(CLOSED, "（七）总计", _APPLICANTS_AND_TOTAL, "results"),
        Row(NEXT, "四、结转下年度继续办理", _APPLICANTS_AND_TOTAL),
    ),
)

# --- 表四 ---------------------------------------------------------------------------------------------------------

RESULTS = (
    Column("upheld", "结果维持"),
    Column("corrected", "结果纠正"),
    Column("other", "其他结果"),
    Column("pending", "尚未审结"),
)
_RESULTS_AND_TOTAL = (*RESULTS, TOTAL)
TABLE4_GROUPS = {"review": "行政复议", "lawsuit": "行政诉讼"}
TABLE4 = Form(
    "table4",
    "表四",
    "四、政府信息公开行政复议、行政诉讼情况",
    (
        Row("review", "行政复议", _RESULTS_AND_TOTAL, "review"),
        Row("direct", "未经复议直接起诉", _RESULTS_AND_TOTAL, "lawsuit"),
        Row("post", "复议后起诉", _RESULTS_AND_TOTAL, "lawsuit"),
    ),
)

FORMS = (TABLE2, TABLE3, TABLE4)

# The six parts. The second to the fourth hold the tables and may hold words beside them.
PARTS = (
    Column("one", "一、总体情况"),
    Column("two", TABLE2.title),
    Column("three", TABLE3.title),
    Column("four", TABLE4.title),
    Column("five", "五、存在的主要问题及改进情况"),
    Column("six", "六、其他需要报告的事项"),
)
