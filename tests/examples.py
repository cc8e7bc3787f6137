"""How many examples a property is tried with: `make soak` has thousands."""

import os

from hypothesis import settings

MANY = settings(max_examples=int(os.environ.get("WORKBENCH_TEST_EXAMPLES", "100")), deadline=None)
