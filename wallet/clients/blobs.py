"""The bucket: signed passes by version, so that none is signed twice."""

from wallet.clients.aws import client


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
