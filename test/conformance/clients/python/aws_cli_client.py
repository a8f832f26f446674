import json
import os
import subprocess
import sys
from outcome import denied, model, prompt, step

aws = os.path.join(os.path.dirname(sys.executable), "aws")


class Refused(Exception):
    def __init__(self, message):
        super().__init__(message)
        self.status_code = 403 if "AccessDeniedException" in message else None


def call(name):
    done = subprocess.run([aws, "bedrock-runtime", "converse", "--model-id", name, "--messages", json.dumps([{"role": "user", "content": [{"text": prompt}]}]), "--output", "json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(done.stderr)
    answer = json.loads(done.stdout)
    return answer["output"]["message"]["content"][0]["text"], answer["usage"]["inputTokens"], answer["usage"]["outputTokens"]


step("call", lambda: call(model))
step("denied", lambda: call(denied))
