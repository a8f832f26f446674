import boto3
from botocore.config import Config
from outcome import denied, model, prompt, step

client = boto3.client("bedrock-runtime", config=Config(retries={"total_max_attempts": 1}))
messages = [{"role": "user", "content": [{"text": prompt}]}]


def call(name):
    answer = client.converse(modelId=name, messages=messages)
    return answer["output"]["message"]["content"][0]["text"], answer["usage"]["inputTokens"], answer["usage"]["outputTokens"]


def stream():
    text, usage = "", {}
    for event in client.converse_stream(modelId=model, messages=messages)["stream"]:
        text += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
        usage = event.get("metadata", {}).get("usage", usage)
    return text, usage["inputTokens"], usage["outputTokens"]


step("call", lambda: call(model))
step("stream", stream)
step("denied", lambda: call(denied))
