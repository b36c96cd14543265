"""One request from the telephone to the annual report: filed by keyboard, corrected, paused, extended, disclosed in
part, and found in its cell of the year. Citizen, desk and letter name the same last day all the way.

The days were counted by hand with the notice for 2026: 1 to 7 October are off, 20 September and 10 October are worked.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from govportal.models import Agency, SiteProfile, User
from govportal.models.agency import AgencyKind
from requests_app.enums import State
from requests_app.models import InformationRequest, RequestOffice
from tests.e2e.journey import Citizen, Clock, says
from tests.e2e.staff import Staff
from tests.factories import make_agency
from tests.factories.requests import make_officer, make_releaser

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

IDENTITY = "11010519491231002X"  # the example of GB 11643
SUBJECT = "2025年农村公路养护资金使用明细"
CONTENT = b"%PDF-1.7\n%disclosed\n"
# What the official form names, table by table (国办公开办函〔2021〕30号).
FORM = (
    "二、主动公开政府信息情况", "第二十条第（一）项", "信息内容", "本年制发件数", "本年废止件数", "现行有效件数",
    "规章", "行政规范性文件", "第二十条第（五）项", "本年处理决定数量", "行政许可", "第二十条第（六）项", "行政处罚",
    "行政强制", "第二十条第（八）项", "本年收费金额（单位：万元）", "行政事业性收费",
    "三、收到和处理政府信息公开申请情况",
    "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "申请人情况", "自然人", "法人或其他组织",
    "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计",
    "一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量", "三、本年度办理结果", "（一）予以公开",
    "（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "（三）不予公开", "1.属于国家秘密",
    "2.其他法律行政法规禁止公开", "3.危及“三安全一稳定”", "4.保护第三方合法权益", "5.属于三类内部事务信息",
    "6.属于四类过程性信息", "7.属于行政执法案卷", "8.属于行政查询事项", "（四）无法提供",
    "1.本机关不掌握相关政府信息", "2.没有现成信息需要另行制作", "3.补正后申请内容仍不明确", "（五）不予处理",
    "1.信访举报投诉类申请", "2.重复申请", "3.要求提供公开出版物", "4.无正当理由大量反复申请",
    "5.要求行政机关确认或重新出具已获取信息", "（六）其他处理",
    "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", "3.其他", "（七）总计",
    "四、结转下年度继续办理",
    "四、政府信息公开行政复议、行政诉讼情况", "行政复议", "行政诉讼", "未经复议直接起诉", "复议后起诉", "结果维持",
    "结果纠正", "其他结果", "尚未审结",
)  # fmt: skip


@dataclass
class Office:
    agency: Agency
    officer: User
    head: User


@pytest.fixture
def office(clock: Clock) -> Office:
    SiteProfile.objects.create(pk=1, name="澄明县政务公开", phone="0399-6612001", host="澄明县人民政府")
    county = make_agency(name="澄明县人民政府", kind=AgencyKind.GOVERNMENT)
    details = {"code": "cm-jtj", "office": "政务公开室", "phone": "0399-6613320", "address": "交通路9号"}
    agency = make_agency(parent=county, name="澄明县交通运输局", **details)
    RequestOffice.objects.create(agency=agency, letter_prefix="澄交公复", court="澄明县人民法院")
    return Office(agency, make_officer(agency, full_name="周试四"), make_releaser(agency, full_name="沈试五"))


@pytest.fixture
def citizen(telephone: Page, live_server: LiveServer, office: Office) -> Citizen:
    return Citizen(live_server.url, telephone)


@pytest.fixture
def staff(browser: Browser, live_server: LiveServer) -> Staff:
    return Staff(browser, live_server)


def words_of(pdf: bytes, folder: Path) -> str:
    """Cell by cell, without blanks and line breaks; the test is skipped, with the reason, without poppler."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (apt: poppler-utils)")
    assert pdf.startswith(b"%PDF-")
    file = folder / "read.pdf"
    file.write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    return "".join(text.split())


# --- the citizen files ---------------------------------------------------------------------------------------------


def tell_who(citizen: Citizen, proof: Path) -> None:
    """The first step, with a mistake in it that is led to and mended."""
    keys, page = citizen.keys, citizen.page
    citizen.open("requests")
    keys.follow(f"a[href='{reverse('request_new')}']")
    keys.type_into("#id_name", "林试一")
    keys.type_into("#id_identity_number", IDENTITY[:-1] + "1")
    keys.tab_to("#id_proofs").set_input_files(proof)
    keys.type_into("#id_phone", "0399-6612345")
    keys.follow("main form button")

    expect(page.locator(".errors")).to_be_focused()  # as soon as it is drawn
    assert page.title().startswith("错误：")
    assert page.locator("#id_name").input_value() == "林试一"
    assert page.locator("#id_phone").input_value() == "0399-6612345"
    assert "去掉 身份证.pdf" in citizen.words()

    keys.tab_to("a[href='#id_identity_number']")
    keys.press("Enter")
    expect(page.locator("#id_identity_number")).to_be_focused()
    keys.type_into("#id_identity_number", IDENTITY)
    keys.follow("main form button")


