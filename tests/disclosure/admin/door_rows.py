"""Rows of test_staff_doors.py: who may open which list, which register and which other address of the admin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from govportal.permissions import Role
from tests.disclosure.admin.staff_doors import BOARDS, INSIDE, LOOKS, ORDERS, REQUESTS, Reader


def nobody(reader: Reader) -> bool:
    return False


def is_administrator(reader: Reader) -> bool:
    return reader.role == Role.ADMINISTRATOR


def site_wide(reader: Reader) -> bool:
    return reader.is_site_wide


def drafts(reader: Reader) -> bool:
    return reader.role == Role.PUBLISHER


def looks(reader: Reader) -> bool:
    return reader.role in LOOKS


def keeps_boards(reader: Reader) -> bool:
    return reader.role in BOARDS


def handles_requests(reader: Reader) -> bool:
    return reader.role == Role.REQUEST_OFFICER


def handles_complaints(reader: Reader) -> bool:
    return reader.role == Role.COMPLAINT_OFFICER


def sees_requests(reader: Reader) -> bool:
    """Never an administrator, never from above: REQUESTS names the roles of the very agency."""
    return reader.role in REQUESTS


def conducts_surveys(reader: Reader) -> bool:
    return reader.place == "county" and reader.role == Role.INSPECTOR


def handles_feedback(reader: Reader) -> bool:
    return reader.role in {Role.REQUEST_OFFICER, Role.OFFICE_HEAD}


def manages_indicators(reader: Reader) -> bool:
    """For the whole county alone."""
    return reader.place == "county" and reader.role in {Role.INSPECTOR, Role.ADMINISTRATOR}


def holds_accountable(reader: Reader) -> bool:
    return reader.role == Role.INSPECTOR


def runs_rounds(reader: Reader) -> bool:
    return reader.place == "county" and reader.role == Role.INSPECTOR


def answers_or_assesses(reader: Reader) -> bool:
    return reader.role in {Role.INSPECTOR, Role.OFFICE_HEAD, Role.AGENCY_HEAD}


def files_findings(reader: Reader) -> bool:
    """A supervisor sees what he filed himself, which is nothing here."""
    return reader.role in {Role.INSPECTOR, Role.SUPERVISOR}


def sees_assessment(reader: Reader) -> bool:
    """From above, or as a head of the agency it is about; never as an inspector of that very agency."""
    return runs_rounds(reader) or (reader.is_own and reader.role in {Role.OFFICE_HEAD, Role.AGENCY_HEAD})


@dataclass(frozen=True)
class List:
    """Who may open the list of a model, and the form for a new row."""

    opens: Callable[[Reader], bool]
    adds: Callable[[Reader], bool] = nobody


LISTS: dict[str, List] = {
    "disclosure.item": List(looks),
    "disclosure.edition": List(looks),
    "disclosure.logentry": List(looks),
    "disclosure.motion": List(looks),
    "disclosure.withholding": List(lambda reader: reader.role in INSIDE, drafts),
    "disclosure.rectification": List(
        lambda reader: reader.role in LOOKS | ORDERS, lambda reader: reader.role in ORDERS
    ),
    "disclosure.receipt": List(lambda reader: reader.role in INSIDE | {Role.STAFF}, drafts),
    "disclosure.noticeboard": List(keeps_boards, keeps_boards),
    "disclosure.boardsheet": List(keeps_boards),
    "disclosure.printjob": List(keeps_boards, keeps_boards),
    "disclosure.obligation": List(looks),
    "disclosure.disclosureevent": List(looks, drafts),
    "disclosure.statement": List(looks),
    "disclosure.filing": List(looks),
    "disclosure.catalogueentry": List(site_wide, site_wide),
    "disclosure.cataloguetemplate": List(site_wide, site_wide),
    "disclosure.synonym": List(site_wide, site_wide),
    "disclosure.bestbet": List(site_wide, site_wide),
    "requests_app.informationrequest": List(sees_requests, handles_requests),
    "requests_app.complaint": List(handles_complaints, handles_complaints),
    "requests_app.appeal": List(sees_requests, handles_requests),
    "requests_app.publicationtask": List(sees_requests),
    "requests_app.requestoffice": List(is_administrator, is_administrator),
    "requests_app.annualreport": List(looks, handles_requests),
    "requests_app.feedback": List(handles_feedback),
    "evaluation.survey": List(conducts_surveys, conducts_surveys),
    "evaluation.evaluator": List(conducts_surveys),
    "evaluation.indicatorset": List(manages_indicators, manages_indicators),
    "evaluation.accountabilitycase": List(
        lambda reader: reader.role in {Role.INSPECTOR, Role.OFFICE_HEAD, Role.AGENCY_HEAD}, holds_accountable
    ),
    "evaluation.assessmentround": List(runs_rounds, runs_rounds),
    "evaluation.assessment": List(answers_or_assesses),
    "evaluation.objection": List(answers_or_assesses),
    "evaluation.finding": List(lambda reader: answers_or_assesses(reader) or files_findings(reader), files_findings),
    "govportal.agency": List(is_administrator, is_administrator),
    "govportal.user": List(is_administrator, is_administrator),
    "govportal.holidayyear": List(site_wide, site_wide),
    "govportal.auditevent": List(
        lambda reader: reader.role in {Role.OFFICE_HEAD, Role.AGENCY_HEAD, Role.ADMINISTRATOR}
    ),
    "govportal.notice": List(site_wide),
    "govportal.webhook": List(site_wide, site_wide),
    "govportal.reminderladder": List(site_wide, site_wide),
    "govportal.reminder": List(site_wide),
    "govportal.siteprofile": List(nobody),  # the list leads on to its one row
    "auth.group": List(nobody),
    "axes.accessattempt": List(nobody),
    "axes.accesslog": List(nobody),
    "axes.accessfailurelog": List(nobody),
}


@dataclass(frozen=True)
class Register:
    """Who sees the row of the own agency, and the words by which a page betrays it."""

    sees: Callable[[Reader], bool]
    words: str


def sees_accountability(reader: Reader) -> bool:
    """Those who oversee the agency and are not of it; its heads once it is decided."""
    is_head = reader.is_own and reader.role in {Role.OFFICE_HEAD, Role.AGENCY_HEAD}
    return is_head or (reader.place == "county" and holds_accountable(reader))


REGISTERS: dict[str, Register] = {
    "withholding": Register(lambda reader: reader.is_own and reader.role in INSIDE, "门牌不公开事项"),
    "rectification": Register(lambda reader: reader.is_over_own and reader.role in LOOKS | ORDERS, "门牌整改问题"),
    "obligation": Register(lambda reader: reader.is_over_own and reader.role in LOOKS, "门牌公开事项"),
    "disclosureevent": Register(lambda reader: reader.is_over_own and reader.role in LOOKS, "门牌公开事由"),
    "statement": Register(lambda reader: reader.is_over_own and reader.role in LOOKS, "门牌公开事项"),
    "filing": Register(lambda reader: reader.is_over_own and reader.role in LOOKS, "门牌报告"),
    "receipt": Register(lambda reader: reader.is_own and reader.role in INSIDE | {Role.STAFF}, "门牌票据用途"),
    "noticeboard": Register(lambda reader: reader.is_over_own and keeps_boards(reader), "门牌公开栏地点"),
    "boardsheet": Register(lambda reader: reader.is_over_own and keeps_boards(reader), "门牌公开栏地点"),
    "printjob": Register(site_wide, "门牌汇编"),
    "informationrequest": Register(lambda reader: reader.is_own and reader.role in REQUESTS, "门牌申请内容"),
    "complaint": Register(lambda reader: reader.place == "county" and handles_complaints(reader), "门牌投诉事实"),
    "appeal": Register(lambda reader: reader.is_own and reader.role in REQUESTS, "门牌复议机关"),
    "publicationtask": Register(lambda reader: reader.is_own and reader.role in REQUESTS, "门牌申请内容"),
    "requestoffice": Register(lambda reader: reader.is_over_own and reader.role == Role.ADMINISTRATOR, "门牌受理机构"),
    "annualreport": Register(lambda reader: reader.is_over_own and reader.role in LOOKS, "2098"),
    "feedback": Register(lambda reader: reader.is_own and handles_feedback(reader), "门牌留言内容"),
    "indicatorset": Register(manages_indicators, "门牌指标体系"),
    "survey": Register(conducts_surveys, "门牌社会评议"),
    "evaluator": Register(conducts_surveys, "牌**"),
    "accountabilitycase": Register(sees_accountability, "门牌追究事实"),
    "assessmentround": Register(runs_rounds, "门牌考核"),
    "assessment": Register(sees_assessment, "门牌考核"),
    "objection": Register(sees_assessment, "门牌异议内容"),
    "finding": Register(sees_assessment, "门牌考核问题"),
}
# An address of one row of a register beside its own: the arguments after the row's id.
REGISTER_DOORS: dict[str, list[Any]] = {
    "disclosure_withholding_verb": ["review"],
    "disclosure_rectification_verb": ["report"],
    "disclosure_receipt_verb": ["check"],
    "disclosure_noticeboard_verb": ["issue"],
    "disclosure_noticeboard_preview": [],
    "disclosure_noticeboard_draft": [],
    "disclosure_noticeboard_photo": [],
    "disclosure_boardsheet_verb": ["remove"],
    "disclosure_boardsheet_pdf": [],
    "disclosure_boardsheet_photo": [],
    "disclosure_printjob_verb": ["retry"],
    "disclosure_obligation_verb": ["nil"],
    "disclosure_disclosureevent_verb": ["cancel"],
    "requests_app_informationrequest_verb": ["register"],
    "requests_app_informationrequest_applicant": [],
    "requests_app_complaint_verb": ["accept"],
    "requests_app_complaint_complainant": [],
    "requests_app_appeal_verb": ["answer"],
    "requests_app_publicationtask_verb": ["decline"],
    "requests_app_annualreport_verb": ["write"],
    "requests_app_feedback_verb": ["judge"],
    "evaluation_survey_verb": ["extend"],
    "evaluation_indicatorset_verb": ["copy"],
    "evaluation_indicatorset_export": ["csv"],
    "evaluation_evaluator_verb": ["unmask"],
    "evaluation_accountabilitycase_verb": ["report"],
    "evaluation_assessmentround_verb": ["cancel"],
    "evaluation_assessment_verb": ["confirm"],
    "evaluation_objection_verb": ["withdraw"],
    "evaluation_finding_verb": ["withdraw"],
}

# Addresses without a row of their own: (arguments, query, who may open them).
LIST_DOORS: dict[str, tuple[list[Any], str, Callable[[Reader], bool]]] = {
    "index": ([], "", lambda reader: reader.name != "anonymous"),
    "jobs": ([], "", site_wide),
    "badges": ([], "", lambda reader: reader.role in {Role.PUBLISHER, Role.OFFICE_HEAD, Role.ADMINISTRATOR}),
    "deadlines": ([], "", lambda reader: reader.name != "anonymous"),
    "inbox": ([], "", lambda reader: reader.name != "anonymous"),
    "inbox_settings": ([], "", lambda reader: reader.name != "anonymous"),
    "disclosure_item_new": ([], "", drafts),
    "disclosure_edition_bulk": (["sign"], "", looks),
    "disclosure_catalogueentry_export": (["csv"], "", site_wide),
    "disclosure_catalogueentry_adopt": (["county"], "", site_wide),
    "disclosure_catalogueentry_import": ([], "", site_wide),
    "requests_app_informationrequest_find": ([], "", lambda reader: reader.role in REQUESTS - {Role.AGENCY_HEAD}),
    "requests_app_informationrequest_import": ([], "", handles_requests),
    "requests_app_complaint_find": ([], "", handles_complaints),
    "requests_app_feedback_summary": ([], "", handles_feedback),
    "evaluation_evaluator_import": ([], "", conducts_surveys),
    "evaluation_entry": ([], "?all=1", holds_accountable),
    "evaluation_workbench": ([], "", holds_accountable),  # whoever assesses anything: a role has both
    "evaluation_accountabilitycase_referrals": ([], "", holds_accountable),
    "evaluation_indicatorset_import": ([], "", manages_indicators),
    "govportal_agency_import": ([], "", site_wide),
    "govportal_holidayyear_import": ([], "", site_wide),
}
ELSEWHERE = {
    "login", "logout", "password_change", "password_change_done", "jsi18n", "app_list",  # Django's own, without rows
    "autocomplete",  # tests/disclosure/admin/test_search_admin.py
    "view_on_site",  # closed: tests/govportal/test_admin_site.py
    "govportal_agency_photo",  # tests/disclosure/test_badges.py
    "govportal_webhook_test",  # POST alone: tests/govportal/admin/test_webhooks_admin.py
    "inbox_message", "inbox_read",  # tests/govportal/admin/test_inbox.py
    "auth_user_password_change",  # tests/govportal/admin/test_users.py
    "disclosure_edition_buffer",  # POST alone: tests/disclosure/admin/test_drafting.py
    "requests_app_informationrequest_file", "requests_app_informationrequest_draft",
    "requests_app_informationrequest_letter",
    "requests_app_informationrequest_proof",  # tests/requests_app/admin/test_request_files.py
    "requests_app_complaint_file",  # tests/requests_app/complaints/test_complaint_desk.py
    "evaluation_accountabilitycase_people", "evaluation_accountabilitycase_notice",
    "evaluation_accountabilitycase_paper", "evaluation_accountabilitycase_step",  # …/accountability/test_desk.py
    "evaluation_assessmentround_archive",  # tests/evaluation/rounds_admin/test_round_pages.py
    "evaluation_assessment_cases", "evaluation_objection_file",  # …/test_assessment_pages.py
    "evaluation_entry_round", "evaluation_entry_agency", "evaluation_entry_clause", "evaluation_entry_rest",
    "evaluation_entry_cases", "evaluation_entry_carry",
    "evaluation_entry_save",  # tests/evaluation/entry/test_entry_pages.py
    "evaluation_finding_file",  # tests/evaluation/entry/test_finding_pages.py
    "evaluation_workbench_csv",  # tests/evaluation/workbench/test_workbench.py
    "evaluation_indicatorset_move",  # POST alone: tests/evaluation/indicator_sets/test_set_pages.py
    "requests_app_annualreport_cases", "requests_app_annualreport_draft",
    "requests_app_annualreport_evidence",  # tests/requests_app/test_report_admin.py
}  # fmt: skip
