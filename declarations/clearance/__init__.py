"""What customs does: assess, hold, decide, inspect, override, and what time itself does."""
