from anthropic import AnthropicBedrock
from outcome import denied, model, prompt, step

client = AnthropicBedrock(max_retries=0)
given = dict(max_tokens=100, messages=[{"role": "user", "content": prompt}])


def call(name):
    answer = client.messages.create(model=name, **given)
    return answer.content[0].text, answer.usage.input_tokens, answer.usage.output_tokens


def stream():
    with client.messages.stream(model=model, **given) as events:
        text = "".join(events.text_stream)
        answer = events.get_final_message()
    return text, answer.usage.input_tokens, answer.usage.output_tokens


step("call", lambda: call(model))
step("stream", stream)
step("denied", lambda: call(denied))
