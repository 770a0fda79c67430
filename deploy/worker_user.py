"""Creates the worker's MinIO user and both buckets, with the keys that the MinIO server was started with.

The user may do what deploy/worker_policy.py lists, and nothing else. Running this again is safe: an existing user keeps
its secret unless MINIO_SECRET_KEY gives one. Standard output has only what you need to copy.
"""

import argparse
import asyncio
import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import urllib3
from minio.credentials.providers import StaticProvider
from minio.error import MinioAdminException
from minio.minioadmin import MinioAdmin

from deploy.worker_policy import worker_policy
from errors import InvalidRequestError, SettingsError, StoreError
from settings import Administrator, Endpoint, Settings, read_administrator, read_settings
from storage.minio_connections import connections
from storage.minio_store import MinioStore

__all__ = ["main"]

logger = logging.getLogger(__name__)

DONE, FAILED, BAD_INPUT = 0, 1, 2
USER = "thumbnails-worker"
# MinIO's own limits for a user's keys. It blames the name for a short secret.
NAME = r"[^=,]{3,20}"
MIN_SECRET = 8
SECRET_BYTES = 30
REMEDIES = {
    "InvalidAccessKeyId": "the server does not know MINIO_ROOT_USER",
    "SignatureDoesNotMatch": "MINIO_ROOT_PASSWORD does not match MINIO_ROOT_USER",
    "AccessDenied": "MINIO_ROOT_USER may not manage users and policies there",
}


def main(arguments: Sequence[str]) -> int:
    """Create the user, or reset its policy, and return the exit code: 0 done, 1 failed, 2 bad settings."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.worker_user",
        description=__doc__,
        epilog="It reads MINIO_ENDPOINT, MINIO_ROOT_USER and MINIO_ROOT_PASSWORD, and optionally MINIO_ACCESS_KEY "
        f"(default: {USER}), MINIO_SECRET_KEY (default: a generated one), MINIO_BUCKET and MINIO_PRESIGNED_HOURS.",
    )
    parser.add_argument(
        "--in-place-of",
        metavar="USER",
        help="after a theft: remove this user first. Its temporary keys survive a change of secret, and work again "
        "if its name is reused, so the new user needs another name",
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        settings, administrator = read_settings(), read_administrator()
        name = settings.minio_access_key or USER
        endpoint = _checked_endpoint(settings, administrator, name, options.in_place_of)
        secret = _create_user(settings, administrator, endpoint, name, options.in_place_of)
    except InvalidRequestError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except StoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    bucket = settings.minio_bucket
    print(f"{name} may read and write objects in {bucket} and {bucket}-originals.", file=sys.stderr)
    if secret:
        print("Set these two for the worker. The secret is not shown again:", file=sys.stderr)
        print(f"MINIO_ACCESS_KEY={name}\nMINIO_SECRET_KEY={secret}")
    elif settings.minio_secret_key:
        print("Its secret is the value of MINIO_SECRET_KEY.", file=sys.stderr)
    else:
        print("It already exists, and keeps its secret. Set MINIO_SECRET_KEY to change it.", file=sys.stderr)
    return DONE


def _checked_endpoint(settings: Settings, administrator: Administrator, name: str, removed: str | None) -> Endpoint:
    """Return the endpoint, or raise SettingsError for settings that MinIO would reject with less helpful messages."""
    faults: list[str] = []
    if not settings.minio_endpoint:
        faults.append("MINIO_ENDPOINT is not set: set it to the MinIO server's URL")
    if name == administrator.user:
        faults.append("MINIO_ACCESS_KEY is MINIO_ROOT_USER: give the worker another name, or leave it unset")
    if name == removed:
        faults.append(f"MINIO_ACCESS_KEY is {removed}, the user to remove: give the new user another name")
    if not re.fullmatch(NAME, name):
        faults.append(f"MINIO_ACCESS_KEY={name!r}: give 3 to 20 characters without = or comma, such as {USER}")
    if settings.minio_secret_key and len(settings.minio_secret_key) < MIN_SECRET:
        faults.append(f"MINIO_SECRET_KEY: give at least {MIN_SECRET} characters, or leave it unset")
    if faults or not settings.minio_endpoint:
        raise SettingsError(faults)
    return settings.minio_endpoint


def _create_user(
    settings: Settings, administrator: Administrator, endpoint: Endpoint, name: str, removed: str | None
) -> str | None:
    """Create buckets, policy and user, and return the secret if one was generated."""
    admin = MinioAdmin(
        endpoint=endpoint.host,
        credentials=StaticProvider(administrator.user, administrator.password),
        region=settings.minio_region,
        secure=endpoint.secure,
        http_client=connections(),
    )
    with _store_errors(endpoint):
        if removed:
            admin.user_remove(removed)
            logger.info("removed the user %s", removed)
        exists = _exists(admin, name)
        generated = None if exists or settings.minio_secret_key else secrets.token_urlsafe(SECRET_BYTES)
        # The worker's own store creates the buckets, as it expects them, and before there is a secret to lose.
        store = MinioStore(
            replace(settings, minio_access_key=administrator.user, minio_secret_key=administrator.password)
        )
        asyncio.run(store.prepare())
        admin.policy_add(name, policy=worker_policy(settings.minio_bucket))
        if secret := generated or settings.minio_secret_key:
            admin.user_add(name, secret)
        admin.policy_set(name, user=name)
    return generated


def _exists(admin: MinioAdmin, name: str) -> bool:
    try:
        admin.user_info(name)
    except MinioAdminException as error:
        if _answer(error).get("Code") == "XMinioAdminNoSuchUser":
            return False
        raise
    return True


@contextmanager
def _store_errors(endpoint: Endpoint) -> Iterator[None]:
    """Raise StoreError, with a remedy, for the admin client's errors."""
    try:
        yield
    except MinioAdminException as error:
        raise StoreError(f"{endpoint.url}: {_explanation(error)}") from error
    except urllib3.exceptions.HTTPError as error:
        reason = type(getattr(error, "reason", None) or error).__name__
        remedy = "Check MINIO_ENDPOINT, and that the server is up."
        raise StoreError(f"{endpoint.url}: not reached ({reason}). {remedy}") from error


def _answer(error: MinioAdminException) -> dict[str, str]:
    """Return MinIO's response, or nothing if it is not in the admin API's format."""
    try:
        answer = json.loads(error._body)  # The client has no public attribute for it.
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _explanation(error: MinioAdminException) -> str:
    # MinIO's admin API answers in JSON; its console answers in S3's format, and names the API port.
    if "<Error>" in error._body and "API port" not in error._body:
        return (
            "this is an S3 server, but not MinIO, and this command can create users only in MinIO. Create both buckets "
            "and the worker's user with the server's own tools; deploy/worker_policy.py lists the user's permissions."
        )
    answer = _answer(error)
    code = answer.get("Code")
    if not code:
        return "this server is not MinIO. Check that MINIO_ENDPOINT is the API's address, not the console's."
    if code not in REMEDIES:
        return f"{code}. {answer.get('Message', '')}"
    return f"{REMEDIES[code]}. Set MINIO_ROOT_USER and MINIO_ROOT_PASSWORD to what the server was started with."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
