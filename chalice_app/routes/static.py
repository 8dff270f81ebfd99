"""Style sheets, scripts and pictures of ours."""

from chalice_app.http import Answer, Call
from chalice_app.static_files import static_file
from wallet.domain.errors import NotFoundError


def get(call: Call) -> Answer:
    """A file, to be kept for ever."""
    answer = static_file(call.params["name"])
    if answer is None:
        raise NotFoundError("file")
    return answer
