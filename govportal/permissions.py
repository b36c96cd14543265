"""Who may do what, as data. `access.can` is the only reader."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A role at one agency. The county's government office holds the county-wide ones."""

    PUBLISHER = "publisher", _("承办人")
    SECRECY_REVIEWER = "secrecy_reviewer", _("保密审查员")
    PRE_REVIEWER = "pre_reviewer", _("预审员")
    SECOND_REVIEWER = "second_reviewer", _("复审员")
    APPROVER = "approver", _("审定人")
    REQUEST_OFFICER = "request_officer", _("依申请公开经办")
    COMPLAINT_OFFICER = "complaint_officer", _("投诉举报经办")
    INSPECTOR = "inspector", _("考核人员")
    SUPERVISOR = "supervisor", _("监督员")
    OFFICE_HEAD = "office_head", _("公开机构负责人")
    AGENCY_HEAD = "agency_head", _("单位负责人")
    STAFF = "staff", _("本单位人员")
    ADMINISTRATOR = "administrator", _("管理员")


class Permission(StrEnum):
    VIEW_INTERNAL = "view_internal"  # read items meant for staff of the agency (对内公开)
    VIEW_ITEMS = "view_items"  # see the agency's items and editions in the admin
    DRAFT_ITEM = "draft_item"
    SECRECY_REVIEW = "secrecy_review"
    PRE_REVIEW = "pre_review"
    SECOND_REVIEW = "second_review"
    APPROVE_ITEM = "approve_item"
    PUBLISH_ITEM = "publish_item"  # make public, or fix the minute for, what was approved
    VIEW_WITHHELD = "view_withheld"  # read what is on request or not public
    ORDER_RECTIFICATION = "order_rectification"
    CHECK_RECEIPT = "check_receipt"
    MANAGE_BOARDS = "manage_boards"  # compose notice boards, issue their sheets and record their posting
    VIEW_REQUESTS = "view_requests"  # see the agency's requests for disclosure, applicants masked
    VIEW_APPLICANT = "view_applicant"  # unmask an applicant with a reason, which is logged
    HANDLE_REQUEST = "handle_request"
    RELEASE_REPLY = "release_reply"  # sign what an officer drafted: reply, extension, annual report
    HANDLE_COMPLAINT = "handle_complaint"
    HANDLE_FEEDBACK = "handle_feedback"  # judge and answer messages and correction reports
    ASSESS = "assess"  # run rounds, enter findings, hear objections and rule on them
    FILE_FINDING = "file_finding"  # report a fault to those who assess
    OBJECT = "object"  # see what one's own agency was found at fault with, and object to it
    HOLD_ACCOUNTABLE = "hold_accountable"
    MANAGE_INDICATORS = "manage_indicators"
    VIEW_AUDIT = "view_audit"
    MANAGE_CATALOGUE = "manage_catalogue"
    MANAGE_AGENCIES = "manage_agencies"
    MANAGE_USERS = "manage_users"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_SITE = "manage_site"
    MANAGE_SEARCH = "manage_search"
    MIGRATE_ARCHIVE = "migrate_archive"


_STAFF = frozenset({Permission.VIEW_INTERNAL, Permission.VIEW_ITEMS, Permission.VIEW_WITHHELD})
_RELEASER = frozenset({Permission.VIEW_REQUESTS, Permission.VIEW_APPLICANT, Permission.RELEASE_REPLY})

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.STAFF: frozenset({Permission.VIEW_INTERNAL}),
        Role.PUBLISHER: _STAFF | {Permission.DRAFT_ITEM, Permission.PUBLISH_ITEM, Permission.MANAGE_BOARDS},
        Role.SECRECY_REVIEWER: _STAFF | {Permission.SECRECY_REVIEW},
        Role.PRE_REVIEWER: _STAFF | {Permission.PRE_REVIEW},
        Role.SECOND_REVIEWER: _STAFF | {Permission.SECOND_REVIEW},
        Role.APPROVER: _STAFF | _RELEASER | {Permission.APPROVE_ITEM, Permission.PUBLISH_ITEM},
        Role.REQUEST_OFFICER: _STAFF
        | {
            Permission.VIEW_REQUESTS,
            Permission.VIEW_APPLICANT,
            Permission.HANDLE_REQUEST,
            Permission.HANDLE_FEEDBACK,
        },
        Role.COMPLAINT_OFFICER: frozenset({Permission.HANDLE_COMPLAINT, Permission.ORDER_RECTIFICATION}),
        Role.INSPECTOR: frozenset(
            {
                Permission.ASSESS,
                Permission.FILE_FINDING,
                Permission.HOLD_ACCOUNTABLE,
                Permission.MANAGE_INDICATORS,
                Permission.VIEW_ITEMS,
                Permission.ORDER_RECTIFICATION,
            }
        ),
        Role.SUPERVISOR: frozenset({Permission.FILE_FINDING}),
        Role.OFFICE_HEAD: _STAFF
        | _RELEASER
        | {
            Permission.VIEW_AUDIT,
            Permission.CHECK_RECEIPT,
            Permission.HANDLE_FEEDBACK,
            Permission.MANAGE_BOARDS,
            Permission.OBJECT,
        },
        Role.AGENCY_HEAD: _STAFF | {Permission.VIEW_AUDIT, Permission.VIEW_REQUESTS, Permission.OBJECT},
        Role.ADMINISTRATOR: frozenset(
            {
                Permission.VIEW_ITEMS,
                Permission.VIEW_AUDIT,
                Permission.MANAGE_BOARDS,
                Permission.MANAGE_CATALOGUE,
                Permission.MANAGE_INDICATORS,
                Permission.MANAGE_AGENCIES,
                Permission.MANAGE_USERS,
                Permission.MANAGE_CALENDAR,
                Permission.MANAGE_SITE,
                Permission.MANAGE_SEARCH,
                Permission.MIGRATE_ARCHIVE,
            }
        ),
    }
)

# Roles that hold for every agency below the one they are given at; the others hold at that agency alone.
SUBTREE_ROLES = frozenset({Role.ADMINISTRATOR, Role.INSPECTOR, Role.SUPERVISOR, Role.COMPLAINT_OFFICER})
