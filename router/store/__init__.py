"""What is kept: tables, the engine, sealed columns, the ledger."""
