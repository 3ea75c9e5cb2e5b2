"""The file that SQLite keeps: private, whole, copied beside the running bot, and brought back."""
