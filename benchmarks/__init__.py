"""Measures of speed and quality. `./portal bench [name …]` runs them on SQLite and on PostgreSQL."""
