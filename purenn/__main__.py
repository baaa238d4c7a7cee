"""`python -m purenn`: the command line, with nothing installed but Python."""

import sys

try:
    from purenn.cli import main

    sys.exit(main())
except KeyboardInterrupt:  # before the command line could say so itself
    sys.exit(130)
