import type { ErrorPage } from './error.ts';

/** The ids that `credentials` and the kinds of a rotation report. */
export const credentialsPages = {
  'apply-unfinished': {
    summary: 'The last apply did not come to its end.',
    cause: 'A rotation changes the key of an access that is in place, and nothing else.',
    remedy: 'Run apply again; then rotate.',
    fault: 'input',
  },
  'nothing-to-rotate': {
    summary: 'There is no key in use that could be rotated.',
    cause: 'No parameter names a key of the user, or the one that it names was deleted.',
    remedy: 'Run apply: it makes a new key and gives it to the workload.',
    fault: 'aws',
  },
  'nothing-to-undo': {
    summary: 'No rotation is under way that could be taken back.',
    cause: 'None was begun, or the old key is deleted: then there is no way back to it.',
    remedy: 'If the key in use does not do, begin another rotation with `rotate --now`.',
    fault: 'input',
  },
  'leaked-key-stays-off': {
    summary: 'A key that was said to have leaked does not come back.',
    cause: '`rotate --compromised` deactivated it.',
    remedy: 'Go on with `rotate`; it makes a new key.',
    fault: 'input',
  },
  'leaked-key-off': {
    summary: 'A leaked key is deactivated before the workload has another one.',
    cause: '`rotate --compromised` takes it away first: until the workload is restarted with the new key, its calls are refused.',
    remedy: 'Look in CloudTrail at what was called with it.',
    fault: 'input',
  },
  'old-key-in-the-way': {
    summary: 'The key before still waits out its grace time, and there is no room for a new one.',
    cause: 'A user may have two keys at most.',
    remedy: 'Delete it with `rotate --grace 0m`, then run `rotate --compromised` again.',
    fault: 'aws',
  },
  'rotate-after-too-short': {
    summary: '`rotateAfter` is shorter than a rotation takes.',
    cause: 'Roll-out, silence and grace time must be over before the next rotation begins.',
    remedy: 'Declare a longer `rotateAfter`, or give `--silence` and `--grace`.',
    fault: 'input',
  },
  'new-key-not-proven': {
    summary: 'The new key was not accepted everywhere in time.',
    cause: 'IAM is eventually consistent, or the policy of the user denies the call of the model. Nobody got the new key, and the old one works on.',
    remedy: 'See what is denied with `verify`, then run rotate again: the key that was made is removed, and another is tried.',
    fault: 'aws',
  },
  'new-key-refused': {
    summary: 'The new key does not work any more, so the old one stays.',
    cause: 'Before the old key is deactivated, the pair in the Secret is tried once more, and AWS refused it.',
    remedy: 'See which link is broken with `verify`; go back with `rotate --undo`.',
    fault: 'aws',
  },
  'last-key-kept': {
    summary: 'The last active key of a user is not deactivated.',
    cause: 'The key that took its place was removed or deactivated meanwhile.',
    remedy: 'Run apply: it makes a new key. Then run rotate again.',
    fault: 'aws',
  },
  'earlier-key-gone': {
    summary: 'Parameter Store does not hold the earlier key any more.',
    cause: '`rotate --undo` takes the pair from the version of the parameter that names the key; a hundred versions are kept.',
    remedy: 'Go on with `rotate`.',
    fault: 'aws',
  },
  'old-pods-remain': {
    summary: 'Something may still hold the old key after the time that a roll-out takes.',
    cause: 'Pods of the old template do not end, or what was done does not show its effect. Both keys work.',
    remedy: 'Look at the pods; run rotate again to go on, or `rotate --undo` to go back.',
    fault: 'cluster',
  },
  'issuer-not-public': {
    summary: "AWS cannot use the issuer that the cluster's tokens name.",
    cause: 'IAM takes an https:// address without port and query, and STS fetches the keys there over the internet. The default of kubeadm and k3s is known only inside the cluster.',
    remedy: 'Give kube-apiserver a public address as its first --service-account-issuer, keep the present one as a second, and host the documents of `bedrock-access issuer export` there.',
    fault: 'cluster',
  },
  'issuer-unreachable': {
    summary: "A document of the cluster's issuer cannot be fetched.",
    cause: 'The address does not lead anywhere, answers with an error or a redirect, or has no certificate of a public authority.',
    remedy: 'Publish both files of `bedrock-access issuer export` there, readable for everyone.',
    fault: 'cluster',
  },
  'issuer-document-wrong': {
    summary: "What is published at the issuer's address is another issuer's.",
    cause: 'The document must name the very issuer that the tokens name, to the letter, and the address of its keys.',
    remedy: 'Publish both files of `bedrock-access issuer export`.',
    fault: 'cluster',
  },
  'issuer-key-missing': {
    summary: 'The cluster may sign tokens with a key that is not published.',
    cause: 'The signing key of the API server was changed after the last export. AWS refuses the tokens that it signs.',
    remedy: 'Run `bedrock-access issuer export` and publish both files. A new key is published before the API server signs with it.',
    fault: 'cluster',
  },
  'issuer-key-left': {
    summary: 'A key is published that the cluster does not know any more.',
    cause: 'It is the earlier signing key. AWS accepts the tokens that it signed for as long as it is published.',
    remedy: 'Publish a new export when those tokens have ended; at once when the key has leaked.',
    fault: 'cluster',
  },
  'rotation-stopped': {
    summary: 'A step of the rotation failed, and it stopped there.',
    cause: 'No key was taken away; the message names those that work.',
    remedy: 'Mend the cause and run rotate again, or go back with `rotate --undo`.',
    fault: 'aws',
  },
} as const satisfies Record<string, ErrorPage>;
