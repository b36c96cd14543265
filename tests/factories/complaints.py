"""Complaints about disclosure, taken through the services by people of the desk; and their rows beside them."""

from datetime import datetime
from itertools import count
from typing import Any

from disclosure.models import Rectification
from govportal.models import Agency, User
from govportal.permissions import Role
from requests_app.complaint_enums import (
    ComplaintFileKind,
    ComplaintGround,
    ComplaintResult,
    ComplaintState,
    OtherPath,
)
from requests_app.models import Complaint, ComplaintEvent, ComplaintFile
from requests_app.services import complain, complaint_handling, complaint_results
from requests_app.services.complaint_desks import desks_for, officers
from tests.factories.kernel import make_agency, make_member, make_private_file
from tests.factories.requests import AT

_numbers = count(1)


# --- people --------------------------------------------------------------------------------------------------------


def make_complaint_officer(desk: Agency | None = None, **values: Any) -> User:
    """投诉举报经办 of the agency."""
    return make_member(Role.COMPLAINT_OFFICER, desk, **values)


def make_accused(**values: Any) -> Agency:
    """An agency that can be complained of, below one whose officer takes it."""
    desk = make_agency()
    make_complaint_officer(desk, email=f"desk-{desk.pk}@county.example")
    return make_agency(parent=desk, **values)


def complaint_officer_of(row: Complaint) -> User:
    """Whoever may see the case at its desk; made when there is nobody."""
    found = officers(row.desk, row.agency)
    return found[0] if found else make_complaint_officer(row.desk)


# --- what a service is given ---------------------------------------------------------------------------------------


def make_complaining(**values: Any) -> complain.Person:
    """Who complains by name: invented, and different every time."""
    number = next(_numbers)
    values = {
        "name": f"白诉{number}",
        "phone": f"0399-{7000000 + number}",
        "email": f"complainant-{number}@mail.example",
        "address": f"澄明县柳林镇东街{number}号",
    } | values
    return complain.Person(**values)


def make_matter(agency: Agency, **values: Any) -> complain.Matter:
    number = next(_numbers)
    values = {
        "ground": ComplaintGround.LATE_OR_STALE,
        "facts": f"低保名单第{number}期超过一年没有更新，多次询问无人答复。",
    } | values
    return complain.Matter(agency=agency, **values)


# --- through the services ------------------------------------------------------------------------------------------


def file_complaint(
    agency: Agency | None = None,
    *,
    at: datetime = AT,
    is_named: bool = True,
    person: complain.Person | None = None,
    evidence: Any = (),
    **matter: Any,
) -> complain.Filed:
    """网上投诉, with its query code; with a name unless `is_named` is False."""
    agency = agency or make_accused()
    if not desks_for(agency):
        make_complaint_officer(make_agency())
    who = (person or make_complaining()) if is_named else None
    key = f"c{next(_numbers):063}"
    return complain.file_online(make_matter(agency, **matter), who, evidence=evidence, submission_key=key, at=at)


def make_complaint(
    state: ComplaintState = ComplaintState.RECEIVED,
    *,
    agency: Agency | None = None,
    at: datetime = AT,
    result: ComplaintResult = ComplaintResult.UPHELD,
    **values: Any,
) -> Complaint:
    """A complaint filed and brought to the state at one moment by the verbs that lead there."""
    row = file_complaint(agency, at=at, **values).complaint
    return bring_complaint_to(state, row, at=at, result=result)


def bring_complaint_to(
    state: ComplaintState,
    row: Complaint,
    *,
    at: datetime = AT,
    result: ComplaintResult = ComplaintResult.UPHELD,
) -> Complaint:
    """From RECEIVED to the state, through the services."""
    officer, handling = complaint_officer_of(row), complaint_handling
    if state == ComplaintState.WITHDRAWN:
        handling.withdraw(row.pk, at=at)
    elif state == ComplaintState.NOT_ACCEPTED:
        handling.refuse(row.pk, actor=officer, at=at, reason="反映的内容不属于政务公开事项。")
    elif state == ComplaintState.REDIRECTED:
        notice = "所反映的是获取信息的需求，请提出申请。"
        handling.redirect(row.pk, path=OtherPath.REQUEST, actor=officer, at=at, notice=notice)
    elif state != ComplaintState.RECEIVED:
        handling.accept(row.pk, actor=officer, at=at)
        _go_on(state, row, officer, at, result)
    row = reread_complaint(row)
    assert row.state == state
    return row


def _go_on(state: ComplaintState, row: Complaint, officer: User, at: datetime, result: ComplaintResult) -> None:
    handling = complaint_handling
    if state == ComplaintState.TRANSFERRED:
        to = make_agency()
        make_complaint_officer(to)
        handling.transfer(row.pk, to=to, actor=officer, at=at, note="属于你单位职权，请依规办理。")
    elif state != ComplaintState.ACCEPTED:
        handling.investigate(row.pk, actor=officer, at=at)
        if state != ComplaintState.INVESTIGATING:
            handling.answer(row.pk, make_answer(result=result), actor=officer, at=at)
            if state == ComplaintState.CLOSED:
                handling.close(row.pk, actor=officer, at=at, note="已当场更新，不需要整改。")


def make_answer(**values: Any) -> complaint_handling.Answer:
    values = {"result": ComplaintResult.UPHELD, "text": "经查，名单确实超过规定期限没有更新，已要求改正。"} | values
    return complaint_handling.Answer(**values)


def make_complaint_order(**values: Any) -> complaint_results.Order:
    values = {
        "problem": "低保名单超过一年没有更新。",
        "requirement": "公开最近一期名单。",
        "basis": "《中华人民共和国政府信息公开条例》第二十六条",
    } | values
    return complaint_results.Order(**values)


def order_after_complaint(
    row: Complaint, *, at: datetime = AT, order: complaint_results.Order | None = None
) -> Rectification:
    """交办整改 because of an answered complaint."""
    order = order or make_complaint_order()
    return complaint_results.order_rectification(row.pk, order, actor=complaint_officer_of(row), at=at)


def reread_complaint(row: Complaint) -> Complaint:
    """The complaint as the database has it now, with its agencies."""
    return Complaint.objects.select_related("agency", "desk", "handler").get(pk=row.pk)


# --- rows alone ----------------------------------------------------------------------------------------------------


def make_complaint_event(**values: Any) -> ComplaintEvent:
    """The step by which a complaint was accepted."""
    row = make_complaint(ComplaintState.ACCEPTED)
    event = row.events.get()
    ComplaintEvent.objects.filter(pk=event.pk).update(**values)
    event.refresh_from_db()
    return event


def make_complaint_file(row: Complaint | None = None, **values: Any) -> ComplaintFile:
    values = {"kind": ComplaintFileKind.EVIDENCE, "title": "照片", "added_at": AT} | values
    values.setdefault("file", make_private_file())
    return ComplaintFile.objects.create(complaint=row or make_complaint(), **values)
