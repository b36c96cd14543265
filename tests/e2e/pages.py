"""Public pages the browser tests walk through: empty ones by URL name, and every kind of page with its rows."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from disclosure import publication_log, search
from disclosure.enums import Category, ItemState, LogKind, RectificationState, RelationKind, WithholdingGround
from disclosure.models import BoardSheet, Item, LogEntry, NoticeBoard, Rectification, Relation
from disclosure.services import print_board
from govportal.models import Agency, InternalBody, Leader
from govportal.now import now, today
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from requests_app.views.feedback import receipt_path as feedback_receipt
from requests_app.views.sent import receipt_path
from tests.e2e.survey_pages import SURVEYS
from tests.factories import make_agency, make_attachment, make_catalogue_entry, make_edition, make_item
from tests.factories.boards import make_board, make_keeper, make_photo, make_sheet
from tests.factories.complaints import make_complaint
from tests.factories.feedback import send_feedback
from tests.factories.obligations import make_obligation
from tests.factories.registers import make_rectification, make_withholding
from tests.factories.requests import file_request
from tests.factories.scorecards import publish_cards
from tests.requests_app.report_samples import published_report

# Add a page here and every browser test opens it, on a portal without rows.
NAMES = [
    "home",
    "agencies",
    "guide",
    "institutions",
    "accessibility",
    "privacy",
    "help",
    "display",
    "items",
    "items_tree",
    "search",
    "catalogue",
    "powers",
    "services",
    "leaders",
    "gazettes",
    "normative",
    "projects",
    "enforcement",
    "data_tables",
    "open_data",
    "log",
    "negative_list",
    "rectifications",
    "boards",
    "coverage",
    "coverage_cases",
    "requests",
    "request_lookup",
    "calculator",
    "reports",
    "complaints",
    "complaint_lookup",
    "complaint_statistics",
    "feedback",
    "feedback_new",
    "feedback_lookup",
    "scorecards",
    "scorecards_how",
]

TABLE = (
    "<table><caption>表1 补贴项目和标准</caption><thead><tr><th>补贴项目</th><th>主管部门</th><th>标准</th>"
    "<th>发放时间</th><th>监督电话</th></tr></thead><tbody><tr><td>耕地地力保护补贴</td><td>县农业农村局</td>"
    "<td>102.50元/亩</td><td>6月30日前</td><td>0399-6615120</td></tr></tbody></table>"
)
BODY = (
    '<p class="doc-to">各乡镇人民政府：</p><h2>第一章 总则</h2><p>公示期不少于五个工作日。</p>'
    f'<h3>一、范围</h3><ul><li>补贴对象</li></ul>{TABLE}<p class="doc-sign">某县人民政府</p>'
)
STEPS = [
    {"key": "a", "name": "申请", "lane": "申请人", "note": "窗口或网上", "next": ["b"]},
    {"key": "b", "name": "审查", "lane": "服务窗口", "days": 3, "next": ["a", "c", "d"]},
    {"key": "c", "name": "准予", "lane": "局领导", "days": 2, "next": []},
    {"key": "d", "name": "不予", "lane": "局领导", "days": 2, "next": []},
]
MATERIALS = [
    {"name": "申请书", "form": "原件", "copies": "1", "source": "申请人自备", "note": "可在窗口领取"},
    {"name": "身份证明", "form": "免提交", "copies": "", "source": "数据共享", "note": "由系统核验"},
]
HOSPITALITY = [
    {"item": "公务接待", "budget": "12.50", "actual": "9.80", "last_year": "11.00", "count": "31批", "reason": "压减"},
    {"item": "公务用车", "budget": "40.00", "actual": "38.20", "last_year": "41.10", "count": "9辆", "reason": "报废"},
]
EXTRA: dict[str, dict[str, Any]] = {
    "normative": {"registration_number": "MXGS-2026-0018", "cleanup_result": "kept"},
    "service_guide": {
        "basis": ["《社会救助暂行办法》第十一条"],
        "conditions": ["户籍在本县", "收入低于标准"],
        "materials": MATERIALS,
        "procedure": ["申请", "审核", "公示", "发放"],
        "office": "社会救助股",
        "phone": "0399-6612566",
        "promised_days": 10,
    },
    "power": {
        "power_code": "MX-XK-0131",
        "power_kind": "licence",
        "subject": "某县民政局",
        "office": "社会组织股",
        "basis": ["《慈善法》第十条"],
        "conditions": ["有章程", "有住所"],
        "steps": STEPS,
        "list_change_reason": "按上级清单合并。",
    },
    "budget": {"fiscal_year": 2026, "kind": "budget", "income": "1203.50", "hospitality": HOSPITALITY},
    "appointment": {"action": "appoint", "people": [{"name": "沈某", "post": "局长", "change": "任"}]},
    "duties": {"duties": ["组织城乡低保", "推进养老服务"], "commitments": ["当日受理"]},
    "gazette": {"year": 2026, "issue": 3, "contents": ["关于补贴的通知", "关于任免的通知"]},
    "project": {
        "project_code": "MX-0017",
        "stage": "planned",
        "investment": "18640.00",
        "owner": "某县交通中心",
        "progress": 42,
        "starts_on": "2026-01-05",
    },
    "project_stage": {
        "project_aspect": "bidding",
        "document": "MXZB-2026-021",
        "party": "某县路桥公司",
        "amount": "13960.00",
    },
    "enforcement": {
        "decision_number": "某市监罚〔2026〕86号",
        "kind": "penalty",
        "party": "周*海",
        "party_code": "92410399MA46XD3J1P",
        "matter": "销售超过保质期的食品",
        "basis": ["《食品安全法》第一百二十四条"],
        "result": "罚款5000元",
        "decided_on": "2026-02-03",
        "shown_until": "2099-01-01",
    },
    "leader": {"name": "沈某", "post": "局长", "division": "主持全面工作\n负责审计"},
    "consultation": {
        "opens_on": "2026-02-01",
        "closes_on": "2026-02-11",
        "outcome_by": "2026-03-01",
        "way": ["寄到某县人民路36号", "拨打0399-6612560"],
        "short_reason": "汛期将至。",
    },
    "evaluation_result": {"kind": "score", "period": "2025年度", "digest": "0a" * 32},
}

# Asked, answered, extended, and a fee by the page.
DATES = (
    "?received_on=2026-03-02&today=2026-04-20&third_party_asked_on=2026-03-10&third_party_answered_on=2026-03-20"
    "&extended_on=2026-03-30&extended_days=10&mode=by_volume&quantity=250"
)


def _agency() -> Agency:
    agency = make_agency(
        name="某县民政局",
        summary="负责社会救助。",
        phone="0399-6612560",
        complaint_phone="0399-6612500",
        address="某县人民路36号",
        hours="工作日 8:30—17:30",
        email="a@county.example",
        first_responsible="沈某",
    )
    Leader.objects.create(agency=agency, name="沈某", post="局长", division="主持全面工作")
    InternalBody.objects.create(agency=agency, name="办公室", head="许某", duties="信访", phone="0399-6612560")
    make_agency(parent=agency, name="某县救助站", phone="0399-6612561")
    return agency


def _item(item_type: str, agency: Agency | None = None, *, state: ItemState = ItemState.LIVE, **values: Any) -> Item:
    """A published item of a type with everything its page can show: files, index row and log entry."""
    edition = {
        "title": "关于印发惠民惠农补贴资金公示办法的通知",
        "title_breaks": [4, 8],
        "body": BODY,
        "summary": "规定补贴发给谁、发多少、怎么公示。",
        "keywords": ["惠民惠农", "补贴"],
        "topic": "财政/惠农补贴",
        "category": Category.FINANCE,
        "document_number": "某民发〔2026〕27号",
        "formed_on": date(2026, 6, 12),
        "extra": EXTRA.get(item_type, {}),
        "files": [make_attachment()],
    }
    entry = make_catalogue_entry(elements="对象、标准、金额", basis="条例第二十条", timing_text="20个工作日内")
    item = make_item(
        agency=agency or _agency(), item_type=item_type, state=state, catalogue_entry=entry, edition=edition, **values
    )
    _log(LogKind.PUBLISH, item)
    search.index_item(item)
    return item


def _log(kind: LogKind, item: Item) -> LogEntry:
    with transaction.atomic():
        return publication_log.append(kind, item, item.current_edition, actor=item.created_by, at=now())


def _amended() -> Item:
    """Three editions, an interpretation and a last day that has passed."""
    item = _item("normative")
    for number, note in ((2, "公示期改为七个工作日。"), (3, "增加补贴项目。")):
        body = BODY.replace("五个工作日", f"{number + 5}个工作日")
        values: dict[str, Any] = {"title": item.title, "body": body, "change_note": note, "is_substantive": True}
        make_edition(item, category=Category.FINANCE, expires_on=today() - timedelta(1), **values)
        _log(LogKind.AMEND, item)
    other = _item("interpretation", item.agency)
    Relation.objects.create(source=other, kind=RelationKind.INTERPRETS, target=item)
    return item


def _withdrawn() -> Item:
    replacement = _item("general")
    reasons = {"closing_ground": "内容有误", "closing_basis": "条例第三条", "closing_explanation": "金额有误，已更正。"}
    item = _item("general", replacement.agency, state=ItemState.WITHDRAWN, closed_at=now(), **reasons)
    Item.objects.filter(pk=item.pk).update(replaced_by=replacement)
    _log(LogKind.WITHDRAW, item)
    return item


def _full_agency() -> str:
    agency = _agency()
    for item_type in ("duties", "leader", "power", "budget", "normative"):
        _item(item_type, agency)
    _board(agency)
    return reverse("agency", args=[agency.code])


def _catalogue_entry() -> str:
    return reverse("catalogue_entry", args=[_item("general").catalogue_entry_id])


def _entry_obligations() -> str:
    return reverse("entry_obligations", args=[make_obligation().entry_id])


def _listing(name: str, item_type: str = "general", query: str = "", *, count: int = 24) -> Callable[[], str]:
    """A listing with more rows than one page shows."""

    def make() -> str:
        agency = _agency()
        for _number in range(count):
            _item(item_type, agency)
        return reverse(name) + query

    return make


def _page(item_type: str) -> Callable[[], str]:
    return lambda: _item(item_type).get_absolute_url()


def _project(*, count: int = 3) -> Item:
    """A project, what is published of one of its aspects, and nine aspects of which nothing is."""
    project = _item("project")
    for _number in range(count):
        Relation.objects.create(
            source=_item("project_stage", project.agency), kind=RelationKind.BELONGS_TO, target=project
        )
    return project


def _project_list() -> str:
    for _number in range(3):
        _project(count=1)
    return reverse("projects")


def _edition_page(number: int) -> Callable[[], str]:
    return lambda: reverse("item_diff", args=[_amended().slug, number])


def _log_entry() -> str:
    _amended()
    return reverse("log_entry", args=[2])


def _negative_list() -> str:
    agency = _agency()
    for ground in WithholdingGround:
        make_withholding(agency=agency, ground=ground)
    return reverse("negative_list") + f"?agency={agency.code}"


def _rectified(state: RectificationState, **values: Any) -> Rectification:
    """An order about an item, with what its state can show."""
    item = _item("general")
    signed = {"reported_on": today(), "verified_on": today()} if state == RectificationState.VERIFIED else {}
    texts = {"report": "已经更新。", "finding": "逐项看过，已经改好。"} | signed
    return make_rectification(agency=item.agency, item=item, state=state, **texts | values)


def _rectifications() -> str:
    for number in range(24):
        state = list(RectificationState)[number % len(RectificationState)]
        _rectified(state)
    return reverse("rectifications") + "?state=overdue&state=verified"


def _board(agency: Agency | None = None, *, is_outdated: bool = False) -> BoardSheet:
    """A board with its photo and a sheet on it; outdated, an item of it was amended since."""
    item = _item("normative", agency)
    board = make_board(item.agency, sections=4, keeper="许某", width_mm=2400, height_mm=1200)
    keeper = make_keeper(item.agency)
    NoticeBoard.objects.filter(pk=board.pk).update(photo=make_photo(keeper))
    board.sections.update(span="always")
    sheet = make_sheet(board, actor=keeper)
    print_board.post(sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())
    if is_outdated:
        values: dict[str, Any] = {"title": item.title, "body": BODY.replace("五个", "七个"), "is_substantive": True}
        make_edition(item, category=Category.FINANCE, change_note="改为七个工作日。", **values)
    return sheet


def _boards() -> str:
    _board()
    return reverse("boards")


def _cancelled_sheet() -> str:
    sheet = _board()
    later = make_sheet(sheet.board, actor=sheet.issued_by)
    print_board.cancel(later.pk, reason="日期印错。", actor=sheet.issued_by, at=now())
    return later.get_absolute_url()


def _receipt() -> str:
    """Of a request filed from another browser: the number and what happens next."""
    return receipt_path(file_request(at=now()).request)


def _complaints() -> str:
    """Closed ones, of which the public reads figures and a summary."""
    for _number in range(3):
        row = make_complaint(ComplaintState.CLOSED)
        Complaint.objects.filter(pk=row.pk).update(summary=_item("feedback_summary", row.desk))
    return reverse("complaints")


def _report() -> str:
    report = published_report()
    return reverse("report", args=[report.agency.code, report.year])


def _scorecard() -> str:
    card = publish_cards()
    return reverse("scorecard", args=[card.round.slug, card.agency.code])


def _scorecard_indicator() -> str:
    card = publish_cards()
    return reverse("scorecard_indicator", args=[card.round.slug, card.agency.code, "TIM"])


# Each makes the rows its page needs and answers the address.
MADE: dict[str, Callable[[], str]] = {
    "item_normative": lambda: _amended().get_absolute_url(),
    "item_service_guide": _page("service_guide"),
    "item_power": _page("power"),
    "item_budget": _page("budget"),
    "item_appointment": _page("appointment"),
    "item_gazette": _page("gazette"),
    "item_leader": _page("leader"),
    "item_consultation": _page("consultation"),
    "item_evaluation_result": _page("evaluation_result"),
    "item_withdrawn": lambda: _withdrawn().get_absolute_url(),
    "item_history": lambda: reverse("item_history", args=[_amended().slug]),
    "item_first_edition": _edition_page(1),
    "item_difference": _edition_page(2),
    "catalogue_entry": _catalogue_entry,
    "entry_obligations": _entry_obligations,
    "log_entry": _log_entry,
    "agency": _full_agency,
    "home_with_rows": _listing("home", "normative"),
    "items_with_rows": _listing("items", query="?category=finance&page=2"),
    "items_tree_with_rows": _listing("items_tree", count=2),
    "search_with_hits": _listing("search", query="?q=惠民惠农"),
    "search_without_hits": _listing("search", query="?q=惠民惠农&category=duties", count=1),
    "catalogue_with_rows": _listing("catalogue"),
    "powers_with_rows": _listing("powers", "power", count=2),
    "services_with_rows": _listing("services", "service_guide", count=2),
    "leaders_with_rows": _listing("leaders", "leader", count=2),
    "gazettes_with_rows": _listing("gazettes", "gazette", count=2),
    "normative_with_rows": _listing("normative", "normative", "?validity=all", count=3),
    "enforcement_with_rows": _listing("enforcement", "enforcement", count=3),
    "projects_with_rows": _project_list,
    "project": lambda: reverse("project", args=[_project().slug]),
    "item_project_stage": _page("project_stage"),
    "item_enforcement": _page("enforcement"),
    "log_with_rows": _listing("log", query="?page=2"),
    "negative_list_with_rows": _negative_list,
    "rectifications_with_rows": _rectifications,
    "rectification": lambda: _rectified(RectificationState.VERIFIED).get_absolute_url(),
    "rectification_cancelled": lambda: _rectified(RectificationState.CANCELLED).get_absolute_url(),
    "boards_with_rows": _boards,
    "board": lambda: _board(is_outdated=True).board.get_absolute_url(),
    "board_without_sheets": lambda: make_board(_agency(), sections=4).get_absolute_url(),
    "board_sheet": lambda: _board(is_outdated=True).get_absolute_url(),
    "board_cancelled": _cancelled_sheet,
    "request_new": lambda: reverse("request_new") + "?d=0123456789",
    "request_sent": _receipt,
    "complaint_new": lambda: reverse("complaint_new") + "?d=0123456789",
    "complaints_with_rows": _complaints,
    "complaint_statistics_with_rows": lambda: _complaints() and reverse("complaint_statistics"),
    "feedback_sent": lambda: feedback_receipt(send_feedback().feedback),
    "calculator_with_dates": lambda: reverse("calculator") + DATES,
    "calculator_with_faults": lambda: reverse("calculator") + DATES.replace("2026-03-20", "2026-02-10"),
    "report": _report,
    "reports_with_rows": lambda: _report() and reverse("reports"),
    "scorecards_with_rows": lambda: _scorecard() and reverse("scorecards") + "?kind=department",
    "scorecard": _scorecard,
    "scorecard_indicator": _scorecard_indicator,
    **SURVEYS,
    "not_found": lambda: "/no/such/page/",
    "display_with_error": lambda: reverse("display") + "?save=1&theme=purple",
}


def path_of(name: str) -> str:
    """The address of a page of NAMES or MADE, its rows made."""
    return MADE[name]() if name in MADE else reverse(name)
