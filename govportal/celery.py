"""The Celery application: `celery -A govportal.celery worker -B`."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govportal.settings")
# Who runs the portal decides as whom, for all its services; only the worker would complain, at every start.
warnings.filterwarnings("ignore", "You're running the worker with superuser", SecurityWarning)
app = Celery("govportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
