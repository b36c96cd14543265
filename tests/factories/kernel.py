import hashlib
from itertools import count
from typing import Any

from django.core.files.base import ContentFile

from govportal import private_files
from govportal.models import Agency, Attachment, InboxMessage, Membership, Notice, PrivateFile, User, Webhook
from govportal.now import now
from govportal.permissions import Role

_numbers = count(1)


def make_agency(*, parent: Agency | None = None, **values: Any) -> Agency:
    number = next(_numbers)
    path = f"{parent.path}{parent.pk}/" if parent else "/"
    values = {"code": f"agency-{number}", "name": f"测试单位{number}", "path": path} | values
    return Agency.objects.create(parent=parent, **values)


def make_user(*, password: str | None = None, **values: Any) -> User:
    """A user who may sign in to the admin and holds no role. Without `password` nobody can sign in by one."""
    values = {"username": f"user-{next(_numbers)}"} | values
    user = User(**values)
    user.set_password(password)
    user.save()
    return user


def make_member(role: Role, agency: Agency | None = None, *, user: User | None = None, **values: Any) -> User:
    """A user with a role at an agency (a new one unless given)."""
    user = user or make_user(**values)
    Membership.objects.create(user=user, agency=agency or make_agency(), role=role)
    user.__dict__.pop("_memberships", None)
    return user


def make_attachment(content: bytes = b"%PDF-1.7\n%test\n", *, by: User | None = None, **values: Any) -> Attachment:
    """An attachment as files.store leaves it, without its checks."""
    values = {"name": "附件.pdf", "suffix": ".pdf", "content_type": "application/pdf"} | values
    digest = hashlib.sha256(content).hexdigest()
    attachment = Attachment(size=len(content), sha256=digest, uploaded_by=by, uploaded_at=now(), **values)
    attachment.file.save(attachment.name, ContentFile(content), save=False)
    attachment.save()
    return attachment


def make_private_file(content: bytes = b"%PDF-1.7\n%test\n", *, name: str = "身份证明.pdf") -> PrivateFile:
    return private_files.store(ContentFile(content, name=name), by=None)


def make_inbox_message(user: User | None = None, **values: Any) -> InboxMessage:
    """An unread message of a user (a new one unless given)."""
    values = {"key": f"test:{next(_numbers)}", "kind": "review", "subject": "测试消息", "at": now()} | values
    return InboxMessage.objects.create(user=user or make_user(), **values)


def make_webhook(agency: Agency | None = None, **values: Any) -> Webhook:
    values = {"url": "https://messenger.example.test/hook?token=t0k3n", "secret": "s3cret" * 6} | values
    return Webhook.objects.create(agency=agency or make_agency(), **values)


def make_notice(**values: Any) -> Notice:
    """A notice that is due now."""
    moment = now()
    values = {
        "key": f"test:{next(_numbers)}",
        "address": "someone@example.test",
        "subject": "测试通知",
        "body": "正文",
        "created_at": moment,
        "due_at": moment,
    } | values
    return Notice.objects.create(**values)
