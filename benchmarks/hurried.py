"""The portal's own worker and beat with minutes made seconds: `celery --app benchmarks.hurried …`.

A sender that was killed holds its claim for five minutes, and beat rings once in an hour: nobody wants to wait for
that to see what comes after it. The proportions stay: a round of sending ends long before its claims do.
"""

import os
from datetime import timedelta
from typing import Any

from celery.signals import worker_process_init

from govportal.celery import app

# Seconds between two rounds of reminders, which are longer where many deadlines are open.
EVERY = float(os.environ.get("HURRIED_SECONDS", "3"))
# Rows of one transaction: where few are written in all, so few that a kill meets a round half done.
ROWS = int(os.environ.get("HURRIED_ROWS", "500"))

app.conf.beat_schedule = {
    "remind": {"task": "govportal.remind", "schedule": EVERY},
    "send-notices": {"task": "govportal.send_notices", "schedule": 2.0},
}


@worker_process_init.connect
def hurry(**_signal: Any) -> None:
    from govportal import notices, reminders

    notices.CLAIM, notices.SHORTEST_PAUSE = timedelta(seconds=12), timedelta(seconds=3)
    notices.sweep.__defaults__ = (3.0,)
    reminders.ROWS_AT_ONCE = ROWS
