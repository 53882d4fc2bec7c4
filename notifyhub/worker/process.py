"""What a process of our own may do, and a library may not."""

from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """Take what start-up left behind out of garbage collection.

    Modules, models and routes live as long as the process; walking all of them again in every full collection takes
    about 40 ms here, during which nothing is answered.
    """
    gc.collect()
    gc.freeze()
    # Requests make objects by the hundred that die young; to look for garbage that often finds nothing.
    gc.set_threshold(10_000, 20, 20)
