"""The `bellhop` program: one file a group of commands."""
