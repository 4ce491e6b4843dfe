"""The client and its resources, asynchronous."""
