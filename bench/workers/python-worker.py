"""Converts in a separate process with Python: reads one line of JSON per request and answers with one."""

import io
import json
import os
import resource
import sys
import time


def pillow(content, output, **png):
    from PIL import Image

    buffer = io.BytesIO()
    options = png if output == "png" else {"quality": 75}
    Image.open(io.BytesIO(content)).convert("L").save(buffer, output, **options)
    return buffer.getvalue()


def pillow_rle(content, output):
    return pillow(content, output, compress_type=3)


def opencv(content, output):
    import cv2
    import numpy

    cv2.setNumThreads(1)
    image = cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_COLOR)
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    options = [] if output == "png" else [cv2.IMWRITE_JPEG_QUALITY, 75]
    return cv2.imencode(".png" if output == "png" else ".jpg", gray, options)[1].tobytes()


peers = {"pillow": pillow, "pillow-rle": pillow_rle, "cv2": opencv}


def convert(request):
    with open(request["file"], "rb") as file:
        content = file.read()
    run = peers[request["peer"]]
    clock = start()
    for _ in range(request["repeat"]):
        result = run(content, request["output"])
    sample = per_image(clock, request["repeat"], len(result))
    if "saveAs" in request:
        with open(request["saveAs"], "wb") as file:
            file.write(result)
    return sample


def job(request):
    """The original: one image at a time, and a connection to the database for each unless tuned."""
    import boto3

    global s3
    # boto3 reads this variable by itself from 1.28 on.
    s3 = s3 or boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    tuned = request.get("isTuned", False)
    clock = start()
    for key in request["keys"]:
        content = s3.get_object(Bucket=request["bucket"], Key=key)["Body"].read()
        target = "grayscale/" + key
        image = (pillow_rle if tuned else pillow)(content, "png")
        s3.put_object(Bucket=request["bucket"], Key=target, Body=image)
        insert(target, tuned)
    return per_image(clock, len(request["keys"]), 0)


def insert(target, tuned):
    import psycopg2

    global kept
    connection = kept or psycopg2.connect(os.environ["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO image_metadata (file_name, timestamp) VALUES (%s, CURRENT_TIMESTAMP)",
            (target,),
        )
    if not tuned:
        connection.close()
    kept = connection if tuned else None


def compare(request):
    from PIL import Image, ImageChops

    with Image.open(request["file"]) as source, Image.open(request["output"]) as output:
        difference = ImageChops.difference(source.convert("L"), output.convert("L"))
    return {"farthest": difference.getextrema()[1]}


def start():
    return time.perf_counter(), cpu_seconds()


def per_image(clock, images, size):
    wall, cpu = time.perf_counter() - clock[0], cpu_seconds() - clock[1]
    return {"cpuMs": cpu * 1000 / images, "wallMs": wall * 1000 / images, "bytes": size}


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


s3 = kept = None
tasks = {"convert": convert, "job": job, "compare": compare}
for line in sys.stdin:
    request = json.loads(line)
    try:
        reply = tasks[request["task"]](request)
    except Exception as error:  # it is returned to the caller
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
