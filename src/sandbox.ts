/**
 * The sandbox for tests of your own: AWS with IAM enforced, Bedrock, and a Kubernetes cluster, in this process.
 *
 *     const sandbox = await startSandbox();
 *     // … clients with sandbox.environment …
 *     await sandbox.stop();
 */
export { startSandbox } from './sandbox/start.ts';
export type * from './sandbox/types.ts';
