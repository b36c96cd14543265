"""Ring for a job by name: services never import tasks."""

from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction


def enqueue(name: str, **kwargs: Any) -> None:
    """Send the task after commit; arguments are ids. A broker that is away costs a delay, never the deed.

    What is due is found in the database by the beat tasks, so a lost message is caught up.
    """
    transaction.on_commit(partial(current_app.send_task, name, kwargs=kwargs, retry=False), robust=True)
