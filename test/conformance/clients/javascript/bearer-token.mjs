import { getTokenProvider } from '@aws/bedrock-token-generator';

// A short-term key is made of the static ones, which then are taken away: the calls are the token's own.
process.env.AWS_BEARER_TOKEN_BEDROCK = await getTokenProvider({ expiresInSeconds: 900 })();
delete process.env.AWS_ACCESS_KEY_ID;
delete process.env.AWS_SECRET_ACCESS_KEY;

await import('./aws-sdk.mjs');
