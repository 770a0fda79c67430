"""Reads a blog's posts (Markdown folders, feeds, CSV, lines, JSON) into the tasks' input."""
