"""Settings, typed, from the environment. Names of secrets stand here, never secrets.

Every outside party has an address that can be replaced: AWS by the standard AWS_ENDPOINT_URL and
AWS_ENDPOINT_URL_<SERVICE>, the wallets by the WALLET_… variables below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wallet.domain.errors import WalletError

APNS_URL = "https://api.push.apple.com"
GOOGLE_KEYS_URL = "https://pay.google.com/gp/m/issuer/keys"


class SettingsError(WalletError):
    """A setting is missing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the environment variable {name} is not set")
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says.

    A function may run without the values that it does not ask for; asking for one that is missing
    raises SettingsError.
    """

    environ: Mapping[str, str]

    @property
    def base_url(self) -> str:
        """Our own address, with the stage if there is one, without a slash at the end."""
        return self._need("WALLET_BASE_URL").rstrip("/")

    @property
    def stage(self) -> str:
        """The path of that address, as `/prod`; empty where we have a host to ourselves."""
        return urlsplit(self.environ.get("WALLET_BASE_URL", "")).path.rstrip("/")

    @property
    def core_table(self) -> str:
        """The table of merchants, programs, cards and entries."""
        return self._need("WALLET_CORE_TABLE")

    @property
    def edge_table(self) -> str:
        """The table of sessions, tickets and counters."""
        return self._need("WALLET_EDGE_TABLE")

    @property
    def mail_sender(self) -> str:
        """The address that mails come from, verified with SES."""
        return self._need("WALLET_MAIL_SENDER")

    @property
    def stats_table(self) -> str:
        """The table of daily roll-ups."""
        return self._need("WALLET_STATS_TABLE")

    @property
    def blobs_bucket(self) -> str:
        """The bucket of art and signed passes."""
        return self._need("WALLET_BLOBS_BUCKET")

    @property
    def push_queue_url(self) -> str:
        """The queue of cards whose phones are to be told."""
        return self._need("WALLET_PUSH_QUEUE_URL")

    @property
    def push_dead_letters_url(self) -> str:
        """Where messages of that queue end that failed too often."""
        return self._need("WALLET_PUSH_DEAD_LETTERS_URL")

    @property
    def pass_certificate_secret(self) -> str:
        """The name of the secret with the pass certificate.

        JSON of PEM texts `key`, `leaf`, `intermediate`.
        """
        return self._need("WALLET_PASS_CERTIFICATE_SECRET")

    @property
    def master_secret(self) -> str:
        """The name of the secret that merchants' data keys are derived from.

        32 bytes in base64.
        """
        return self._need("WALLET_MASTER_SECRET")

    @property
    def apns_url(self) -> str:
        """Apple's push service, or what stands in for it."""
        return self.environ.get("WALLET_APNS_URL") or APNS_URL

    @property
    def apns_ca_file(self) -> Path | None:
        """The authorities trusted for that address, where not the system's."""
        path = self.environ.get("WALLET_APNS_CA_FILE")
        return Path(path) if path else None

    @property
    def google_issuer(self) -> str | None:
        """Our issuer id at Google Wallet; None where there is no Google Wallet."""
        return self.environ.get("WALLET_GOOGLE_ISSUER") or None

    @property
    def google_secret(self) -> str:
        """The name of the secret with the service account: the JSON of its key, as Google gave
        it.
        """
        return self._need("WALLET_GOOGLE_SECRET")

    @property
    def google_url(self) -> str | None:
        """What stands in for Google's token, API and save addresses."""
        return self.environ.get("WALLET_GOOGLE_URL") or None

    @property
    def google_keys_url(self) -> str:
        """Where the keys are published that Google signs callbacks with."""
        return self.environ.get("WALLET_GOOGLE_KEYS_URL") or GOOGLE_KEYS_URL

    def _need(self, name: str) -> str:
        value = self.environ.get(name)
        if not value:
            raise SettingsError(name)
        return value
