import { basename, dirname } from 'node:path';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

const kustomization = (resources: string): string => `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [${resources}]\n`;

export const fileNotListed: Rule = {
  id: 'file-not-listed',
  severity: 'warning',
  summary: 'A manifest that its kustomization does not take in, or an entry without a file.',
  *check(facts) {
    const taken = new Set(facts.kustomizations.flatMap(({ takes }) => takes.map(({ path }) => path)));
    for (const kustomization of facts.kustomizations) {
      for (const { path, exists, place } of kustomization.takes) {
        if (exists) continue;
        yield { message: `${basename(path)} is listed and does not exist`, cause: '`kustomize build` fails, and Argo CD syncs nothing of this application.', remedy: 'Remove the entry, or add the file.', place, severity: 'error' };
      }
    }
    const directories = new Set(facts.kustomizations.map(({ directory }) => directory));
    for (const { file, directory, kinds, place } of facts.manifestFiles) {
      if (!directories.has(directory) || taken.has(file)) continue;
      // Applications are taken in by the app-of-apps, kustomizations by their folder, values and declarations by programs.
      if (kinds.every((kind) => ['Kustomization', 'Component', 'Application', 'ApplicationSet', 'AppProject', 'BedrockAccess'].includes(kind))) continue;
      yield { message: `${basename(file)} is not listed in the kustomization of ${basename(dirname(file))}`, cause: 'Argo CD applies what the kustomization takes in; this file is never applied.', remedy: `Add \`- ${basename(file)}\` to its resources, or delete the file.`, place };
    }
  },
  examples: {
    bad: { 'manifests/app/kustomization.yaml': kustomization(''), 'manifests/app/deployment.yaml': deploymentWith('- { name: A, value: b }') },
    good: { 'manifests/app/kustomization.yaml': kustomization('deployment.yaml'), 'manifests/app/deployment.yaml': deploymentWith('- { name: A, value: b }') },
  },
};
