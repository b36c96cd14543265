"""The terms of messages and correction reports. No statute counts them. Pure: the settings are passed in."""

from requests_app.complaint_rules import Term
from requests_app.feedback_enums import FeedbackKind


def feedback_term(kind: FeedbackKind | str, *, message_days: int, correction_days: int) -> Term:
    """Working days in which feedback is answered. Defaults of the portal, not law: 3 for a correction as
    政府网站找错 has it in practice (unverified), 7 for a message."""
    if kind == FeedbackKind.CORRECTION:
        return Term(correction_days, is_working=True, basis="本平台纠错办理时限")
    return Term(message_days, is_working=True, basis="本平台留言办理时限")
