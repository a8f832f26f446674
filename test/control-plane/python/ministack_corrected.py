"""Starts MiniStack 1.5.33 with the corrections without which it would judge calls otherwise than AWS does.

Each is decided from AWS documentation:
- Converse, ConverseStream need bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream
  (Service Authorization Reference, Amazon Bedrock);
- a model named by an ARN or by a system-defined inference profile is authorised as that ARN
  (Bedrock user guide, "Prerequisites for inference profiles");
- a web identity token whose `aud` is a list of one counts as that one, and an expired token is refused
  (IAM user guide, "OIDC federation"). Signatures are not checked.
"""
import base64
import json
import re
import time
from urllib.parse import unquote

from ministack.core import iam_actions
from ministack.services import sts

ACTIONS = {
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
}
RUNTIME_PATH = re.compile(r"^/model/(.+)/(?:converse|converse-stream|invoke|invoke-with-response-stream|count-tokens)$")
PROFILE_PREFIX = re.compile(r"^(?:us|eu|apac|jp|au|ca|us-gov|global)\.")

action_of = iam_actions.extract_iam_action
resource_of = iam_actions.extract_resource_arn
principal_of = sts._web_identity_principal


def corrected_action(*args, **kwargs):
    action = action_of(*args, **kwargs)
    return ACTIONS.get(action, action)


def corrected_resource(service, method, path, headers, body, query_params, region, account_id):
    match = RUNTIME_PATH.match(path) if service == "bedrock-runtime" else None
    if match is None:
        return resource_of(service, method, path, headers, body, query_params, region, account_id)
    model = unquote(unquote(match.group(1)))
    if model.startswith("arn:"):
        return model
    if PROFILE_PREFIX.match(model):
        return f"arn:aws:bedrock:{region}:{account_id}:inference-profile/{model}"
    return f"arn:aws:bedrock:{region}::foundation-model/{model}"


def corrected_principal(token, provider_id, role_arn):
    principal, keys = principal_of(token, provider_id, role_arn)
    try:
        claims = token.split(".")[1]
        expires = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("exp")
    except (IndexError, ValueError):
        return "invalid", {}
    if expires is not None and expires < time.time():
        return "expired", {}
    return principal, {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in keys.items()}


iam_actions.extract_iam_action = corrected_action
iam_actions.extract_resource_arn = corrected_resource
sts._web_identity_principal = corrected_principal

if __name__ == "__main__":
    from ministack.app import main

    main()
