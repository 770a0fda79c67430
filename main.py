"""The Render worker's start command: ``python main.py``."""

import logging

from settings import log_level
from tasks import app

if __name__ == "__main__":
    logging.basicConfig(level=log_level(), format="%(levelname)s %(name)s: %(message)s")
    app.start()
