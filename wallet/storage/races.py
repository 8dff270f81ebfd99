"""Why a transaction failed: somebody else was faster, or something is wrong."""

from pynamodb.exceptions import TransactWriteError

# Somebody else was faster, or DynamoDB asks for a moment: read again and try again.
_PASSING = frozenset(
    {
        "ConditionalCheckFailed",
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    }
)


def lost_race(error: TransactWriteError) -> bool:
    """Whether reading again and trying again can help."""
    reasons = error.cancellation_reasons
    return bool(reasons) and all(reason is None or reason.code in _PASSING for reason in reasons)
