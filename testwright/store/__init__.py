"""What survives a restart: sessions, files, tests, the event log and the model answers that were paid for."""

from testwright.store.store import Store
from testwright.store.wakeups import Wakeup

__all__ = ["Store", "Wakeup"]
