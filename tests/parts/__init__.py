"""Real servers for tests: Valkey, PostgreSQL."""
