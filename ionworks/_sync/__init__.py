# Generated from ionworks/_async/__init__.py by `python -m codegen sync`; do not edit.
"""The client and its resources, asynchronous."""
