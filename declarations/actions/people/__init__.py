"""What people do about themselves and each other: come in, invite, act for others, prove who they are."""
