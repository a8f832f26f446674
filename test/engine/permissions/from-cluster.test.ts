import assert from 'node:assert/strict';
import { test } from 'node:test';
import { programPermissions } from '../../../src/engine/permissions/index.ts';
import { declared } from '../../scenarios/engine-world.ts';

test('Jobs and logs are granted only where verify --from-cluster was asked for, in the namespace alone', () => {
  const granted = (extras: Parameters<typeof programPermissions>[2]): string[] =>
    programPermissions(declared(), undefined, extras).roles.flatMap(({ kind, metadata, rules }) =>
      (Array.isArray(rules) ? rules : []).flatMap((rule: { resources: string[]; verbs: string[] }) =>
        rule.resources.filter((resource) => resource === 'jobs' || resource === 'pods/log').flatMap((resource) => rule.verbs.map((verb) => `${verb} ${resource} ${kind} ${metadata.namespace ?? ''}`)),
      ),
    );
  const before = granted({});
  const more = granted({ verifyFromCluster: true }).filter((each) => !before.includes(each));
  assert.deepEqual(more.sort(), ['create jobs Role openhands', 'delete jobs Role openhands', 'get pods/log Role openhands']);
});
