"""The Render app and its tasks. Importing them registers them."""

from tasks.app import app, apply_choices, generate_batch, generate_thumbnail, generate_thumbnails, plan_batch

__all__ = ["app", "apply_choices", "generate_batch", "generate_thumbnail", "generate_thumbnails", "plan_batch"]
