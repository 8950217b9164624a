"""The record in a database: SQLite by default, PostgreSQL at scale. SQLAlchemy Core, compare-and-set statements."""
