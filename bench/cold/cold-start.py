"""The first work of the original in a new process: create its clients and convert one image."""

import io
import resource
import sys

import boto3
import psycopg2  # noqa: F401, it connects for each image
from PIL import Image

boto3.client("s3", region_name="us-east-1", endpoint_url="http://127.0.0.1:1")
Image.open(sys.argv[1]).convert("L").save(io.BytesIO(), "png")
usage = resource.getrusage(resource.RUSAGE_SELF)
print((usage.ru_utime + usage.ru_stime) * 1000)
