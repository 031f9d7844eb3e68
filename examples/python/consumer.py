"""Reads Wildcat's events by long poll and resumes where it stopped. Standard library only."""
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ.get("WILDCAT_URL", "http://127.0.0.1:3000")
API_KEY = os.environ.get("API_KEY")
TYPES = os.environ.get("TYPES", "message.received")
POSITION_FILE = os.environ.get("POSITION_FILE", "position.txt")


def load_position():
    try:
        with open(POSITION_FILE) as file:
            return int(file.read())
    except FileNotFoundError:
        return 0  # the beginning of the log


def keep_position(position):
    with open(POSITION_FILE + ".new", "w") as file:
        file.write(str(position))
    os.replace(POSITION_FILE + ".new", POSITION_FILE)  # never half a number


def poll(position):
    query = urllib.parse.urlencode({"after": position, "types": TYPES, "wait": 30})
    headers = {"Authorization": "Bearer " + API_KEY} if API_KEY else {}
    request = urllib.request.Request(f"{URL}/events?{query}", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def handle(event):
    print(event["position"], event["id"], event["type"], event["account"], flush=True)


position = load_position()
while True:
    try:
        page = poll(position)
    except urllib.error.HTTPError as error:
        if error.code < 500 and error.code != 429:
            sys.exit(f"refused: {error.read().decode()}")  # a wrong key, or what we have not read is erased (410)
        time.sleep(2)
        continue
    except OSError:  # the service restarts: nothing is lost, the position is ours
        time.sleep(2)
        continue
    for event in page["events"]:
        if event["previous"] > position:
            sys.exit(f"missed something between {position} and {event['position']}")
        handle(event)
        position = event["position"]
        keep_position(position)
    position = page["next"]
    keep_position(position)
