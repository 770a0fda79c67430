"""From where a blog's posts are to what the tasks take: Markdown folders, feeds, CSV, lines and JSON."""
