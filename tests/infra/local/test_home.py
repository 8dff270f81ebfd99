"""The world's folder."""

import base64
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local.home import WorldError, held_home

NOW = datetime.now(UTC)


def test_it_is_held_by_one_world_at_a_time(tmp_path: Path) -> None:
    with held_home(tmp_path / "home"), pytest.raises(WorldError, match=str(os.getpid())):  # noqa: SIM117  only the inner one may fail
        with held_home(tmp_path / "home"):
            pass
    with held_home(tmp_path / "home") as home:
        assert home.path == tmp_path / "home"


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorldError, match=r"^cannot write to .*: Not a directory \(WALLET_HOME\)$"):
        held_home(tmp_path / "file" / "home").__enter__()


def test_keys_are_made_once_and_are_nobody_elses_business(tmp_path: Path) -> None:
    with held_home(tmp_path / "home") as home:
        home.make_keys(NOW)
        certificate, master = home.pass_certificate(), home.master_key()
        home.make_keys(NOW)
        assert (home.pass_certificate(), home.master_key()) == (certificate, master)
        parts = json.loads(certificate)
        assert set(parts) == {"key", "leaf", "intermediate"}
        assert all(text.startswith("-----BEGIN ") for text in parts.values())
        assert len(base64.b64decode(master)) == 32
        modes = {stat.S_IMODE(path.stat().st_mode) for path in home.keys.iterdir()}
        assert modes == {0o600}


def test_demo_json_is_written_whole_and_for_the_owner_only(tmp_path: Path) -> None:
    with held_home(tmp_path) as home:
        home.write_demo({"a": 1})
        path = home.write_demo({"name": "Kawiarnia Lipowa ☕"})
        assert json.loads(path.read_text()) == {"name": "Kawiarnia Lipowa ☕"}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert {each.name for each in tmp_path.iterdir()} == {"demo.json", "lock"}
        home.forget_demo()
        home.forget_demo()
        assert not path.exists()
