"""The staff's side of requests for disclosure."""

from requests_app.admin import reports

__all__ = ["reports"]
