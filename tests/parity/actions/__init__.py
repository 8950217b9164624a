"""Custom actions of the frozen project: no clock, no chance, no network. They run on Python 3.10, too."""