def tell_what_and_how(citizen: Citizen, office: Office) -> None:
    """The second step and the third, and back from the last to mend a word."""
    keys = citizen.keys
    keys.choose("#id_agency", office.agency.code)
    keys.type_into("#id_subject", "农村公路养护资金使用明细")
    keys.type_into("#id_description", "2025年度，按项目列出里程、金额和施工单位。")
    keys.follow("main form button")
    keys.choose("input[name=supply_form]:checked", "electronic")
    keys.choose("input[name=supply_way]:checked", "download")
    keys.follow("main form button", "Space")
    assert citizen.is_at("request_check")

    keys.follow("a[href$='#id_subject']")
    expect(citizen.page.locator("#id_subject")).to_be_focused()
    keys.type_into("#id_subject", SUBJECT)
    keys.follow("main form button")
    assert citizen.is_at("request_check")
    assert SUBJECT in citizen.words()


def send_twice(citizen: Citizen) -> None:
    """Enter, and once more by mistake."""
    citizen.keys.tab_to("main form button:not([name])")
    citizen.keys.press("Enter", times=2)
    citizen.write_down()

    row = InformationRequest.objects.get()
    assert citizen.number == row.number
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", citizen.code)


def keep_receipt(citizen: Citizen, browser: Browser, folder: Path) -> None:
    """The page is a bookmark; the PDF names the code here and nowhere else."""
    citizen.page.reload()
    assert citizen.number in citizen.words()
    assert citizen.code in citizen.words()
    address = citizen.page.get_by_role("link", name="下载申请回执").get_attribute("href")
    other = browser.new_context()
    elsewhere = words_of(other.request.get(f"{citizen.address}{address}").body(), folder)
    other.close()

    here = words_of(citizen.keys.open_file("下载申请回执"), folder)

    assert citizen.number in here
    assert "最迟2026年10月15日" in here
    assert citizen.number in elsewhere
    assert citizen.code not in elsewhere


def look_up_in_vain(citizen: Citizen) -> None:
    wrong_code = citizen.look_up(citizen.number, "2222-2222")
    unknown_number = citizen.look_up("cm-jtj-2026-99999", citizen.code)

    assert "编号或者查询码不对" in wrong_code
    assert wrong_code == unknown_number


# --- the clock stops and goes on -----------------------------------------------------------------------------------


def correct(citizen: Citizen, office: Office, staff: Staff, clock: Clock) -> None:
    """Friday 18 September is the new day of receipt; Sunday the 20th, worked, is day 1; 22 October is day 20."""
    clock.set(9, 14)
    with staff.desk(office.officer, citizen.number) as desk:
        assert desk.due_on() == "2026-10-15"
        desk.do("登记受理")
        desk.do("告知补正", items="请写明标段或者路段。", due_on="2026-09-30")
        desk.do("发出文书", of="补正告知书", way=["download"])
    words = citizen.open_case()
    assert "待补正" in words
    assert "请写明标段或者路段。" in words
    assert "停止计时，已计 1 个工作日" in words

    clock.set(9, 18, 19)
    citizen.keys.follow(f"a[href='{reverse('request_correct')}']")
    citizen.keys.type_into("#id_text", "柳林镇全部标段。")
    citizen.keys.follow("main form button")
    assert citizen.is_at("request_case")
    assert "9月18日收到补正的申请，答复期限自此重新计算20个工作日，到10月22日届满" in citizen.words()
    assert citizen.due_on() == "2026-10-22"


def consult(citizen: Citizen, office: Office, staff: Staff, clock: Clock) -> None:
    """Asked on 22 September, answered on 9 October: seven working days do not count."""
    clock.set(9, 22)
    with staff.desk(office.officer, citizen.number) as desk:
        assert desk.due_on() == "2026-10-22"
        desk.do("转入办理")
        desk.do("征求第三方意见", party="澄明县顺通路桥公司", matter="养护工程合同的单价和结算明细")
        desk.do("发出文书", of="第三方意见征询书", way=["post"])
        desk.do("发出文书", of="征求意见告知书", way=["download"])
    clock.set(9, 24)
    with staff.desk(office.officer, citizen.number) as desk:
        desk.do("登记文书送达", of="第三方意见征询书", note="前台签收")
        waiting_until = desk.due_on()
    words = citizen.open_case()
    # Fifteen working days from the 24th end on 22 October; until then seventeen stand still.
    assert "9月22日书面征求第三方意见，最迟等到10月22日，其间17个工作日不计，顺延至11月16日" in words
    assert "顺通路桥" not in words
    assert waiting_until == citizen.due_on() == "2026-11-16"

    clock.set(10, 9)
    with staff.desk(office.officer, citizen.number) as desk:
        desk.do("登记意见", answer=["partly"], reasons="分项单价属于商业秘密，其余可以公开。")
        answered = desk.due_on()
    assert "9月22日书面征求第三方意见，10月9日收到意见，其间7个工作日不计，顺延至11月2日" in citizen.open_case()
    assert answered == citizen.due_on() == "2026-11-02"


