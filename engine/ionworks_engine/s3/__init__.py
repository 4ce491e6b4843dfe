"""Uploads in parts, as clients of S3 send them: enough of its protocol for one object a place.

documents  XML in and out, and errors as such clients expect them
access     temporary credentials of one upload, and the signatures made with them
payload    bodies: chunked or plain, with checksums
parts      the parts that have come, as rows
endpoint   what stands at ``/storage/s3/{bucket}/{key}``
"""
