"""The Sphinx extension: what becomes of a page. hooks.py shows what is done when."""
