import os

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
import litellm
from outcome import denied, model, prompt, step

litellm.suppress_debug_info = True
messages = [{"role": "user", "content": prompt}]
prefixed = lambda name: name if name.startswith("bedrock/") else f"bedrock/{name}"


def call(name):
    answer = litellm.completion(model=prefixed(name), messages=messages, num_retries=0)
    return answer.choices[0].message.content, answer.usage.prompt_tokens, answer.usage.completion_tokens


def stream():
    text, usage = "", None
    for piece in litellm.completion(model=prefixed(model), messages=messages, stream=True, stream_options={"include_usage": True}, num_retries=0):
        if piece.choices and piece.choices[0].delta.content:
            text += piece.choices[0].delta.content
        usage = getattr(piece, "usage", None) or usage
    return text, usage.prompt_tokens, usage.completion_tokens


step("call", lambda: call(model))
step("stream", stream)
step("denied", lambda: call(denied))
