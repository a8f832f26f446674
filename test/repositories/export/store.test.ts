/** Which store the ExternalSecret names: the declared one, or the one of the manifests that the user then takes. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inCheckout, foundIn, tfaction, cluster } from './exported.ts';
import { declarationFor, tfactionRepositories, type Files } from './repositories.ts';

const storeFile = 'cluster/argoproj/external-secrets-operator/store/parameter-store.yaml';
const storeText = tfactionRepositories[storeFile] ?? '';
const here = 'cluster/argoproj/openhands';
const misnamed = declarationFor('openhands', (text) => text.replace('name: parameterstore', 'name: parameter-store'));
const inTokyo = 'reads ParameterStore in ap-northeast-1';

function another(name: string, change: (text: string) => string = (text) => text): Files {
  return { [`cluster/argoproj/external-secrets-operator/store/${name}.yaml`]: change(storeText.replace('name: parameterstore', `name: ${name}`)) };
}

/** No file makes a store: a chart or another repository does. */
const withoutStore: Files = Object.fromEntries(Object.entries(tfactionRepositories).filter(([path]) => path !== storeFile));

suite('export and the store', () => {
  test('that the manifests lack: the one that reads the same service and region is named, with the words that take it', async () => {
    const files = { ...tfactionRepositories, ...another('elsewhere', (text) => text.replace('ap-northeast-1', 'us-west-2')), ...another('secrets', (text) => text.replace('ParameterStore', 'SecretsManager')), 'access.yaml': misnamed };
    await inCheckout(files, async (copy, run) => {
      const { code, stderr } = await run(...tfaction.places, ...cluster);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`error\\[secret-store-missing\\]: no ClusterSecretStore "parameter-store" is in the manifests; ClusterSecretStore "parameterstore" ${inTokyo}`));
      assert.match(stderr, /Take it with --style store=ClusterSecretStore\/parameterstore, or correct secretStore\. Nothing was written\./);
      assert.deepEqual(copy.files(), files);
    });
  });

  test('of which several would do: all are named, and none is taken', async () => {
    await inCheckout({ ...tfactionRepositories, ...another('second'), 'access.yaml': misnamed }, async (_copy, run) => {
      assert.match((await run(...tfaction.places)).stderr, /--style store=ClusterSecretStore\/parameterstore or --style store=ClusterSecretStore\/second/);
    });
  });

  for (const [form, declaration] of [
    ['written out', misnamed],
    ['as a string', misnamed.replace(/secretStore: .*/, 'secretStore: parameter-store@ap-northeast-1')],
    ['as one string with its mode', misnamed.replace(/accessKey:\n.*/, 'accessKey: SecretStore/parameter-store@ap-northeast-1')],
    ['for an API key', misnamed.replace('accessKey:', 'apiKey:').replace('client: openhands', 'client: boto3')],
  ] as const) {
    test(`taken by --style is in the ExternalSecret and in the declaration beside it, ${form}; a second run changes nothing, and check knows the store`, async () => {
      await inCheckout({ ...tfactionRepositories, 'access.yaml': declaration }, async (copy, run) => {
        const taken = ['--style', 'store=ClusterSecretStore/parameterstore'];
        const { code, stderr } = await run(...tfaction.places, ...cluster, ...taken);
        assert.equal(code, 0, stderr);
        const files = copy.files();
        assert.match(Object.entries(files).map(([path, text]) => (path.startsWith(`${here}/external-secret`) ? text : '')).join(''), /name: bedrock-credentials[^]*secretStoreRef:\n +name: parameterstore\n +kind: ClusterSecretStore\n/);
        assert.match(files[`${here}/access.yaml`] ?? '', /[ /]parameterstore[,@]/);
        assert.doesNotMatch(files[`${here}/access.yaml`] ?? '', /parameter-store/);
        assert.match((await run(...tfaction.places, ...cluster, ...taken)).stderr, /Nothing to change/);
        assert.deepEqual((await foundIn(copy, tfaction.manifests)).filter((line) => line.startsWith('secret-store-mismatch')), []);
      });
    });
  }

  test('that is made elsewhere, as the user says: a warning names those that are there', async () => {
    await inCheckout({ ...tfactionRepositories, 'access.yaml': misnamed }, async (_copy, run) => {
      const { code, stderr } = await run(...tfaction.places, ...cluster, '--style', 'store=ClusterSecretStore/parameter-store');
      assert.equal(code, 0);
      assert.match(stderr, /warning\[secret-store-missing\]: no ClusterSecretStore "parameter-store" is in the manifests/);
      assert.match(stderr, /There: ClusterSecretStore "parameterstore" \(ParameterStore in ap-northeast-1\)\./);
    });
  });

  test('where no file makes one: what the other ExternalSecrets use is said, and said of no store that they use', async () => {
    await inCheckout({ ...withoutStore, 'access.yaml': misnamed }, async (copy, run) => {
      const said = /warning\[secret-store-missing\]: no ExternalSecret of the manifests uses ClusterSecretStore "parameter-store": they use ClusterSecretStore parameterstore/;
      assert.match((await run(...tfaction.places, ...cluster)).stderr, said);
      assert.match((await run(...tfaction.places, ...cluster)).stderr, said, 'its own ExternalSecret is no witness');
      copy.write({ 'access.yaml': declarationFor('openhands') });
      assert.doesNotMatch((await run(...tfaction.places, ...cluster)).stderr, /secret-store/);
    });
  });

  test('that the access makes, or whose region a tool fills in, is not looked for; a removal asks for none', async () => {
    for (const files of [
      { ...tfactionRepositories, 'access.yaml': misnamed.replace('region: ap-northeast-1', 'region: ap-northeast-1, create: true') },
      { ...tfactionRepositories, [storeFile]: storeText.replace('ap-northeast-1', '${AWS_REGION}'), 'access.yaml': declarationFor('openhands') },
    ]) {
      await inCheckout(files, async (copy, run) => {
        const { code, stderr } = await run(...tfaction.places, ...cluster);
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stderr, /secret-store/);
        copy.write({ [storeFile]: storeText.replace('name: parameterstore', 'name: renamed') });
        assert.equal((await run('--remove', ...tfaction.places)).code, 0);
      });
    }
  });
});
