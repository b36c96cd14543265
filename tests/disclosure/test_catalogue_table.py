import pytest

from disclosure.catalogue_table import CatalogueRow, guess_category, parse_channels, read_rows, tick
from disclosure.enums import Category
from govportal.tables import UnreadableTable

HEADER = ["领域", "序号", "公开事项_一级事项", "公开事项_二级事项", "公开内容（要素）", "公开依据", "公开时限",
          "公开主体", "公开渠道和载体", "公开对象_全社会", "公开对象_特定群体", "公开方式_主动", "公开方式_依申请",
          "公开层级_县级", "公开层级_乡级"]  # fmt: skip
LINE = [
    "社会救助",
    "1",
    "综合业务",
    "政策法规",
    "文件",
    "条例",
    "20个工作日",
    "民政部门",
    "■政府网站",
    "√",
    "",
    "√",
    "",
    "√",
    "",
]


def rows_of(*lines: list[str], header: list[str] = HEADER) -> list[CatalogueRow]:
    return read_rows([header, *lines])


@pytest.mark.parametrize("mark", ["√", "✓", "●", "■", "是", "1", "Y", "y", "Ｙ", "V"])
def test_tick_is_true_for_marks_in_use(mark: str) -> None:
    assert tick(mark) == (True, "")


@pytest.mark.parametrize("mark", ["", "□", "〇", "×", "否", "0", "/", " "])
def test_tick_is_false_for_empty_and_optional_marks(mark: str) -> None:
    assert tick(mark) == (False, "")


def test_tick_with_words_keeps_them() -> None:
    assert tick("√（面向村集体成员）") == (True, "面向村集体成员")
    assert tick("在征收范围内") == (True, "在征收范围内")


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("■政府网站 ■两微一端 ■公开查阅点", ["website", "weibo_wechat", "reading_point"]),
        ("■政府网站 □两微一端 〇广播电视", ["website"]),
        ("●政府网站\n●社区/企事业单位/村公示栏（电子屏）", ["website", "notice_board"]),
        ("政府网站;微信公众号;公示栏", ["website", "weibo_wechat", "notice_board"]),
        ("■其他：国家企业信用信息公示系统", ["enterprise_credit"]),
        ("■入户/现场 ■发布会/听证会", ["on_site", "press"]),
        ("政府网站、便民服务站", ["website", "convenience_station"]),
        ("", []),
    ],
)
def test_parse_channels_reads_cell(text: str, channels: list[str]) -> None:
    assert parse_channels(text) == (channels, [])


def test_parse_channels_names_what_it_does_not_know() -> None:
    assert parse_channels("■政府网站 ■飞鸽") == (["website", "other"], ["飞鸽"])


def test_read_rows_of_official_columns_reads_every_field() -> None:
    (row,) = rows_of(LINE)

    assert not row.messages
    assert row.values["level2"] == "政策法规"
    assert (row.values["timing_kind"], row.values["timing_n"]) == ("after_event", 20)
    assert (row.values["target"], row.values["mode"], row.values["levels"]) == ("society", "proactive", ["county"])
    assert row.values["guessed_category"] == Category.AFFAIRS


def test_read_rows_fills_merged_first_level_and_domain() -> None:
    merged = ["", "2", "", "另一事项", *LINE[4:]]

    rows = rows_of(LINE, merged)

    assert (rows[1].values["domain"], rows[1].values["level1"]) == ("社会救助", "综合业务")


def test_read_rows_takes_same_as_above_from_row_above() -> None:
    same = ["社会救助", "2", "综合业务", "另一事项", "文件", "同上", "同上（20个工作日）", "同上", "同上", *LINE[9:]]

    rows = rows_of(LINE, same)

    assert rows[1].values["timing_text"] == "20个工作日"
    assert rows[1].values["channels"] == ["website"]
    assert rows[1].responsible == "民政部门"


def test_read_rows_with_same_as_above_in_first_row_reports_it() -> None:
    (row,) = rows_of([*LINE[:6], "同上", *LINE[7:]])

    assert any("同上" in message for message in row.messages)


def test_read_rows_under_two_row_header_with_title_reads_domain_from_title() -> None:
    width = len(LINE) - 1
    table = [
        ["澄明县社会救助领域基层政务公开标准目录"] * width,
        ["序号", "公开事项", "公开事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体",
         "公开对象", "", "公开方式", "", "公开层级", ""],
        ["序号", "一级事项", "二级事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体",
         "全社会", "特定群体", "主动", "依申请", "县级", "乡级"],
        LINE[1:],
    ]  # fmt: skip

    (row,) = read_rows(table)

    assert (row.number, row.values["domain"], row.values["level1"]) == (4, "社会救助", "综合业务")
    assert row.values["levels"] == ["county"]


def test_read_rows_skips_header_printed_again() -> None:
    assert len(rows_of(LINE, HEADER, [*LINE[:3], "另一事项", *LINE[4:]])) == 2


def test_read_rows_of_domain_list_reports_missing_matters() -> None:
    (row,) = rows_of(["胡家镇", "1", "救灾"], header=["town", "order", "domain"])

    assert row.values["level1"] == "救灾"
    assert "请补充" in row.messages[0]


def test_read_rows_with_unread_timing_keeps_text_and_reports() -> None:
    (row,) = rows_of([*LINE[:6], "看情况", *LINE[7:]])

    assert (row.values["timing_text"], row.values["timing_kind"]) == ("看情况", "unparsed")
    assert "看不懂公开时限“看情况”" in row.messages[0]


def test_read_rows_without_first_level_refuses_row() -> None:
    (row,) = rows_of(["社会救助", "1", "", "", *LINE[4:]])

    assert row.is_refused


def test_read_rows_with_overlong_name_refuses_row() -> None:
    (row,) = rows_of([*LINE[:2], "长" * 10_000, *LINE[3:]])

    assert row.is_refused
    assert "一级事项超过 120 个字" in row.messages[0]


def test_read_rows_keeps_long_elements() -> None:
    (row,) = rows_of([*LINE[:4], "长" * 10_000, *LINE[5:]])

    assert len(row.values["elements"]) == 10_000


def test_read_rows_without_known_header_raises() -> None:
    with pytest.raises(UnreadableTable, match="找不到表头"):
        read_rows([["甲", "乙"], ["1", "2"]])


@pytest.mark.parametrize(
    ("domain", "level1", "category"),
    [
        ("财政预决算", "", Category.FINANCE),
        ("综合政务", "机构信息", Category.DUTIES),
        ("综合（街道）", "规划计划", Category.DECISIONS),
        ("养老服务", "", Category.AFFAIRS),
        ("没听说过", "", None),
    ],
)
def test_guess_category_by_domain(domain: str, level1: str, category: Category | None) -> None:
    assert guess_category(domain, level1) == category
