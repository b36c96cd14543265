"""Rows of requests for disclosure: one model a file, but where a row is nothing without the other."""

from requests_app.models.annual_report import AnnualReport, ReportFigure
from requests_app.models.appeal import Appeal
from requests_app.models.applicant import Applicant
from requests_app.models.assignment import Assignment
from requests_app.models.clock_event import ClockEvent
from requests_app.models.complainant import Complainant
from requests_app.models.complaint import Complaint
from requests_app.models.complaint_event import ComplaintEvent
from requests_app.models.complaint_file import ComplaintFile
from requests_app.models.correction import Correction
from requests_app.models.decision import Decision
from requests_app.models.fee_notice import FeeNotice
from requests_app.models.feedback import Feedback, FeedbackEvent
from requests_app.models.information_request import InformationRequest
from requests_app.models.inquiry import Inquiry
from requests_app.models.letter import Delivery, Letter
from requests_app.models.message import InternalNote, Message
from requests_app.models.office import RequestOffice
from requests_app.models.publication_task import PublicationTask
from requests_app.models.request_draft import RequestDraft
from requests_app.models.request_event import RequestEvent
from requests_app.models.request_file import RequestFile
from requests_app.models.sent_form import SentForm

__all__ = [
    "AnnualReport",
    "Appeal",
    "Applicant",
    "Assignment",
    "ClockEvent",
    "Complainant",
    "Complaint",
    "ComplaintEvent",
    "ComplaintFile",
    "Correction",
    "Decision",
    "Delivery",
    "FeeNotice",
    "Feedback",
    "FeedbackEvent",
    "InformationRequest",
    "Inquiry",
    "InternalNote",
    "Letter",
    "Message",
    "PublicationTask",
    "ReportFigure",
    "RequestDraft",
    "RequestEvent",
    "RequestFile",
    "RequestOffice",
    "SentForm",
]
