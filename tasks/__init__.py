"""What Render runs: three tasks, registered with one app by being imported here."""

from tasks.app import app
from tasks.generate_batch import generate_batch
from tasks.generate_thumbnail import generate_thumbnail
from tasks.generate_thumbnails import generate_thumbnails

__all__ = ["app", "generate_batch", "generate_thumbnail", "generate_thumbnails"]
