"""Letters by e-mail, through the server of the setting CLOSETAI_SMTP."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from settings import settings

_TIMEOUT_SECONDS = 10


class LetterError(Exception):
    """No letter could be sent; the message is one sentence for whoever waits for it."""


def send(to: str, subject: str, body: str) -> None:
    """Send a letter of plain text. Raises LetterError."""
    address = settings().smtp
    if address is None:
        raise LetterError("This server sends no e-mail: CLOSETAI_SMTP is not set.")
    parts = urlsplit(address.get_secret_value())
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = settings().mail_from, to, subject
    letter.set_content(body)
    host = parts.hostname or ""
    try:
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=_TIMEOUT_SECONDS)
        else:
            server = smtplib.SMTP(host, parts.port or 587, timeout=_TIMEOUT_SECONDS)
        with server:
            server.ehlo_or_helo_if_needed()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(letter)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # Not what it says: it may hold the address or the password.
        raise LetterError("The letter could not be sent just now: please try again.") from error
