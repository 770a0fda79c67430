"""Running tasks in this process, and planning what that would do."""
