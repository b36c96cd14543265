"""What neighbours read of a person on a wall: enough for those concerned. Each table is one test: (text, shown)."""

import pytest

from disclosure.board_masking import Mask, Names, numbers_masked
from govportal.htmlblocks import read_blocks

LISTS = (
    ("公益性岗位拟聘6人：赵玉兰、孙建明、周平、吴秀霞", "公益性岗位拟聘6人：赵*兰、孙*明、周*、吴*霞"),
    ("决定录用王秀兰、李建国。", "决定录用王*兰、李*国。"),
    ("对张建明等3人给予处罚", "对张*明等3人给予处罚"),
    ("发放给欧阳建明、买买提·吐尔逊两户", "发放给欧阳*明、买*****逊两户"),
    ("名单：高山、安平、方正", "名单：高*、安*、方*"),
    ("表彰王建国，李华，赵敏三名同志", "表彰王*国，李*，赵*三名同志"),
    ("申请人：张明", "申请人：张*"),
    ("姓名: 镕堃喆，性别：男", "姓名: 镕*喆，性别：男"),
    ("户主姓名：王 ", "户主姓名：王 "),
    ("姜建信、车秋菊、揭小满、仇小雨", "姜*信、车*菊、揭*满、仇*雨"),
    ("种小满、姜建信、车秋菊、佴雨", "种*满、姜*信、车*菊、佴*"),
    ("发放给种小满、姜建信、车秋菊、佴小雨三户", "发放给种*满、姜*信、车*菊、佴*雨三户"),
    ("名单：种小满、姜建信、佴小雨，下一批另行公布", "名单：种*满、姜*信、佴*雨，下一批另行公布"),
    ("种小满、姜建信、佴小雨、车秋菊", "种*满、姜*信、佴*雨、车*菊"),
    ("听取姜建信、车秋菊、佴小雨意见", "听取姜*信、车*菊、佴*雨意见"),
    ("拟聘人员为陈喆玥、刘珺瑄、周燚同志，公示五日", "拟聘人员为陈*玥、刘*瑄、周*同志，公示五日"),
)
ORDINARY = (
    "公开、公平、公正",
    "安全、方便、高效",
    "高血压、糖尿病、马铃薯、胡萝卜",
    "柳园镇、桥头村、张家村、李家庄",
    "周六、周日照常办理",
    "县农业局、林业局、水务局等3个部门",
    "教育、医疗、住房和社会保障",
    "许可证、程序、任免、任职",
    "黄河、长江、金沙江",
    "申请人：澄明建工集团有限公司",
    "申请人应当提交身份证原件",
    "统一社会信用代码 91410399MA4X1K2B3C，电话 0399-6620188，第12345号",
    "温度、湿度、高度",
    "沿线党员、老石匠等41人",
    "值守人员费长青，白天夜间均可",
    "最快半小时领照；申请材料齐全",
    "最快半小时领照，申请材料齐全",
    "成立时间、注册资本、经营范围",
    "王秀兰接待、登记、转办",
    "服务对象：老年人、残疾人、儿童",
    "温泉村、种植业、养殖业、高标田",
    "",
)
NUMBERS = (
    ("身份证 11010519491231002X，", "身份证 110***********002X，"),
    ("手机13800138000。", "手机138****8000。"),
    ("手机１３８００１３８０００", "手机138****8000"),
    ("卡号 6222 0212 3456 7890 123", "卡号 622************0123"),
    ("账号：4512003388", "账号：451***3388"),
    ("护照号码：E12345678", "护照号码：E12**5678"),
    ("文号〔2026〕41号，金额 50038.63 元，电话0399-6612001", "文号〔2026〕41号，金额 50038.63 元，电话0399-6612001"),
)


def shown(text: str, **values: object) -> str:
    return Mask(Names.of(is_masking=True, **values)).text(text)  # type: ignore[arg-type]


def test_names_in_lists_and_after_their_words_are_masked_and_twice_is_once() -> None:
    found = [(text, shown(text)) for text, _expected in LISTS]

    assert found == list(LISTS)
    assert [shown(masked) for _text, masked in found] == [masked for _text, masked in found]


def test_ordinary_words_stay() -> None:
    assert [shown(text) for text in ORDINARY] == list(ORDINARY)


def test_numbers_are_masked_always() -> None:
    assert [numbers_masked(text) for text, _expected in NUMBERS] == [expected for _text, expected in NUMBERS]
    assert Mask(Names.of(is_masking=False)).text(NUMBERS[1][0]) == NUMBERS[1][1]


def test_section_says_which_names_go_and_which_stay() -> None:
    text = "听取魏知行、苏映雪、钟砚秋意见，罗大山到场。"

    assert shown(text, hidden=["罗大山"], shown=["苏映雪", "钟砚秋"]) == "听取魏*行、苏映雪、钟砚秋意见，罗*山到场。"
    assert Mask(Names.of(is_masking=False, hidden=["罗大山"])).text(text) == text.replace("罗大山", "罗*山")


@pytest.mark.parametrize(
    ("html", "rows"),
    [
        (
            "<table><tr><th>序号</th><th>户主姓名</th><th>村</th></tr><tr><td>1</td><td>张建明</td><td>柳营村</td></tr></table>",
            [["序号", "户主姓名", "村"], ["1", "张*明", "柳营村"]],
        ),
        (
            "<table><tr><td>申请人</td><td>李华</td><td>申请人单位</td><td>老王面馆</td></tr></table>",
            [["申请人", "李*", "申请人单位", "老王面馆"]],
        ),
        (
            "<table><tr><th colspan='2'>受益人</th><th>元</th></tr>"
            "<tr><td>王芳</td><td>13800138000</td><td>3</td></tr></table>",
            [["受益人", "元"], ["王*", "138****8000", "3"]],
        ),
    ],
)
def test_columns_and_fields_of_names_are_masked(html: str, rows: list[list[str]]) -> None:
    mask = Mask(Names.of(is_masking=True))

    [block] = mask.blocks(read_blocks(html))

    assert [[cell.text for cell in row] for row in block.rows] == rows
    assert mask.has_masked
