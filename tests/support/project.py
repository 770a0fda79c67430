"""The project's root folder, and the tutorial's batch."""

from pathlib import Path

__all__ = ["ROOT", "TUTORIAL_BATCH"]

ROOT = Path(__file__).resolve().parents[2]
# As Render's tutorial writes it, with the models of its time.
TUTORIAL_BATCH = ROOT / "docs/tutorial-batch.json"
