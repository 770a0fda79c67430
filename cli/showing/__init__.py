"""What a run shows, wherever it runs: its progress, and the report at its end."""
