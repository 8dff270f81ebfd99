"""Mails, through SES (version 2 of its API).

The one-machine world puts a mailbox behind the same call.
"""

from email.message import EmailMessage
from email.policy import SMTP

from wallet.clients.aws import client
from wallet.services.letters import Letter


class SesMailer:
    """The Mailer port."""

    def __init__(self, sender: str) -> None:
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Hands the mail over.

        Raises botocore's errors: who sends decides whether to try again.
        """
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message.set_content(letter.text)
        client("sesv2").send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [letter.to]},
            Content={"Raw": {"Data": message.as_bytes()}},
        )
