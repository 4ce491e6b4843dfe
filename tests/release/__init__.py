"""The distribution as others get it: built, installed into empty environments, and used there."""
