"""Runs one step and prints its outcome as a line of JSON: what the conformance test reads."""
import json
import re
import sys

model, denied, prompt = sys.argv[1:4]


def step(name, run):
    try:
        text, inputs, outputs = run()
        print(json.dumps({"step": name, "ok": True, "text": text, "inputTokens": inputs, "outputTokens": outputs}), flush=True)
    except Exception as error:  # every client has errors of its own
        response = getattr(error, "response", None)
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(response, dict) else getattr(response, "status_code", None)
        status = getattr(error, "status_code", None) or status
        # LiteLLM puts Bedrock's 403 into a class of its own with another status; the code is in the words.
        if status is None and re.search(r"AccessDenied|not authorized", str(error)):
            status = 403
        print(json.dumps({"step": name, "ok": False, "status": status, "name": type(error).__name__, "message": str(error)[:300]}), flush=True)
