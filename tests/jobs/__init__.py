"""Tests of the bell, the tasks, the worker, the clock and the live feed."""
