/**
 * Writes `src/sandbox/kubernetes/openapi/schema.json` out of the OpenAPI document that Kubernetes publishes in its Go module
 * (Apache-2.0): `go mod download k8s.io/kubernetes@v1.35.4`, then
 *
 *   npx node test/sandbox/kubernetes/generate-schema.ts "$(go env GOMODCACHE)/k8s.io/kubernetes@v1.35.4/api/openapi-spec"
 *
 * Kept: the definitions that the sandbox's kinds reach, without the paths. Defaults stand only in the v3 documents and are taken from there.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const folder = process.argv[2]!;

const packages = [
  'io.k8s.api.core.v1',
  'io.k8s.api.apps.v1',
  'io.k8s.api.batch.v1',
  'io.k8s.api.coordination.v1',
  'io.k8s.api.rbac.v1',
  'io.k8s.api.authentication.v1',
  'io.k8s.api.authorization.v1',
  'io.k8s.api.events.v1',
  'io.k8s.api.discovery.v1',
  'io.k8s.api.policy.v1',
  'io.k8s.api.storage.v1.StorageClass',
  'io.k8s.api.scheduling.v1',
  'io.k8s.api.networking.v1.NetworkPolicy',
  'io.k8s.api.networking.v1.Ingress',
  'io.k8s.api.autoscaling.v1.Scale',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
  'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
];

interface Definition {
  readonly properties?: Record<string, { default?: unknown }>;
}

const document: { definitions: Record<string, Definition> } = JSON.parse(readFileSync(`${folder}/swagger.json`, 'utf8'));
for (const file of globSync(`${folder}/v3/*_openapi.json`)) {
  const { components }: { components?: { schemas?: Record<string, Definition> } } = JSON.parse(readFileSync(file, 'utf8'));
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
    for (const [field, property] of Object.entries(schema.properties ?? {})) {
      const target = document.definitions[name]?.properties?.[field];
      if (target !== undefined && ['string', 'number', 'boolean'].includes(typeof property.default) && property.default !== '') target.default = property.default;
    }
  }
}

const kept = new Map<string, Definition | undefined>();
const keep = (name: string): void => {
  if (kept.has(name)) return;
  kept.set(name, document.definitions[name]);
  for (const match of JSON.stringify(document.definitions[name]).matchAll(/"#\/definitions\/([^"]+)"/g)) keep(match[1]!);
};
for (const name of Object.keys(document.definitions)) {
  if (packages.some((prefix) => name === prefix || name.startsWith(`${prefix}.`) || name === `${prefix}List`)) keep(name);
}
const sorted = Object.fromEntries([...kept].sort(([left], [right]) => (left < right ? -1 : 1)));
writeFileSync('src/sandbox/kubernetes/openapi/schema.json', `${JSON.stringify(sorted)}\n`);
console.log(`${kept.size} definitions`);
