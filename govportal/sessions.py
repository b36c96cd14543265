"""Sessions in the database. A cookie that cannot be a session key belongs to nobody and asks for no row."""

from django.contrib.sessions.backends import base, db

_KEY_LENGTH = 32  # as SessionBase makes them
_KEY_CHARACTERS = frozenset(base.VALID_KEY_CHARS)


class SessionStore(db.SessionStore):
    """PostgreSQL refuses text with a NUL, which a cookie can carry (`\\000`)."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and len(key) == _KEY_LENGTH and _KEY_CHARACTERS.issuperset(key)
