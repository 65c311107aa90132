"""Pages that the application writes into the site bucket, served as CloudFront would serve them."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response


class SiteBucket:
    """The site bucket on the engine; `access` holds its name, the endpoint and the keys."""

    def __init__(self, access: Mapping[str, str]) -> None:
        self._name = access["bucket"]
        self._s3: Any = boto3.client(
            "s3",
            region_name=access["region"],
            endpoint_url=access["endpoint"],
            aws_access_key_id=access["access_key"],
            aws_secret_access_key=access["secret_key"],
            config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2}),
        )

    async def response(self, request: Request) -> Response | None:
        """Answer with what the bucket holds at the request's path, or None."""
        path = request.url.path
        found = await run_in_threadpool(self._read, _key(path))
        if found is None:
            if not path.endswith("/") and await run_in_threadpool(self._read, _key(f"{path}/")) is not None:
                return RedirectResponse(f"{path}/", status_code=301)
            return None
        content, headers = found
        headers["ETag"] = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers={"ETag": headers["ETag"]})
        return Response(content, headers=headers)

    def _read(self, key: str) -> tuple[bytes, dict[str, str]] | None:
        try:
            found = self._s3.get_object(Bucket=self._name, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR:
                return None
            raise _unavailable() from error
        except BotoCoreError as error:
            raise _unavailable() from error
        headers = {"Content-Type": found["ContentType"], "Cache-Control": found.get("CacheControl", "no-cache")}
        return found["Body"].read(), headers


def _unavailable() -> HTTPException:
    return HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "The AWS engine does not answer.")


def _key(path: str) -> str:
    return f"{path.lstrip('/')}index.html" if path.endswith("/") else path.lstrip("/")
