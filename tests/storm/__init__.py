"""`./run storm`: real processes under faults, and whether every promise held."""
