"""Makes the worker's MinIO user and both buckets, with the keys that the MinIO server was started with.

The user may do what deploy/worker_policy.py lists, and nothing else. Running it again is safe: a user that is there
keeps its secret unless MINIO_SECRET_KEY names one. Standard output holds only what there is to copy.
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
from storage.minio_store import MinioStore, connections

__all__ = ["main"]

logger = logging.getLogger(__name__)

MADE, FAILED, BAD_INPUT = 0, 1, 2
USER = "thumbnails-worker"
# MinIO's own limits for a user's keys; it reports a short secret as a fault of the name.
NAME = r"[^=,]{3,20}"
SHORTEST_SECRET = 8
SECRET_BYTES = 30
REMEDIES = {
    "InvalidAccessKeyId": "the server does not know MINIO_ROOT_USER",
    "SignatureDoesNotMatch": "MINIO_ROOT_PASSWORD does not fit MINIO_ROOT_USER",
    "AccessDenied": "MINIO_ROOT_USER may not manage users and policies there",
}


def main(arguments: Sequence[str]) -> int:
    """Make the user, or set its policy again, and return the exit code: 0 made, 1 not made, 2 bad settings."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.worker_user",
        description=__doc__,
        epilog="It reads MINIO_ENDPOINT, MINIO_ROOT_USER and MINIO_ROOT_PASSWORD, and where they are set "
        f"MINIO_ACCESS_KEY (else {USER}), MINIO_SECRET_KEY (else it makes one), MINIO_BUCKET, MINIO_PRESIGNED_HOURS.",
    )
    parser.add_argument(
        "--in-place-of",
        metavar="USER",
        help="after a theft: remove this user first. Temporary keys outlive a change of its secret, and come to life "
        "again with its name, so the new user must have another",
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        settings, administrator = read_settings(), read_administrator()
        name = settings.minio_access_key or USER
        endpoint = _checked_endpoint(settings, administrator, name, options.in_place_of)
        made = _make_user(settings, administrator, endpoint, name, options.in_place_of)
    except InvalidRequestError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except StoreError as error:
        print(error, file=sys.stderr)
        return FAILED
    bucket = settings.minio_bucket
    print(f"{name} may read and write objects in {bucket} and {bucket}-originals.", file=sys.stderr)
    if made:
        print("Set these two for the worker. The secret is not shown again:", file=sys.stderr)
        print(f"MINIO_ACCESS_KEY={name}\nMINIO_SECRET_KEY={made}")
    elif settings.minio_secret_key:
        print("Its secret is the MINIO_SECRET_KEY that is set here.", file=sys.stderr)
    else:
        print("It was there, and keeps its secret. Set MINIO_SECRET_KEY to give it another.", file=sys.stderr)
    return MADE


def _checked_endpoint(settings: Settings, administrator: Administrator, name: str, removed: str | None) -> Endpoint:
    """Return the endpoint, or raise SettingsError for what MinIO would refuse in words that help less."""
    faults: list[str] = []
    if not settings.minio_endpoint:
        faults.append("MINIO_ENDPOINT is not set: set it to the MinIO server's URL")
    if name == administrator.user:
        faults.append("MINIO_ACCESS_KEY is MINIO_ROOT_USER: give the worker a name of its own, or leave it unset")
    if name == removed:
        faults.append(f"MINIO_ACCESS_KEY is {removed}, which is to be removed: give the new user a name of its own")
    if not re.fullmatch(NAME, name):
        faults.append(f"MINIO_ACCESS_KEY={name!r}: give 3 to 20 characters without = and comma, such as {USER}")
    if settings.minio_secret_key and len(settings.minio_secret_key) < SHORTEST_SECRET:
        faults.append(f"MINIO_SECRET_KEY: give at least {SHORTEST_SECRET} characters, or leave it unset")
    if faults or not settings.minio_endpoint:
        raise SettingsError(faults)
    return settings.minio_endpoint


def _make_user(
    settings: Settings, administrator: Administrator, endpoint: Endpoint, name: str, removed: str | None
) -> str | None:
    """Make buckets, policy and user, and return the secret that was made up for it, if one was."""
    admin = MinioAdmin(
        endpoint=endpoint.host,
        credentials=StaticProvider(administrator.user, administrator.password),
        region=settings.minio_region,
        secure=endpoint.secure,
        http_client=connections(),
    )
    with _failures_told(endpoint):
        if removed:
            admin.user_remove(removed)
            logger.info("removed the user %s", removed)
        known = _knows(admin, name)
        made = None if known or settings.minio_secret_key else secrets.token_urlsafe(SECRET_BYTES)
        # The worker's own store makes the buckets, so that they are what it expects; before there is a secret to lose.
        store = MinioStore(
            replace(settings, minio_access_key=administrator.user, minio_secret_key=administrator.password)
        )
        asyncio.run(store.prepare())
        admin.policy_add(name, policy=worker_policy(settings.minio_bucket))
        if secret := made or settings.minio_secret_key:
            admin.user_add(name, secret)
        admin.policy_set(name, user=name)
    return made


def _knows(admin: MinioAdmin, name: str) -> bool:
    try:
        admin.user_info(name)
    except MinioAdminException as error:
        if _answer(error).get("Code") == "XMinioAdminNoSuchUser":
            return False
        raise
    return True


@contextmanager
def _failures_told(endpoint: Endpoint) -> Iterator[None]:
    """Raise StoreError, with what to do about it, for whatever the administration's client raises."""
    try:
        yield
    except MinioAdminException as error:
        raise StoreError(f"{endpoint.url}: {_told(error)}") from error
    except urllib3.exceptions.HTTPError as error:
        reason = type(getattr(error, "reason", None) or error).__name__
        remedy = "Check MINIO_ENDPOINT, and that the server is up."
        raise StoreError(f"{endpoint.url}: not reached ({reason}). {remedy}") from error


def _answer(error: MinioAdminException) -> dict[str, str]:
    """Return what MinIO answered; nothing where that is not in the form that its administration uses."""
    try:
        answer = json.loads(error._body)  # The client has no public way to it.
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _told(error: MinioAdminException) -> str:
    # MinIO's administration answers in JSON; its console sends clients to the API's port, in S3's form.
    if "<Error>" in error._body and "API port" not in error._body:
        return (
            "this is an S3 server, but not MinIO, and only MinIO's users can be made here. Make both buckets and the "
            "worker's user with the server's own tools; deploy/worker_policy.py says what that user must be allowed."
        )
    answer = _answer(error)
    code = answer.get("Code")
    if not code:
        return "the server there is not MinIO. Check that MINIO_ENDPOINT names the API and not the console."
    if code not in REMEDIES:
        return f"{code}. {answer.get('Message', '')}"
    return f"{REMEDIES[code]}. Set MINIO_ROOT_USER and MINIO_ROOT_PASSWORD to what the server was started with."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
