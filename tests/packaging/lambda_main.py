"""Stands for Lambda's runtime: imports a handler from an unpacked zip and hands it events.

Run by `python -I -S`, with nothing but the standard library and the zip's folder to import from.
The order comes on standard input as JSON, the answer goes to standard output as JSON; what the
handlers print is their log, and goes to standard error.
"""

import importlib
import json
import sys
from typing import Any


class Context:
    """What Lambda passes beside the event."""

    function_name = "stempel"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:stempel"
    memory_limit_in_mb = "512"
    aws_request_id = "0f1e2d3c-4b5a-4697-8877-665544332211"
    log_group_name = "stempel"
    log_stream_name = "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef"
    identity = None
    client_context = None

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    module, _, name = order["handler"].rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    loaded = sorted(sys.modules)
    results = [handler(event, Context()) for event in order["events"]]
    files = {getattr(each, "__file__", None) or "" for each in list(sys.modules.values())}
    return {"loaded": loaded, "files": sorted(files), "results": results}


if __name__ == "__main__":
    sys.path += sys.argv[1:]
    answers, sys.stdout = sys.stdout, sys.stderr
    json.dump(_answer(json.load(sys.stdin)), answers)
