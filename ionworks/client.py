"""`Ionworks` and `AsyncIonworks`: the same client in two colours.

Both are made from one text, `ionworks._async`, so that whatever one can do, the other can.
"""

from ionworks._async.client import AsyncIonworks
from ionworks._sync.client import Ionworks

__all__ = ["AsyncIonworks", "Ionworks"]
