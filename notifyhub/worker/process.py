"""What our own processes may do, but a library must not."""

from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """Exclude objects created at start-up from garbage collection.

    Modules, models and routes live as long as the process; walking all of them in every full collection takes
    about 40 ms here, during which nothing is answered.
    """
    gc.collect()
    gc.freeze()
    # Requests create hundreds of short-lived objects; collecting that often finds nothing.
    gc.set_threshold(10_000, 20, 20)
