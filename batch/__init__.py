"""A batch: its request, posts and pairs, its plan, what it remembers of earlier runs, its record and its choices."""
