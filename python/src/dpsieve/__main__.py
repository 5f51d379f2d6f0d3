"""``python -m dpsieve``: the command ``dpsieve``."""

import sys

from ._launcher import main

sys.exit(main())
