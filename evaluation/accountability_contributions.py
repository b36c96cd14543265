"""What accountability adds to the kernel: triggers, audit words, confidential rows, queues, the demo; at start-up."""

from evaluation import accountability_database, accountability_queues, accountability_tasks, accountability_words
from evaluation.services import accountability_correct, accountability_tell, demo_accountability
from govportal import contributions, dbsetup
from govportal.contributions import DemoChapter, RectificationMandate


def contribute() -> None:
    for trigger in accountability_database.guards():
        dbsetup.declare(trigger)
    contributions.audit_words.update(accountability_words.AUDIT_WORDS)
    contributions.confidential_subjects.update(accountability_words.CONFIDENTIAL)
    contributions.notice_kinds.update(accountability_tell.NOTICE_KINDS)
    contributions.rectification_mandates.append(
        RectificationMandate(rows=accountability_correct.mandated, people=accountability_correct.people_of)
    )
    accountability_queues.contribute()
    contributions.demo_chapters.add(DemoChapter("accountability", demo_accountability.tell, position=150))
    contributions.scheduled_jobs.add(accountability_tasks.JOB)
