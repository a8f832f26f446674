#!/usr/bin/env node
/**
 * The executable. It imports nothing before it knows that this Node can run the rest, so that an old one gets a
 * sentence and not a syntax error.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `error[node-too-old]: bedrock-access needs Node 22.19 or newer, this is ${process.versions.node} (${process.execPath}): install a newer one, or in a checkout use npx, which brings its own.\n`,
  );
  process.exitCode = 1;
} else {
  const { runProcess } = await program();
  await runProcess();
}

/** In a checkout the source runs as it is, so that what `prepare` built there is never stale. */
async function program(): Promise<typeof import('./process.ts')> {
  // An installed package needs no look: loading `node:fs` costs a fifth of `--help`.
  if (!import.meta.url.includes('/node_modules/')) {
    const { existsSync } = await import('node:fs');
    const source = new URL('../../src/cli/process.ts', import.meta.url);
    if (existsSync(source)) return import(source.href);
  }
  return import('./process.ts');
}
