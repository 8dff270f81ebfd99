"""The CPU of a cold start: our API to its first answer, against the least that any such API needs.

The floor is chalice, a botocore client of DynamoDB and one GetItem. Ours reads a card: key, head,
program, version. Both run as new processes, in turns, against the same engine; CPU of the process
counts, not the time on the wall.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 9
BARS = {"api_cold_cpu_ratio": 1.25}

FLOOR = """
from chalice import Chalice
import botocore.session, os
app = Chalice(app_name="floor")
client = botocore.session.get_session().create_client("dynamodb")
client.get_item(TableName=os.environ["WALLET_CORE_TABLE"], Key={"pk": {"S": "x"}, "sk": {"S": "x"}})
"""
OURS = """
import json, os, sys
sys.path.insert(0, os.environ["BENCH_ROOT"])
import app
answer = app.app(json.loads(os.environ["BENCH_EVENT"]), None)
assert answer["statusCode"] == 200, answer
"""
HANDLERS = ("ledger_stream", "push_queue", "schedules")


def get_card_event(card_id: str, api_key: str) -> str:
    """The event of API Gateway for GET /api/v1/cards/{card_id}."""
    route = "/api/v1/cards/{card_id}"
    return json.dumps(
        {
            "resource": route,
            "path": f"/api/v1/cards/{card_id}",
            "httpMethod": "GET",
            "headers": {"Authorization": f"Bearer {api_key}"},
            "multiValueQueryStringParameters": None,
            "pathParameters": {"card_id": card_id},
            "stageVariables": None,
            "requestContext": {"resourcePath": route, "httpMethod": "GET"},
            "body": None,
            "isBase64Encoded": False,
        }
    )


def measure(environ: Mapping[str, str], card_id: str, api_key: str) -> dict[str, float]:
    """CPU seconds of both, and their ratio. `environ` names the engine and the tables."""
    event = get_card_event(card_id, api_key)
    full = {**os.environ, **environ, "BENCH_ROOT": str(ROOT), "BENCH_EVENT": event}
    # Bytecode is kept, as in the package; the first pair of runs writes it and does not count.
    full.pop("PYTHONDONTWRITEBYTECODE", None)
    for code in (FLOOR, OURS):
        _cpu_seconds(code, full)
    floor, ours = [], []
    for _ in range(ROUNDS):
        floor.append(_cpu_seconds(FLOOR, full))
        ours.append(_cpu_seconds(OURS, full))
    return {
        "cold_floor_cpu_s": min(floor),
        "api_cold_cpu_s": min(ours),
        "api_cold_cpu_ratio": min(ours) / min(floor),
    }


def _cpu_seconds(code: str, environ: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code], env=environ, check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
