"""The same tasks in one process on a laptop: an engine in Render's place, progress, and a command line."""
