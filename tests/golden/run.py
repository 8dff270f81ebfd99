"""Runs the golden cases until one fails; without pytest, so that a mutant costs little."""

import sys
import traceback

from tests.golden.cases import all_cases
from tests.golden.pure import run


def main() -> int:
    """1 at the first case that fails, with why; 0 if none does."""
    for case in all_cases():
        try:
            run(case)
        except Exception:  # noqa: BLE001  a mutant may fail in any way
            sys.stdout.write(f"{case}\n{traceback.format_exc()}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
