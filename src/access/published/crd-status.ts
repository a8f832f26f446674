import type { SchemaNode } from './json-schema.ts';

const shortText: SchemaNode = { type: 'string', maxLength: 256 };

/** What the controller reports; conditions have the shape of `metav1.Condition`. No secret is ever in it. */
export const accessStatus: SchemaNode = {
  type: 'object',
  description: 'What the controller found and did. Written by the controller only.',
  properties: {
    observedGeneration: { type: 'integer', format: 'int64', description: 'The generation of the spec that this status is about.' },
    revision: { type: 'integer', format: 'int64', description: 'The last revision that was applied completely.' },
    conditions: {
      type: 'array',
      maxItems: 16,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      description: 'Ready, Verified, ModelSupported and others.',
      items: {
        type: 'object',
        required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
        properties: {
          type: { type: 'string', maxLength: 316 },
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          observedGeneration: { type: 'integer', format: 'int64' },
          lastTransitionTime: { type: 'string', format: 'date-time' },
          reason: { type: 'string', maxLength: 1024, description: 'The id of a finding, in CamelCase.' },
          message: { type: 'string', maxLength: 32768 },
        },
      },
    },
    models: {
      type: 'array',
      maxItems: 16,
      'x-kubernetes-list-type': 'atomic',
      description: 'What the declared models were worked out to.',
      items: { type: 'object', required: ['id', 'invokeId'], properties: { id: { type: 'string', maxLength: 2048 }, invokeId: { type: 'string', maxLength: 2048 }, endOfLife: shortText } },
    },
    credential: {
      type: 'object',
      description: 'The credential in use; never the secret.',
      properties: { accessKeyId: shortText, created: { type: 'string', format: 'date-time' }, rotateAt: { type: 'string', format: 'date-time' } },
    },
  },
};
