"""What is left out of a zip, and what must not be."""

import re

import pytest

from infra.package import ROOT
from infra.slim import SERVICES, slim
from tests.packaging import elves


def _stays(name: str, *, ours: bool = False) -> bool:
    return name in slim({name: b""}, ours={name} if ours else set())


@pytest.mark.parametrize(
    "name",
    [
        "coin/__init__.py",
        "coin/py.typed",
        "coin/tests.py",
        "coin-1.0.dist-info/METADATA",
        "coin-1.0.dist-info/WHEEL",
        "coin-1.0.dist-info/licenses/LICENSE.txt",
        "botocore/cacert.pem",
        "botocore/data/endpoints.json",
        "botocore/data/sqs/2012-11-05/service-2.json.gz",
        "botocore/data/sqs/2012-11-05/endpoint-rule-set-1.json.gz",
        "babel/global.dat",
        "babel/locale-data/root.dat",
        "babel/locale-data/pl.dat",
        "babel/locale-data/LICENSE.unicode",
        "PIL/WebPImagePlugin.py",
        "PIL/AvifImagePlugin.py",
    ],
)
def test_stays(name: str) -> None:
    assert _stays(name)


@pytest.mark.parametrize(
    "name",
    [
        "coin/__pycache__/coin.cpython-313.pyc",
        "coin/tests/test_coin.py",
        "coin/_press.pyi",
        "coin/_press.c",
        "coin-1.0.dist-info/RECORD",
        "coin-1.0.dist-info/entry_points.txt",
        "coin-1.0.data/scripts/coin",
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "botocore/data/sqs/2012-11-05/examples-1.json",
        "babel/locale-data/de.dat",
        "PIL/_avif.cpython-313-x86_64-linux-gnu.so",
    ],
)
def test_goes(name: str) -> None:
    assert not _stays(name)


def test_our_own_files_all_stay() -> None:
    assert _stays("wallet/tests/prices.c", ours=True)


def test_grafted_libraries_stay_as_long_as_a_module_loads_them() -> None:
    files = {
        "PIL/_webp.so": elves.library(needed=["libwebp.so.7"]),
        "PIL/_avif.so": elves.library(needed=["libavif.so.16", "libwebp.so.7"]),
        "pillow.libs/libwebp.so.7": elves.library(needed=["libyuv.so.0", "libc.so.6"]),
        "pillow.libs/libyuv.so.0": elves.library(needed=["libwebp.so.7"]),
        "pillow.libs/libavif.so.16": elves.library(needed=["libaom.so.3"]),
        "pillow.libs/libaom.so.3": elves.library(),
    }

    assert slim(files, ours=set()).keys() == {
        "PIL/_webp.so",
        "pillow.libs/libwebp.so.7",
        "pillow.libs/libyuv.so.0",
    }


def test_every_service_that_we_call_stays() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "wallet").rglob("*.py")]
    called = set(re.findall(r'\bclient\("(\w+)"\)', "".join(texts)))

    assert {"s3", "sqs"} <= called <= SERVICES
    assert "dynamodb" in SERVICES  # PynamoDB's own
