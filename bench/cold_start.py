"""The CPU of a cold start: our API to its first answer, against the least that any such API needs.

The floor is chalice, a botocore client of DynamoDB and one GetItem. Ours reads a card: key, head,
program, version. Both run as new processes, in turns, against the same engine; CPU of the process
counts, not the time on the wall.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.packaging.world import running

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 9
BARS = {"api_cold_cpu_ratio": 1.25}

FLOOR = """
from chalice import Chalice
import botocore.session, os
app = Chalice(app_name="floor")
client = botocore.session.get_session().create_client("dynamodb")
key = {"pk": {"S": "x"}, "sk": {"S": "x"}}
client.get_item(TableName=os.environ["WALLET_CORE_TABLE"], Key=key)
"""
OURS = """
import json, os
import app
answer = app.app(json.loads(os.environ["BENCH_EVENT"]), None)
assert answer["statusCode"] == 200, answer
"""
SEED = """
import tempfile
from pathlib import Path

from tests.packaging.world import running
from infra.local import demo
key, secret, programs = demo.seed(Path(tempfile.mkdtemp()))
link = demo.enrol_demo(key)(programs[0].id)
print(link.rpartition("/")[2].partition("-")[0], secret)
"""


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


def measure() -> dict[str, float]:
    """CPU seconds of both, and their ratio, against an engine of their own."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as world:
        environ = {**os.environ, "AWS_DEFAULT_REGION": "eu-central-1", **world.environ}
        environ |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
        made = subprocess.run(
            [sys.executable, "-c", SEED], env=environ, check=True, capture_output=True, text=True
        )
        card_id, api_key = made.stdout.split()[-2:]
        return compare({**environ, "BENCH_EVENT": get_card_event(card_id, api_key)})


def compare(environ: Mapping[str, str]) -> dict[str, float]:
    """The figures of runs in this environment."""
    # The first pair of runs writes the bytecode, which the package brings along; it does not
    # count.
    for code in (FLOOR, OURS):
        _cpu_seconds(code, environ)
    floor, ours = [], []
    for _ in range(ROUNDS):
        floor.append(_cpu_seconds(FLOOR, environ))
        ours.append(_cpu_seconds(OURS, environ))
    return {
        "cold_floor_cpu_s": min(floor),
        "api_cold_cpu_s": min(ours),
        "api_cold_cpu_ratio": min(ours) / min(floor),
    }


def _cpu_seconds(code: str, environ: Mapping[str, str]) -> float:
    """The CPU of a new process until the code's end.

    Taking it down afterwards is not of interest.
    """
    said = "\nimport sys, time\nsys.stderr.write(f'\\n{time.process_time()}')"
    done = subprocess.run(
        [sys.executable, "-c", code + said],
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stderr.split()[-1])
