"""Web pages of exporters: they translate between a person and the actions, read the clock, and never write."""
