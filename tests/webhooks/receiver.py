"""A receiver of webhooks for the tests: checks each signature by itself and keeps what came, a line of JSON each.

receiver.py PORT FILE SECRET [FAILURES]

The first FAILURES messages are refused with 503.
"""
import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

port, path, secret = int(sys.argv[1]), sys.argv[2], sys.argv[3]
failures = int(sys.argv[4]) if len(sys.argv) > 4 else 0


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        global failures
        body = self.rfile.read(int(self.headers["content-length"]))
        message, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        signed = f"{message}.{at}.".encode() + body
        right = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
        genuine = self.headers["webhook-signature"] == f"v1,{right}" and abs(time.time() - int(at)) < 300
        taken = failures <= 0
        failures -= 1
        with open(path, "a") as file:
            file.write(json.dumps({"id": message, "genuine": genuine, "taken": taken, "body": json.loads(body)}) + "\n")
        self.send_response(204 if taken else 503)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", port), Receiver)
print("listening", flush=True)
server.serve_forever()
