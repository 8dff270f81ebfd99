"""Why a transaction failed: somebody else was faster, or something is wrong."""

from pynamodb.exceptions import TransactWriteError

# The condition of an item did not hold.
FAILED = "ConditionalCheckFailed"
# Somebody else was faster, or DynamoDB asks for a moment: read again and try again.
_PASSING = frozenset(
    {
        FAILED,
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    }
)


def lost_race(error: TransactWriteError) -> bool:
    """Whether reading again and trying again can help."""
    reasons = error.cancellation_reasons
    return bool(reasons) and all(reason is None or reason.code in _PASSING for reason in reasons)
