/** The scenario's second part: a store of AWS Secrets Manager. */
import { change, create, externalSecret, one, store, type Step, type Target } from './scenario.ts';

const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
const read = (name: string, ...data: readonly object[]) => externalSecret(name, { secretStoreRef: { kind: 'ClusterSecretStore', name: 'secretsmanager' }, data });
const again = (target: Target, name: string, count: string): Promise<void> => change(target, 'ExternalSecret', name, { metadata: { annotations: { 'force-sync': count } } });

export const secretsManagerSteps: readonly Step[] = [
  {
    name: 'a store of SecretsManager is Ready',
    act: (target) => create(target, store('secretsmanager', { service: 'SecretsManager' })),
    shows: ['secretsmanager'],
    shown: 'store validated',
  },
  {
    name: 'one JSON secret becomes a Secret by its properties',
    async act(target) {
      await target.parameters.createSecret('sm-pair', JSON.stringify({ id: 'AKIA5', secret: 'secret-5', 'a.b': 'dotted' }), first);
      await create(target, read('sm', one('AWS_ACCESS_KEY_ID', 'sm-pair', { property: 'id' }), one('AWS_SECRET_ACCESS_KEY', 'sm-pair', { property: 'secret' }), one('dotted', 'sm-pair', { property: 'a.b' })));
    },
    shows: ['sm'],
    shown: 'secret synced',
  },
  {
    name: 'force-sync reads the version that is current by then',
    async act(target) {
      await target.parameters.putSecret('sm-pair', JSON.stringify({ id: 'AKIA6', secret: 'secret-6', 'a.b': 'dotted' }), second);
      await again(target, 'sm', '1');
    },
    shows: ['sm'],
    shown: Buffer.from('AKIA6').toString('base64'),
  },
  {
    name: 'a version of a secret by its label and by its id',
    act: (target) => create(target, read('sm-versions', one('label', 'sm-pair', { property: 'id', version: 'AWSPREVIOUS' }), one('id', 'sm-pair', { property: 'id', version: `uuid/${second}` }))),
    shows: ['sm-versions'],
    shown: 'secret synced',
  },
  {
    name: 'the tags of a secret',
    act: (target) => create(target, read('sm-tags', one('team', 'sm-pair', { property: 'team', metadataPolicy: 'Fetch' }))),
    shows: ['sm-tags'],
    shown: 'secret synced',
  },
  {
    name: 'a property that a secret has not',
    act: (target) => create(target, read('sm-property', one('key', 'sm-pair', { property: 'absent' }))),
    shows: ['sm-property'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'a secret that never was',
    act: (target) => create(target, read('sm-missing', one('key', 'sm-never-was'))),
    shows: ['sm-missing'],
    shown: 'SecretSyncedError',
  },
  {
    name: 'a secret that is scheduled for deletion leaves the old Secret',
    async act(target) {
      await target.parameters.deleteSecret('sm-pair');
      await again(target, 'sm', '2');
    },
    shows: ['sm'],
    shown: 'SecretSyncedError',
  },
];
