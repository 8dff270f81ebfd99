"""`python -m infra.local`: the one-machine world, in the foreground."""

import sys

from infra.local.world import main

sys.exit(main())
