"""What complaints add to the kernel's database, audit words and confidential matters; called by RequestsConfig.ready().

The words of a mail kind are in notice_kinds.py; the purge runs with that of requests (tasks.py).
"""

from govportal import contributions, dbsetup
from requests_app import complaint_database, complaint_words


def contribute() -> None:
    for trigger in complaint_database.guards():
        dbsetup.declare(trigger)
    contributions.audit_words.update(complaint_words.AUDIT_WORDS)
    contributions.confidential_subjects.update(complaint_words.CONFIDENTIAL)
