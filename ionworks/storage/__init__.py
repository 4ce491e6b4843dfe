"""Files to and from storage: in parts, in ranges, signed. Nothing here asks a network."""
