"""What Render runs: three tasks, registered with one app by being imported here."""

from tasks.app import app, generate_batch, generate_thumbnail, generate_thumbnails

__all__ = ["app", "generate_batch", "generate_thumbnail", "generate_thumbnails"]
