"""The Redis or Valkey server: reached, examined, told what to run; its failures in our words."""
