"""Real servers for tests: Valkey, PostgreSQL, the language server of editors."""
