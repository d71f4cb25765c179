"""What answers over HTTP: the carrier's webhooks, the inbox, health, and the simulator's page."""
