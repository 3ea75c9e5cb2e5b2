"""The process: settings, adapters and the bot brought together for the command line."""
