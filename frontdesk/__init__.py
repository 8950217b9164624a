"""What you run: settings, the composition root, the command line, the supervisor, migrations, logs."""

__version__ = "0.1.0"
