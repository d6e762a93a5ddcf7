"""The bank: every take worth keeping, searchable, voted on, replayed to the bit.

bank        `Bank`: open, append, look up, compare, mark, replay
entries     `Entry`, what is known of a take; `Query`, which takes are meant
"""

from patchpilot.bank.bank import Bank
from patchpilot.bank.entry import Entry
from patchpilot.bank.query import Query

__all__ = ["Bank", "Entry", "Query"]
