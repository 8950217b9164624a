"""The mail server, as the desk uses it. Imported only when there is one."""

from __future__ import annotations

from vendors.smtp import MailRefused, Smtp
from vendors.smtp_url import server


class Post:
    """The port `escalation.service.mailing.Mailer` over a mail server."""

    def __init__(self, url: str, sender: str) -> None:
        self._smtp = Smtp(server(url), sender)

    async def send(self, to: str, subject: str, text: str, message_id: str) -> bool:
        try:
            await self._smtp.send(to, subject, text, message_id)
        except MailRefused:
            return False
        return True
