/** One life of objects, told through kubectl: each command runs on both servers, in this order. */

export interface KubectlStep {
  readonly args: readonly string[];
  /** The objects for `-f -`. */
  readonly input?: object;
  /** Of the lines those that are compared; all by default. */
  readonly compared?: (line: string) => boolean;
  /** Runs again until its output holds this: what controllers do takes a moment. */
  readonly until?: RegExp;
  /** Where the two differ and why that is right or harmless. */
  readonly knownDifference?: string;
}

const words = (text: string, more: Omit<KubectlStep, 'args'> = {}): KubectlStep => ({ args: text.split(' '), ...more });
/** For arguments with spaces. */
const args = (...each: readonly string[]): KubectlStep => ({ args: each });
const file = (text: string, input: object, more: Omit<KubectlStep, 'args'> = {}): KubectlStep => words(`${text} -f -`, { input, ...more });

const container = (name: string, more: object = {}): object => ({ name, image: 'registry.example/app:1', ...more });
const template = (app: string, containers: readonly object[]): object => ({ metadata: { labels: { app } }, spec: { containers } });
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { team: 'platform' }, annotations: { 'example.test/note': 'kept' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: template('web', [
      container('app', {
        ports: [{ containerPort: 8080, name: 'http' }],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
        env: [{ name: 'PLAIN', value: 'text' }, { name: 'REGION', valueFrom: { configMapKeyRef: { name: 'settings', key: 'region' } } }, { name: 'KEY', valueFrom: { secretKeyRef: { name: 'credentials', key: 'key', optional: true } } }],
        envFrom: [{ configMapRef: { name: 'settings' } }],
        volumeMounts: [{ name: 'files', mountPath: '/files', readOnly: true }],
        readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
      }),
      container('side'),
    ]),
  },
};
const withVolume = { ...web, spec: { ...web.spec, template: { ...web.spec.template, spec: { ...Object(web.spec.template).spec, volumes: [{ name: 'files', configMap: { name: 'settings' } }] } } } };
const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { region: 'us-west-2', 'long.txt': 'one\ntwo\n' } };
const credentials = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credentials', labels: { team: 'platform' } }, stringData: { key: 'value' } };
const db = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec: { replicas: 1, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db', [container('app')]) } };
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db' }, spec: { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 80 }] } };
const nightly = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'nightly' }, spec: { schedule: '0 3 * * *', suspend: true, jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container('app')] } } } } } };
const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'held' }, spec: { holderIdentity: 'somebody', leaseDurationSeconds: 30 } };
const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: { name: 'applied-1' }, data: { access: { model: 'x' } }, revision: 1 };
const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.kubectl.example.test' },
  spec: {
    group: 'kubectl.example.test',
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList', shortNames: ['gd'], categories: ['toys'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Size', type: 'string', jsonPath: '.spec.size' }, { name: 'Count', type: 'integer', jsonPath: '.spec.count', priority: 1 }, { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'Gadget is a thing to look at.',
            properties: { spec: { type: 'object', description: 'What is wanted.', required: ['size'], properties: { size: { type: 'string', description: 'How large it is.', enum: ['small', 'large'] }, count: { type: 'integer', default: 1 } } }, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};
const gadget = { apiVersion: 'kubectl.example.test/v1', kind: 'Gadget', metadata: { name: 'first' }, spec: { size: 'small' } };

/** Of `rollout status` the last line: how many there are before is a matter of time. */
const final = (line: string): boolean => !line.startsWith('Waiting for');
/** Kinds that the sandbox does not serve are in its docs; those of External Secrets Operator are there when it was. */
const ofServedKinds = (line: string): boolean => /\b(?:configmaps|secrets|pods|namespaces|serviceaccounts|leases|deployments|statefulsets|replicasets|controllerrevisions|cronjobs|jobs|roles|rolebindings|gadgets|customresourcedefinitions|services|events)\b/.test(line) && !/events\.k8s\.io|external-secrets/.test(line);

const withoutEnums = 'the documents that Kubernetes publishes, of which those of the sandbox are made, have no enums';

export const steps: readonly KubectlStep[] = [
  words('get pods'),
  words('get pod absent'),
  words('get nonsense'),
  words('create configmap plain --from-literal=a=1 --from-literal=b=2'),
  words('create configmap plain --from-literal=a=1'),
  file('create', settings),
  file('apply', credentials),
  file('apply', credentials),
  file('apply', { ...credentials, stringData: { key: 'other' } }),
  file('apply', withVolume),
  words('rollout status deployment/web --timeout=60s', { compared: final }),
  file('apply', service),
  file('apply', db),
  words('rollout status statefulset/db --timeout=60s', { compared: final }),
  file('apply --server-side', nightly),
  file('create', lease),
  file('create', revision),
  words('get deployments'),
  words('get deployments -o wide'),
  words('get deployment web -o name'),
  words('get pods -l app=web'),
  words('get pods -l app=web --show-labels'),
  words('get pods -l app=db -o wide', { knownDifference: 'the nodes have different names' }),
  words('get replicasets -o wide'),
  words('get statefulsets -o wide'),
  words('get cronjobs'),
  words('get leases'),
  words('get controllerrevisions'),
  words('get configmaps,secrets'),
  words('get serviceaccounts'),
  words('get services'),
  words('get namespace kubectl-conformance'),
  words('get all'),
  words('get configmap settings -o yaml'),
  words('get secret credentials -o json'),
  words('get deployment web -o yaml'),
  words('get deployment web -o jsonpath={.spec.template.spec.containers[*].name}'),
  words('get deployments -o custom-columns=NAME:.metadata.name,IMAGES:.spec.template.spec.containers[*].image'),
  words('get deployments --field-selector=metadata.name=web'),
  words('get deployments --field-selector=spec.nonsense=1'),
  words('get pods -l app=nobody'),
  words('describe deployment web'),
  words('describe statefulset db'),
  words('describe pod db-0', { knownDifference: 'the nodes have different names, and the pods of kwok no container ids' }),
  words('describe configmap settings'),
  words('describe secret credentials'),
  words('describe serviceaccount default'),
  words('describe lease held'),
  words('describe cronjob nightly'),
  words('describe namespace kubectl-conformance'),
  words('describe controllerrevision applied-1'),
  words('rollout history deployment/web'),
  words('set image deployment/web side=registry.example/app:2'),
  words('rollout status deployment/web --timeout=60s', { compared: final }),
  words('rollout history deployment/web'),
  words('rollout history deployment/web --revision=2'),
  words('rollout undo deployment/web'),
  words('rollout status deployment/web --timeout=60s', { compared: final }),
  words('rollout undo deployment/web --to-revision=9'),
  words('rollout pause deployment/web'),
  words('rollout restart deployment/web'),
  words('rollout resume deployment/web'),
  words('rollout resume deployment/web'),
  words('rollout restart deployment/web statefulset/db'),
  words('rollout status deployment/web --timeout=60s', { compared: final }),
  words('rollout status statefulset/db --timeout=60s', { compared: final }),
  words('set env deployment/web --list'),
  words('set env deployment/web -c side ADDED=yes PLAIN-'),
  words('scale deployment/web --replicas=1'),
  words('scale deployment/web --replicas=2 --current-replicas=5'),
  words('label deployment web team=other'),
  words('label deployment web team=other --overwrite'),
  words('annotate deployment web example.test/note-'),
  args('patch', 'deployment', 'web', '-p', '{"spec":{"template":{"spec":{"containers":[{"name":"side","env":[{"name":"PATCHED","value":"1"}]}]}}}}'),
  args('patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"test","path":"/spec/replicas","value":7}]'),
  args('patch', 'deployment', 'web', '--type=merge', '-p', '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}'),
  args('patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"region":"eu-west-1"}}'),
  args('patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"region":"eu-west-1"}}'),
  args('patch', 'controllerrevision', 'applied-1', '--type=merge', '-p', '{"revision":2,"metadata":{"labels":{"state":"complete"}}}'),
  args('patch', 'controllerrevision', 'applied-1', '--type=merge', '-p', '{"data":{"access":{"model":"y"}}}'),
  args('patch', 'controllerrevision', 'applied-1', '--type=merge', '-p', '{"data":{"access":{"model":"x"}}}'),
  words('get controllerrevision applied-1 -o yaml'),
  file('create', { ...revision, metadata: { name: 'unsorted-1' }, data: { z: { b: 1, a: 2 }, a: 1 } }),
  args('patch', 'controllerrevision', 'unsorted-1', '--type=merge', '-p', '{"metadata":{"labels":{"state":"complete"}}}'),
  args('patch', 'controllerrevision', 'unsorted-1', '--type=json', '-p', '[{"op":"add","path":"/metadata/annotations","value":{"state":"complete"}}]'),
  args('patch', 'controllerrevision', 'unsorted-1', '-p', '{"metadata":{"labels":{"state":"other"}}}'),
  file('apply --server-side', { ...revision, metadata: { name: 'unsorted-1', labels: { state: 'applied' } }, data: { a: 1, z: { a: 2, b: 1 } } }),
  words('get controllerrevision unsorted-1 -o json'),
  file('diff', { ...settings, data: { region: 'us-east-1' } }, { compared: (line) => !/^(?:diff|---|\+\+\+)/.test(line) }),
  file('apply --server-side --field-manager=first', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned' }, data: { color: 'red' } }),
  file('apply --server-side --field-manager=second', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned' }, data: { color: 'blue' } }),
  file('apply --server-side --field-manager=second --force-conflicts', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned' }, data: { color: 'blue' } }),
  words('get configmap owned -o yaml --show-managed-fields'),
  file('apply', { ...settings, dataa: {} }),
  file('apply', { ...web, metadata: { name: 'Bad_Name' } }),
  file('apply', { ...web, metadata: { name: 'unmatched' }, spec: { ...web.spec, selector: { matchLabels: { app: 'else' } } } }),
  file('create --dry-run=server -o yaml', { ...settings, metadata: { name: 'dry' } }),
  file('replace', { ...settings, data: { region: 'us-west-2' } }),
  file('replace', { ...settings, metadata: { name: 'absent' } }),
  file('apply', { apiVersion: 'v1', kind: 'List', items: [service, { ...settings, metadata: { name: 'of-a-list' } }] }),
  // kubectl checks a List by itself, with the OpenAPI v2 document as protobuf.
  file('apply', { apiVersion: 'v1', kind: 'List', items: [{ ...settings, dataa: {} }] }),
  file('apply', { apiVersion: 'v1', kind: 'List', items: [{ ...db, spec: { ...db.spec, replicas: 'one' } }] }),
  file('apply', widgets),
  words('wait crd/gadgets.kubectl.example.test --for=condition=Established --timeout=20s'),
  words('get gadgets', { until: /No resources found/ }),
  file('apply', gadget),
  file('apply', { ...gadget, metadata: { name: 'second' }, spec: { size: 'huge' } }),
  file('apply', { ...gadget, metadata: { name: 'second' }, spec: {} }),
  words('get gd'),
  words('get gadgets -o wide'),
  words('get toys'),
  words('describe gadget first'),
  args('patch', 'gadget', 'first', '--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Seen"}}'),
  words('get gadget first -o yaml'),
  words('explain gadget', { until: /Gadget is a thing/ }),
  words('explain gadget.spec.size'),
  words('explain gadget.spec --recursive'),
  words('explain deployment.spec.strategy', { knownDifference: withoutEnums }),
  words('explain deployment.spec --recursive', { compared: (line) => !/^ *enum: /.test(line) }),
  words('explain configmap'),
  words('explain lease.spec'),
  words('explain pod.spec.containers.env'),
  words('explain deployment.spec.nonsense'),
  words('api-resources --sort-by=name -o wide', { compared: ofServedKinds }),
  words('api-resources --api-group=apps'),
  words('api-resources --api-group=coordination.k8s.io'),
  words('auth whoami', { knownDifference: 'the administrators have different names' }),
  words('auth can-i create deployments'),
  words('auth can-i get pods --as=system:serviceaccount:kubectl-conformance:default'),
  words('create role reader --verb=get,list --resource=pods,deployments.apps'),
  words('create rolebinding reader --role=reader --serviceaccount=kubectl-conformance:default'),
  words('describe role reader'),
  words('describe rolebinding reader'),
  words('get roles,rolebindings'),
  words('auth can-i get pods --as=system:serviceaccount:kubectl-conformance:default', { until: /yes/ }),
  words('get secrets --as=system:serviceaccount:kubectl-conformance:default'),
  words('wait deployment/web --for=condition=Available --timeout=60s'),
  words('wait configmap/settings --for=jsonpath={.data.region}=us-west-2 --timeout=10s'),
  words('wait pod/absent --for=delete --timeout=10s'),
  words('delete configmap plain'),
  words('delete configmap plain'),
  words('delete configmap plain --ignore-not-found'),
  words('delete configmaps -l team=nobody'),
  words('delete deployment web --cascade=foreground'),
  words('delete gadget --all'),
  words('delete crd gadgets.kubectl.example.test'),
  words('get gadgets', { until: /doesn't have a resource type|could not find/ }),
];
