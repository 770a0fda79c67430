"""What Render runs besides the tasks: MinIO's image, the public front before it, and the worker's user in it."""
