"""`Navigator` and `AsyncNavigator`: a way through the cell data by name, in two colours."""

from ionworks._async.navigator import AsyncNavigator
from ionworks._sync.navigator import Navigator

__all__ = ["AsyncNavigator", "Navigator"]
