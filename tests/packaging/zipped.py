"""A deployment zip, unpacked, and its handlers run as Lambda runs them: alone."""

import base64
import json
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RUNTIME = Path(__file__).with_name("lambda_main.py")
# What Lambda sets, as far as a library might care.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
LAMBDA = {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_FUNCTION_NAME": "stempel",
    "AWS_REGION": "eu-central-1",
    "LANG": "en_US.UTF-8",
    "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    "TZ": ":UTC",
    "_HANDLER": "app.app",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of handing events to a handler."""

    results: list[Any]
    loaded: frozenset[str]
    files: frozenset[str]
    log: list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zipped:
    """A zip in a folder of its own, the interpreter it is for, and the function's environment."""

    folder: Path
    python: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[Path, ...] = ()  # more folders to import from, for what only prepares a test

    def run(self, handler: str, *events: Mapping[str, Any]) -> Run:
        """Starts a function once and hands it the events, one after the other."""
        done = subprocess.run(
            [self.python, "-I", "-S", RUNTIME, self.folder, *self.beside],
            input=json.dumps({"handler": handler, "events": events}),
            env={**LAMBDA, "LAMBDA_TASK_ROOT": str(self.folder), **self.environ},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        return Run(
            results=answer["results"],
            loaded=frozenset(answer["loaded"]),
            files=frozenset(answer["files"]),
            log=[json.loads(line) for line in done.stderr.splitlines()],
        )


def unpack(zip_: Path, folder: Path) -> Path:
    with zipfile.ZipFile(zip_) as archive:
        archive.extractall(folder)
    return folder


def body_of(answer: Mapping[str, Any]) -> bytes:
    """The bytes that API Gateway sends on for an answer of the API function."""
    if answer.get("isBase64Encoded"):
        return base64.b64decode(answer["body"], validate=True)
    return str(answer["body"]).encode()
