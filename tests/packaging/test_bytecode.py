"""The bytecode in a zip.

For every module, never checked against its source, the same each time.
"""

import importlib.util
import sys
from pathlib import Path

from infra.bytecode import compiled

UNCHECKED_HASH = b"\x01\x00\x00\x00"
FILES = {
    "shop/__init__.py": b"",
    "shop/till.py": b"def given(x): return x in {'a', 'b', 'c', 'd'}\n",
    "shop/broken.py": b"def (:\n",
    "shop/texts.json": b"{}",
}


def test_every_module_has_bytecode_that_is_not_checked() -> None:
    files = compiled(FILES, Path(sys.executable))
    tag = sys.implementation.cache_tag
    names = {name for name in files if name.endswith(".pyc")}
    assert names == {f"shop/__pycache__/{m}.{tag}.pyc" for m in ("__init__", "till")}
    for name in names:
        assert files[name][:4] == importlib.util.MAGIC_NUMBER
        assert files[name][4:8] == UNCHECKED_HASH
    assert {name: files[name] for name in FILES} == FILES


def test_the_same_source_gives_the_same_bytes() -> None:
    python = Path(sys.executable)
    assert compiled(FILES, python) == compiled(FILES, python)