def extend(citizen: Citizen, office: Office, staff: Staff, clock: Clock, folder: Path) -> None:
    """Ten working days from 2 November end on the 16th: so say desk, citizen's page and letter."""
    clock.set(10, 30)
    with staff.desk(office.officer, citizen.number) as desk:
        desk.do("拟延期", days="10", reasons="涉及12个标段，需要逐份区分处理。")
    with staff.desk(office.head, citizen.number, "sign") as desk:
        desk.do("签发")
    with staff.desk(office.officer, citizen.number) as desk:
        desk.do("发出文书", of="延期答复告知书", way=["download"])
        extended = desk.due_on()
    words = citizen.open_case()
    letter = words_of(citizen.keys.open_file("延期答复告知书"), folder)

    assert "10月30日经批准延长10个工作日，延至11月16日" in words
    assert extended == citizen.due_on() == "2026-11-16"
    assert "原应于2026年11月2日前答复" in letter
    assert "答复期限延长至2026年11月16日" in letter


# --- the reply and the year ----------------------------------------------------------------------------------------


def disclose_in_part(citizen: Citizen, office: Office, staff: Staff, clock: Clock, folder: Path) -> None:
    clock.set(11, 12)
    paper = folder / "养护资金使用明细.pdf"
    paper.write_bytes(CONTENT)
    with staff.desk(office.officer, citizen.number) as desk:
        desk.page.get_by_role("link", name="拟答复", exact=True).click()
        desk.page.get_by_role("link", name="部分公开").click()
        desk.fill(
            content="2025年养护资金使用明细，按项目列出里程、金额和施工单位。",
            fact_withheld="施工合同的分项单价。",
            reasons="分项单价属于施工单位的商业秘密，公开会损害其合法权益，施工单位不同意公开。",
            grounds=["third_party"],
            papers=paper,
        )
        desk.press("拟答复")
    assert "养护资金使用明细.pdf" not in citizen.open_case()
    with staff.desk(office.head, citizen.number, "sign") as desk:
        desk.do("签发")
    with staff.desk(office.officer, citizen.number, "unsent") as desk:
        desk.do("发出文书", of="部分公开告知书", way=["download"])


def read_reply(citizen: Citizen, folder: Path) -> None:
    words = citizen.open_case()
    letter = words_of(citizen.keys.open_file("政府信息部分公开告知书（PDF）"), folder)
    paper = citizen.keys.open_file("养护资金使用明细.pdf")

    assert "已答复" in words
    assert "11月12日作出答复，已计28个工作日" in words
    assert "施工合同的分项单价。" in letter
    assert "不服其中不予公开的部分的，应当自收到本告知书之日起60日内先向澄明县人民政府申请行政复议" in letter
    assert paper == CONTENT


def report_year(citizen: Citizen, office: Office, staff: Staff, folder: Path) -> None:
    with staff.page(office.officer, reverse("admin:requests_app_annualreport_add")) as page:
        page.locator("input[type=submit].default").click()
        cell = page.locator("a[href$='/cases/table3/r2/natural_person/']")
        counted = cell.inner_text()
        address = page.get_by_role("link", name="预览 PDF").get_attribute("href")
        form = words_of(page.context.request.get(f"{citizen.address}{address}").body(), folder)
        cell.click()
        page.wait_for_url("**/cases/table3/r2/natural_person/")
        says(page, citizen.number)
    stated = StringIO()
    call_command("annual_report", office.agency.code, "2026", stdout=stated)
    table = json.loads(stated.getvalue())["table3"]

    assert counted == "1"
    assert table["r2"] == table["new"] == table["total"] == [1, 0, 0, 0, 0, 0, 1]
    assert "不计其他情形）1000001" in form
    assert [label for label in FORM if label not in form] == []


def test_request_is_followed_from_the_telephone_to_the_annual_report(
    citizen: Citizen, office: Office, staff: Staff, clock: Clock, browser: Browser, tmp_path: Path
) -> None:
    proof = tmp_path / "身份证.pdf"
    proof.write_bytes(b"%PDF-1.7\n%proof\n")

    tell_who(citizen, proof)
    tell_what_and_how(citizen, office)
    send_twice(citizen)
    keep_receipt(citizen, browser, tmp_path)
    look_up_in_vain(citizen)
    correct(citizen, office, staff, clock)
    consult(citizen, office, staff, clock)
    extend(citizen, office, staff, clock, tmp_path)
    disclose_in_part(citizen, office, staff, clock, tmp_path)
    clock.set(11, 13)
    read_reply(citizen, tmp_path)
    clock.set(1, 12, year=2027)
    report_year(citizen, office, staff, tmp_path)

    row = InformationRequest.objects.get()
    assert (row.state, row.outcome, str(row.closed_on)) == (State.REPLIED, "r2", "2026-11-12")
