"""Who a name or a mail address is, and how the person behind a session is read: with his account, in one query."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from declarations.models import mail_key


class NameOrMail(ModelBackend):
    """Django's own, which also takes a confirmed mail address for a name."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **others: Any
    ) -> Any:
        """The person whose name and password these are; a guess costs the same right or wrong."""
        if username and "@" in username:
            owner = User.objects.filter(account__mail_key=mail_key(username)).first()
            username = owner.get_username() if owner else username
        return super().authenticate(request, username=username, password=password, **others)

    def get_user(self, user_id: int) -> Any:
        """The person of a session, with the row that says whether the session still counts."""
        user = User.objects.select_related("account").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
