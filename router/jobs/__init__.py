"""The doorbell: RQ jobs that carry opaque ids, the clock, and news for live pages."""
