"""The simulation: the real flows of sending under virtual time, in an order that a seed decides."""
