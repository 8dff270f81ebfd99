"""`make bench`: every figure in one run, printed, and put into docs/benchmarks.md and bench.json.

The machines are shared and noisy, so what counts are ratios between contenders that took turns in
this one run.
"""

import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench import cold_start, commit, evaluation, passes, phone, pushes, size

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
RESULT = ROOT / "build" / "bench.json"
COMMAND = "make bench"

PARTS: Mapping[str, Callable[[], Mapping[str, float]]] = {
    "commit": commit.measure,
    "evaluation": evaluation.measure,
    "passes": passes.measure,
    "pushes": pushes.measure,
    "cold start": cold_start.measure,
    "phone": phone.measure,
    "size": size.measure,
}
AT_LEAST = {**passes.BARS, **pushes.BARS}
AT_MOST = {**commit.BARS, **evaluation.BARS, **cold_start.BARS, **phone.BARS, **size.BARS}
MEANING = {
    "pkpass_41k_rsa_floor_ratio": "signed .pkpass, 41 KB of images, to its RSA signature alone",
    "pkpass_850k_b64_rsa_floor_ratio": "the same with 850 KB, in Lambda's base64 form",
    "apns_vs_aioapns_ratio": "pushes per second on one connection, against aioapns 4.0",
    "earn_write_units": "write units of an earn with 12 lots, 6 challenges, 8 awards",
    "earn_read_units": "read units of the same",
    "evaluation_p99_ms": "milliseconds of 40 rules on one purchase, 99th percentile",
    "api_cold_cpu_ratio": "CPU of a cold start, to that of chalice, a client, one GetItem",
    "earn_to_phone_p95_s": "seconds from earn to the stamp on the screen, 95th percentile of 50",
    "zip_mb": "the larger deployment zip",
}


def main() -> int:
    """Runs all parts. 1 if a bar is missed."""
    found: dict[str, float] = {}
    for name, measure in PARTS.items():
        sys.stderr.write(f"measuring {name} …\n")
        found.update(measure())
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    table = _table(found)
    sys.stdout.write(table)
    PAGE.write_text(_page(found, table))
    return 0 if all(_met(name, found[name]) for name in (*AT_LEAST, *AT_MOST)) else 1


def _met(name: str, figure: float) -> bool:
    return figure >= AT_LEAST[name] if name in AT_LEAST else figure <= AT_MOST[name]


def _table(found: Mapping[str, float]) -> str:
    lines = ["| what | figure | bar | |", "|---|---|---|---|"]
    for name in (*AT_LEAST, *AT_MOST):
        sign, bar = ("≥", AT_LEAST[name]) if name in AT_LEAST else ("≤", AT_MOST[name])
        verdict = "met" if _met(name, found[name]) else "**missed**"
        lines.append(
            f"| {MEANING[name]} [`{name}`] | {found[name]:.3g} | {sign} {bar:g} | {verdict} |"
        )
    return "\n".join(lines) + "\n"


def _page(found: Mapping[str, float], table: str) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"
    rest = {name: figure for name, figure in sorted(found.items()) if name not in MEANING}
    more = "\n".join(f"| `{name}` | {figure:.4g} |" for name, figure in rest.items())
    return f"""# Benchmarks

Made by `{COMMAND}` on {datetime.now(UTC):%d %B %Y}: {machine}, shared with other work.
Ratios are between contenders that took turns in one run; absolute figures say little about another
machine.

{table}
## All other figures of the run

| key | figure |
|---|---|
{more}
"""


if __name__ == "__main__":
    sys.exit(main())
