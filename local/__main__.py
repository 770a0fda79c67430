"""``python -m local batch.json``."""

import sys

from local.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
