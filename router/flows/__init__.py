"""The journeys: one file each, one transaction a flow, no network call inside one."""
