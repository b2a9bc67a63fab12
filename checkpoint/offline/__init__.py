"""What a device may decide without the server: the rule, and the signed list that it decides by. Pure."""
