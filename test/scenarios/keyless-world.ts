/** What the worlds have in which pods call as a role. */
export const issuer = 'https://oidc.lolice.example';
export const eks = { cluster: 'lolice', region: 'ap-northeast-1' };
/** Who runs the program in the sandbox, and renews sessions there. */
export const administrator = 'arn:aws:iam::123456789012:user/sandbox/administrator';

/** All that `verify` looks at where the pods call as a role, when nothing is wrong. */
export const roleChecksPassed = ['role-and-trust passed', 'session passed', 'pod-environment passed', 'policy passed', 'call passed', 'streamed-call passed'];
