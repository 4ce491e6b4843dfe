"""Send an object in parts with boto3, unmodified: argv is the engine and the target as JSON."""

import io
import json
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

target = json.loads(sys.argv[2])
place = {"Bucket": target["bucket"], "Key": target["object_path"]}
seen = {}


def bucket(secret):
    return boto3.client(
        "s3",
        endpoint_url=target["endpoint"],
        region_name=target["region"],
        aws_access_key_id=target["access_key_id"],
        aws_secret_access_key=secret,
        aws_session_token=target["session_token"],
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


def refused(name, call, **options):
    try:
        call(**options)
    except ClientError as error:
        seen[name] = error.response["Error"]["Code"]


client = bucket(target["secret_access_key"])
upload = {**place, "UploadId": client.create_multipart_upload(**place)["UploadId"]}
sent = [
    client.upload_part(**upload, PartNumber=number, Body=b"%d" % number * 1000)
    for number in (1, 2, 3)
]
page = client.list_parts(**upload, MaxParts=2)
seen["pages"] = [[part["Size"] for part in page["Parts"]], page["IsTruncated"]]
page = client.list_parts(**upload, PartNumberMarker=page["NextPartNumberMarker"])
seen["checksum"] = page["Parts"][0]["ChecksumCRC32"] == sent[2]["ChecksumCRC32"]
wrong = {"Parts": [{"PartNumber": 1, "ETag": "no"}]}
refused("wrong part", client.complete_multipart_upload, **upload, MultipartUpload=wrong)
client.abort_multipart_upload(**upload)
refused("aborted", client.list_parts, **upload)
refused("wrong key", bucket("guessed").create_multipart_upload, **place)
refused("other object", client.create_multipart_upload, Bucket=place["Bucket"], Key="other")
whole = b"".join(b"%07d\n" % line for line in range(1 << 21))
parts = TransferConfig(multipart_threshold=1, multipart_chunksize=5 << 20, max_concurrency=2)
client.upload_fileobj(io.BytesIO(whole), **place, Config=parts)
seen["size"] = len(whole)
print(json.dumps(seen))
