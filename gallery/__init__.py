"""A batch to look at: its manifest, and the page that shows it."""
