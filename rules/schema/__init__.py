"""JSON Schemas of rulebooks and of their tests, with which editors complete, explain and warn."""
