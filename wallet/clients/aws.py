"""Clients of AWS, made once for each service, by botocore alone.

boto3 would cost another import and add no call that we make.
"""

from functools import cache
from threading import Lock
from typing import Any

_lock = Lock()


def client(service: str) -> Any:
    """The client of a service. botocore finds region, credentials and endpoint in the
    environment.
    """
    with _lock:
        return _client(service)


@cache
def _client(service: str) -> Any:
    import botocore.session
    from botocore.config import Config

    config = Config(
        connect_timeout=3,
        read_timeout=20,
        max_pool_connections=64,
        retries={"mode": "standard", "max_attempts": 3},
        s3={"addressing_style": "path"},
    )
    return botocore.session.get_session().create_client(service, config=config)
