#!/usr/bin/env node
/**
 * The executable. It imports nothing but `node:` modules before it knows that this Node can run the rest, so that an
 * old one gets a sentence and not a syntax error.
 */
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `error[node-too-old]: bedrock-access needs Node 22.19 or newer, this is ${process.versions.node} (${process.execPath}): install a newer one, or in a checkout use npx, which brings its own.\n`,
  );
  process.exitCode = 1;
} else {
  // In a checkout the source runs as it is, so that what `prepare` built there is never stale.
  const source = new URL('../../src/cli/process.ts', import.meta.url);
  const { runProcess }: typeof import('./process.ts') = existsSync(source) ? await import(source.href) : await import('./process.ts');
  await runProcess();
}
