"""Letters by mail, through Django's backend."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from declarations.notices import Letter


class Mail:
    """Plain text and simple HTML. A repeat carries the same Message-ID."""

    def send(self, letter: Letter, *, now: datetime) -> bool:
        """Hand it to the mail server.

        Raises: whatever the server says; nothing is swallowed.
        """
        with translation.override(letter.language):
            text = render_to_string("declarations/mail.txt", {"letter": letter})
            html = render_to_string("declarations/mail.html", {"letter": letter})
        headers = {"Message-ID": f"<{letter.id}@{settings.MAIL_HOST}>", "Auto-Submitted": "auto-generated"}
        if letter.preferences_url:
            headers["List-Unsubscribe"] = f"<{letter.preferences_url}>"
        message = EmailMultiAlternatives(subject=letter.subject, body=text, to=[letter.address], headers=headers)
        message.attach_alternative(html, "text/html")
        message.send()
        return True
