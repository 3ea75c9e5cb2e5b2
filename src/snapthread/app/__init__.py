"""The process: settings, adapters and the bot together, for the commands."""
