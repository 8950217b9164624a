"""Sends e-mail through a mail server (SMTP, RFC 5321), by aiosmtplib.

https://aiosmtplib.readthedocs.io/en/stable/reference.html
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

import aiosmtplib

from vendors.smtp_url import Server

# Seconds for the whole sending.
_LIMIT = 30.0


class MailRefused(Exception):
    """The mail server will not take this message for this address, now or later."""


class MailFailed(Exception):
    """The mail server could not be reached, or takes nothing just now: to be tried again."""


class Smtp:
    """A mail server, and the address that mail comes from (``Pineapple & Co <help@shop.example>``)."""

    def __init__(self, at: Server, sender: str) -> None:
        self._server, self._sender = at, sender

    async def send(self, to: str, subject: str, text: str, message_id: str) -> None:
        """Sends a plain text. ``message_id`` is that header's part before the ``@``: a repeat has the same.

        Raises:
            MailRefused, MailFailed.
        """
        at = self._server
        try:
            await aiosmtplib.send(
                _message(self._sender, to, subject, text, message_id),
                hostname=at.host,
                port=at.port,
                username=at.user,
                password=at.password,
                use_tls=at.tls,
                start_tls=at.starttls,
                timeout=_LIMIT,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            final = all(500 <= one.code < 600 for one in refused.recipients)
            raise (MailRefused if final else MailFailed)("the address was refused") from refused
        except aiosmtplib.SMTPException as wrong:
            raise MailFailed(type(wrong).__name__) from wrong
        except OSError as away:
            raise MailFailed("the mail server does not answer") from away


def _message(sender: str, to: str, subject: str, text: str, message_id: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = f"<{message_id}@{parseaddr(sender)[1].partition('@')[2] or 'localhost'}>"
    # Nobody's holiday answer comes back (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message
