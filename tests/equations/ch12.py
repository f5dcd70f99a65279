"""The playground displays no equation of its own."""
