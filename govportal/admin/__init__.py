"""The staff's side of the kernel. Who may open what is declared beside each class (access.open_admin)."""

from govportal.admin import agencies, holidays, inbox, records, site, users

__all__ = ["agencies", "holidays", "inbox", "records", "site", "users"]
