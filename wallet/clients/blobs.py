"""The bucket: signed passes by version, so that none is signed twice, and uploaded logos."""

from wallet.clients.aws import client

_NOT_FOUND = 404


class BucketPasses:
    """The PassStore port on S3."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def get(self, name: str) -> bytes | None:
        """What was put under the name."""
        s3 = client("s3")
        try:
            answer = s3.get_object(Bucket=self._bucket, Key=name)
        except s3.exceptions.NoSuchKey:
            return None
        data: bytes = answer["Body"].read()
        return data

    def put(self, name: str, data: bytes) -> None:
        """Keeps it."""
        client("s3").put_object(
            Bucket=self._bucket,
            Key=name,
            Body=data,
            ContentType="application/vnd.apple.pkpass",
        )


class BucketLogos:
    """The Logos port on S3. A name is the digest of the bytes, so what it names never changes."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def logo(self, name: str) -> bytes | None:
        """The PNG of that name."""
        s3 = client("s3")
        try:
            answer = s3.get_object(Bucket=self._bucket, Key=_logo_key(name))
        except s3.exceptions.NoSuchKey:
            return None
        data: bytes = answer["Body"].read()
        return data

    def keep_logo(self, name: str, data: bytes) -> None:
        """Keeps a PNG under its name."""
        client("s3").put_object(
            Bucket=self._bucket, Key=_logo_key(name), Body=data, ContentType="image/png"
        )


def _logo_key(name: str) -> str:
    return f"logos/{name}.png"


class BucketGallery:
    """The Gallery port on S3. A picture that was seen there once is not looked for again."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._seen: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether the picture is up."""
        if name in self._seen:
            return True
        s3 = client("s3")
        try:
            s3.head_object(Bucket=self._bucket, Key=name)
        except s3.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != _NOT_FOUND:
                raise
            return False
        self._seen.add(name)
        return True

    def get(self, name: str) -> bytes | None:
        """The PNG; None if it is not up."""
        return BucketPasses(self._bucket).get(name)

    def put(self, name: str, png: bytes) -> None:
        """Puts it up."""
        client("s3").put_object(Bucket=self._bucket, Key=name, Body=png, ContentType="image/png")
        self._seen.add(name)
