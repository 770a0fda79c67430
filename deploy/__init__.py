"""What Render runs besides the tasks: MinIO with the worker's user, and its public front."""
