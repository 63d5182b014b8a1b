"""`python -m local VERB …`: where the command `./zimmer` hands over."""

import sys

from local.cli import main

sys.exit(main(sys.argv[1:]))
