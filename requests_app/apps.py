from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequestsConfig(AppConfig):
    name = "requests_app"
    verbose_name = _("依申请公开")

    def ready(self) -> None:
        """Tell the kernel what its pages and jobs need from here (govportal/contributions.py)."""
        from govportal import contributions
        from requests_app import (
            audit_words,
            complaint_contributions,
            complaint_links,
            complaint_queues,
            deadlines,
            feedback_contributions,
            filing_contributions,
            notice_kinds,
            queues,
            report_contributions,
            upkeep_contributions,
        )
        from requests_app.forms import calculator
        from requests_app.services import complaint_readers, demo, demo_complaints, demo_feedback

        contributions.demo_chapters.add(contributions.DemoChapter("requests", demo.tell))
        contributions.demo_chapters.add(contributions.DemoChapter("complaints", demo_complaints.tell, position=110))
        contributions.demo_chapters.add(contributions.DemoChapter("feedback", demo_feedback.tell, position=120))
        contributions.page_parameters.update(calculator.parameters())
        filing_contributions.contribute()
        report_contributions.contribute()
        upkeep_contributions.contribute()
        complaint_contributions.contribute()
        complaint_links.contribute()
        complaint_readers.contribute()
        queues.contribute()
        complaint_queues.contribute()
        for source in deadlines.SOURCES:
            contributions.deadline_sources.add(source)
        feedback_contributions.contribute()
        contributions.audit_words.update(audit_words.AUDIT_WORDS)
        contributions.notice_kinds.update(notice_kinds.NOTICE_KINDS)
