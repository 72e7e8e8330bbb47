"""Migrations, shipped with the package and run by `tapster.store.schema` alone."""
