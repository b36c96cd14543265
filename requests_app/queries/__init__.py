"""What may be read, by whom: QuerySet classes with the reader as an argument. They import no model."""

from requests_app.queries.complaints import ComplaintQuerySet, FeedbackQuerySet
from requests_app.queries.decisions import DecisionQuerySet
from requests_app.queries.requests import InformationRequestQuerySet

__all__ = ["ComplaintQuerySet", "DecisionQuerySet", "FeedbackQuerySet", "InformationRequestQuerySet"]
