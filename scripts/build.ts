/**
 * Builds `dist/`: the program and the public entry points as bundles without run-time dependencies, their
 * declarations, the published schemas, and the licences of what is inside.
 *
 *     npm run build                 also runs after `npm ci` and before `npm pack` (`prepare`)
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type PluginBuild } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const entryPoints = {
  'cli/main': 'src/cli/main.ts',
  index: 'src/index.ts',
  policy: 'src/policy.ts',
  checks: 'src/checks.ts',
  sandbox: 'src/sandbox.ts',
  // Runs in processes of its own: a pod's container in the sandbox.
  'sandbox-client': 'src/sandbox/workloads/client.ts',
};

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  // The ESM builds of the AWS SDK: named imports of its CommonJS ones are lost, and they are larger.
  mainFields: ['module', 'main'],
  // commander and others call `require` inside; ESM has none of its own.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  chunkNames: 'chunks/[name]-[hash]',
  minifyWhitespace: true,
  minifySyntax: true,
  // Names stay: errors are read by people.
  minifyIdentifiers: false,
  legalComments: 'none', // all licences are in THIRD-PARTY-LICENSES.txt
  metafile: true,
  plugins: [{ name: 'commander-without-executables', setup: withoutExecutables }],
  logLevel: 'warning',
});
chmodSync('dist/cli/main.js', 0o755);
shipWasm(metafile);
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licencesOf(metafile));
copySchemas();
writeDeclarations();

const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
console.log(`dist: ${Object.keys(metafile.outputs).length} files, ${(bytes / 1e6).toFixed(1)} MB`);

/**
 * commander loads `node:fs` and `node:child_process` for subcommands that are programs of their own. There are none,
 * and to load the two takes a third of `--help`.
 */
function withoutExecutables(bundler: PluginBuild): void {
  bundler.onResolve({ filter: /^node:(fs|child_process)$/ }, ({ importer }) => (importer.includes('node_modules/commander/') ? { path: 'none', namespace: 'empty' } : undefined));
  bundler.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
}

/** WebAssembly is found by `import.meta.url` beside the chunk that loads it. */
function shipWasm(built: Metafile): void {
  if (!packageFolders(built).includes('node_modules/web-tree-sitter')) return;
  for (const file of ['node_modules/web-tree-sitter/web-tree-sitter.wasm', 'node_modules/@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm']) {
    copyFileSync(file, join('dist/chunks', basename(file)));
  }
}

/** Every package that has code in the bundle, with its licence's text. */
function licencesOf(built: Metafile): string {
  const sections = packageFolders(built).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const notice = readdirSync(folder).find((entry) => /^notice/i.test(entry));
    const texts = [file, notice].filter((entry) => entry !== undefined).map((entry) => readFileSync(join(folder, entry), 'utf8').trim());
    return `${name} ${version} (${license ?? 'see below'})\n\n${texts.join('\n\n') || 'The package brings no licence text; see its registry page.'}`;
  });
  return `The bundles of bedrock-access contain code of these packages.\n\n${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The innermost package folder of every bundled file, sorted. */
function packageFolders(built: Metafile): string[] {
  const folders = Object.keys(built.inputs).flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/** The JSON Schema and the CRD (`npm run generate` writes them, a test keeps them fresh) under their public names. */
function copySchemas(): void {
  copyFileSync('schema/access.schema.json', 'dist/schema.json');
  copyFileSync('deploy/crd.yaml', 'dist/crd.yaml');
}

function writeDeclarations(): void {
  const config = {
    extends: join(process.cwd(), 'tsconfig.json'),
    compilerOptions: { noEmit: false, emitDeclarationOnly: true, declaration: true, rewriteRelativeImportExtensions: true, rootDir: join(process.cwd(), 'src'), outDir: join(process.cwd(), 'dist/types'), stripInternal: true },
    include: [],
    files: ['index', 'policy', 'checks', 'sandbox'].map((entry) => join(process.cwd(), `src/${entry}.ts`)),
  };
  mkdirSync('.cache', { recursive: true });
  writeFileSync('.cache/tsconfig.declarations.json', JSON.stringify(config));
  execFileSync('node_modules/.bin/tsc', ['-p', '.cache/tsconfig.declarations.json'], { stdio: 'inherit' });
  // Declarations keep the `.ts` of their source; published ones name the `.js` that they stand for.
  for (const file of globSync('dist/types/**/*.d.ts')) {
    const text = readFileSync(file, 'utf8');
    const renamed = text.replaceAll(/((?:from|import\()\s*['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2');
    if (renamed !== text) writeFileSync(file, renamed);
  }
  keepReachable('dist/types', ['index', 'policy', 'checks', 'sandbox']);
}

/** Removes declarations that no entry point leads to: they would only show libraries that the package does not have. */
function keepReachable(folder: string, entries: readonly string[]): void {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g)) visit(join(dirname(file), `${target}.d.ts`));
  };
  for (const entry of entries) visit(join(folder, `${entry}.d.ts`));
  for (const file of globSync(`${folder}/**/*.d.ts`)) if (!reached.has(file)) rmSync(file);
}
