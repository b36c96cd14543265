"""The staff's side of requests for disclosure. Who may open what is declared beside each class (access.open_admin)."""

from requests_app.admin import appeals, feedback, imports, offices, publication_tasks, reports, requests

__all__ = ["appeals", "feedback", "imports", "offices", "publication_tasks", "reports", "requests"]
