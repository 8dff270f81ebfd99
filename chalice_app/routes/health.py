"""Whether the function runs."""

from chalice_app.http import Answer, Call, json_answer


def get(call: Call) -> Answer:
    """Answers without asking anybody else.

    A database that is slow is not a function that is dead.
    """
    del call
    return json_answer(b'{"status":"ok"}')
