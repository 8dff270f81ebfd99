"""The size of what is deployed: the larger of the two zips that `make package` made last."""

import json
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "build" / "package.json"
BARS = {"zip_mb": 20.0}


def measure() -> dict[str, float]:
    """Megabytes. Raises FileNotFoundError before the first `make package`."""
    report: dict[str, dict[str, float]] = json.loads(PACKAGE.read_text(encoding="utf-8"))
    return {"zip_mb": max(package["zip_mb"] for package in report.values())}
