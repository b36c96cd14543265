"""The staff's side of the kernel. Who may open what is declared beside each class (access.open_admin)."""

from govportal.admin import agencies, deadlines, holidays, inbox, jobs, records, reminders, site, users, webhooks

__all__ = ["agencies", "deadlines", "holidays", "inbox", "jobs", "records", "reminders", "site", "users", "webhooks"]
