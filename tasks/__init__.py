"""The Render app and its three tasks. Importing them registers them."""

from tasks.app import app, generate_batch, generate_thumbnail, generate_thumbnails

__all__ = ["app", "generate_batch", "generate_thumbnail", "generate_thumbnails"]
