"""The staff's side of the kernel. Who may open what is declared beside each class (access.open_admin)."""

from govportal.admin import agencies, holidays, records, site, users

__all__ = ["agencies", "holidays", "records", "site", "users"]
