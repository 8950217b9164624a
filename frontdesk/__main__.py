"""``python -m frontdesk``."""

from frontdesk.cli import main_entry

main_entry()
