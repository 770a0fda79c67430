"""Makes a thumbnail by each vendor's SDK when it is imported, so that a process forked afterwards starts at its work.

The SDKs import much only when they are used, and build their models' validators then.
"""

import asyncio
import os
import tempfile

import batch.record  # noqa: F401
import storage.minio_store  # noqa: F401
from batch.requests import ThumbnailRequest
from settings import read_settings
from tasks.leaf import make_thumbnail
from tests.support.emulator import Emulator

with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
    os.environ.update(emulator.environment)  # The SDKs read it; a forked worker gets its own.
    settings = read_settings({**emulator.environment, "THUMBNAILS_DIR": folder})
    for model in ("gpt-image-2", "gemini-3-pro-image"):
        request = ThumbnailRequest(title="Warm", model=model, style="neon", template="bottom-bar", font="inter")
        asyncio.run(make_thumbnail(request, settings))
