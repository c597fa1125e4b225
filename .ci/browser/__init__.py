"""Parts of browser_check.py."""
