"""Compiles the Python of a zip ahead.

Lambda's folder of code cannot be written, so what is not compiled here is compiled at every cold
start, which costs more than all else that happens in one. The bytecode is of the unchecked kind
(PEP 552): the zip's times are all the same, and nobody edits a file in it.
"""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


def compiled(files: Mapping[str, bytes], python: Path) -> dict[str, bytes]:
    """The files with bytecode for each module beside them, for the version of that interpreter.

    A file that is no module of this version (a template, a test of syntax) gets none.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in (name for name in files if name.endswith(".py")):
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
        command: list[str | Path] = [python, "-m", "compileall", "-qq", "-s", root]
        command += ["-p", "/var/task", "--invalidation-mode", "unchecked-hash", root]
        # A fixed seed, so that sets of constants are written in the same order each time.
        subprocess.run(command, env={"PYTHONHASHSEED": "0"}, check=False)
        made = {path.relative_to(root).as_posix(): path for path in root.rglob("*.pyc")}
        return {**files, **{name: path.read_bytes() for name, path in made.items()}}
