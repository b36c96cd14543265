"""Buffers: one person's own, encrypted, closed by saving, cleared when old."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from disclosure.models import EditionBuffer
from disclosure.services import buffers
from govportal.now import now
from tests.factories import make_user
from tests.factories.published import draft_one

pytestmark = pytest.mark.django_db


def test_buffer_is_kept_once_and_encrypted() -> None:
    user = make_user()

    for words in ("第一稿", "第二稿"):
        assert buffers.keep("new:abc", {"title": [words]}, user=user, at=now())

    found = buffers.find("new:abc", user=user)
    with connection.cursor() as cursor:
        cursor.execute('SELECT "values" FROM disclosure_editionbuffer')
        stored = cursor.fetchall()
    assert found is not None and found.values == {"title": ["第二稿"]}
    assert len(stored) == 1 and "第二稿" not in stored[0][0] and "title" not in stored[0][0]
    assert buffers.find("new:abc", user=make_user()) is None


def test_buffer_of_a_saved_form_takes_nothing_more() -> None:
    edition, user = draft_one(), make_user()

    with transaction.atomic():
        assert buffers.claim("new:abc", user=user, at=now()) is None
        buffers.settle("new:abc", edition, user=user, at=now())

    with transaction.atomic():
        assert buffers.claim("new:abc", user=user, at=now()) == edition
    assert not buffers.keep("new:abc", {"title": ["迟到"]}, user=user, at=now())
    assert buffers.find("new:abc", user=user) is None and buffers.unfinished(user) == []


def test_clear_old_takes_what_is_older_than_thirty_days() -> None:
    user, at = make_user(), now()
    buffers.keep("new:old", {}, user=user, at=at - timedelta(days=31))
    buffers.keep("new:young", {}, user=user, at=at - timedelta(days=29))

    assert (buffers.clear_old(at), buffers.clear_old(at)) == (1, 0)
    assert EditionBuffer.objects.get().form_key == "new:young"


def test_one_form_of_one_person_has_one_buffer() -> None:
    user, at = make_user(), now()
    EditionBuffer.objects.create(user=user, form_key="new:abc", values="{}", saved_at=at)

    with pytest.raises(IntegrityError), transaction.atomic():
        EditionBuffer.objects.create(user=user, form_key="new:abc", values="{}", saved_at=at)
