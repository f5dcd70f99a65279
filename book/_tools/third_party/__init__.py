"""Fetching what others have made, each file checked by its hash."""
