import type { Route } from '../call.ts';
import { converse, converseStream } from './converse.ts';
import { countTokens } from './count-tokens.ts';
import { invokeModel, invokeModelWithResponseStream } from './invoke.ts';

/** The runtime of Amazon Bedrock. */
export const runtimeRoutes: readonly Route[] = [
  { method: 'POST', path: '/model/{modelId}/converse', name: 'Converse', operation: converse },
  { method: 'POST', path: '/model/{modelId}/converse-stream', name: 'ConverseStream', operation: converseStream },
  { method: 'POST', path: '/model/{modelId}/invoke', name: 'InvokeModel', operation: invokeModel, body: 'raw' },
  { method: 'POST', path: '/model/{modelId}/invoke-with-response-stream', name: 'InvokeModelWithResponseStream', operation: invokeModelWithResponseStream, body: 'raw' },
  { method: 'POST', path: '/model/{modelId}/count-tokens', name: 'CountTokens', operation: countTokens },
];
