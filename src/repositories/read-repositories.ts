import { dirname } from 'node:path';
import { parseAccess } from '../access/parse.ts';
import type { RepositoryFacts } from '../checks/facts.ts';
import type { Finding } from '../finding.ts';
import { manifestFacts } from './facts/manifest-facts.ts';
import { mergeTerraformFacts, terraformFacts } from './facts/terraform-facts.ts';
import { placeOfSpan } from './facts/text.ts';
import { parseManifestFile } from './manifests/parse.ts';
import type { ManifestFile } from './manifests/types.ts';
import { isTerraformFile, openTerraform } from './terraform/read-module.ts';
import { readText, walk } from './walk.ts';

export interface RepositoryPlaces {
  /** A target, or a folder of many. */
  readonly terraform?: string;
  readonly manifests?: string;
  /** Rendered manifests, `helm template` output, instead of a folder. */
  readonly rendered?: string;
  /** Declarations beside the repositories; those inside the manifests are found by themselves. */
  readonly declarations?: readonly string[];
}

export interface ReadRepositories {
  readonly facts: RepositoryFacts;
  /** Unreadable files and syntax errors: warnings with places; the rest is still there. */
  readonly findings: readonly Finding[];
  /** What could not be decided, with the reason. */
  readonly undecided: readonly { readonly what: string; readonly reason: string; readonly file: string; readonly line: number }[];
  /** Texts by file, for excerpts and suppressions. */
  readonly texts: ReadonlyMap<string, string>;
}

const noTerraform = { policies: [], principals: [], accessKeys: [], parameters: [], applicationProfiles: [], issuers: [], regions: [] };

/** Reads both repositories, each as far as it can be read. */
export async function readRepositories(places: RepositoryPlaces): Promise<ReadRepositories> {
  const findings: Finding[] = [];
  const undecided: { what: string; reason: string; file: string; line: number }[] = [];
  const texts = new Map<string, string>();

  let terraform: ReturnType<typeof terraformFacts> = noTerraform;
  if (places.terraform !== undefined) {
    const open = await openTerraform();
    const found = walk(places.terraform, isTerraformFile);
    for (const { file, reason } of found.passedOver) findings.push(unreadable(file, reason, places.terraform));
    for (const file of found.files) {
      const read = readText(file);
      if ('reason' in read) findings.push(unreadable(file, read.reason));
    }
    const modules = [...new Set(found.files.map((file) => dirname(file)))].map(open.read);
    open.close();
    const called = new Set(modules.flatMap((module) => [...module.modules.values()].map(({ directory }) => directory)));
    for (const module of modules) {
      for (const file of module.files) texts.set(file.file, file.text);
      for (const problem of module.problems) findings.push(syntax('hcl-syntax', problem.message, placeOfSpan(problem.span)));
      if (called.has(module.directory)) continue;
      for (const item of module.undecided) undecided.push({ what: item.what, reason: item.reason, file: item.span.file, line: item.span.line });
      terraform = mergeTerraformFacts(terraform, terraformFacts(module));
    }
  }

  const manifests: ManifestFile[] = [];
  if (places.rendered !== undefined) {
    texts.set('<stdin>', places.rendered);
    const manifest = parseManifestFile('<stdin>', places.rendered);
    for (const problem of manifest.problems) findings.push(syntax('yaml-syntax', problem.message, problem.place));
    manifests.push(manifest);
  }
  if (places.manifests !== undefined) {
    const found = walk(places.manifests, (name) => /\.ya?ml$/.test(name));
    for (const { file, reason } of found.passedOver) findings.push(unreadable(file, reason, places.manifests));
    for (const file of found.files) {
      const read = readText(file);
      if ('reason' in read) {
        findings.push(unreadable(file, read.reason));
        continue;
      }
      texts.set(file, read.text);
      const manifest = parseManifestFile(file, read.text);
      // A Helm chart's templates are no YAML before they are rendered; `helm template` output is read instead.
      if (manifest.problems.length > 0 && /\{\{-?\s/.test(read.text)) continue;
      for (const problem of manifest.problems) findings.push(syntax('yaml-syntax', problem.message, problem.place));
      manifests.push(manifest);
    }
  }

  const declared = (places.declarations ?? []).flatMap((file) => {
    const read = readText(file);
    if ('reason' in read) {
      findings.push(unreadable(file, read.reason, file));
      return [];
    }
    texts.set(file, read.text);
    return [{ file, text: read.text }];
  });
  const inside = manifests.filter((manifest) => manifest.documents.some(({ object }) => object.kind === 'BedrockAccess'));
  const accesses = [...declared, ...inside].flatMap(({ file, text }) => {
    const parsed = parseAccess(text, { file });
    findings.push(...parsed.findings.filter(({ severity }) => severity === 'error'));
    return parsed.accesses;
  });

  return {
    facts: { hasTerraform: places.terraform !== undefined, hasManifests: places.manifests !== undefined || places.rendered !== undefined, ...terraform, ...manifestFacts(manifests), accesses },
    findings,
    undecided,
    texts,
  };
}

/** What was asked for by name and cannot be read is an error: a check of nothing must not pass. */
function unreadable(file: string, reason: string, asked?: string): Finding {
  return { id: 'file-unreadable', severity: file === asked ? 'error' : 'warning', message: `${file} was passed over`, cause: reason, remedy: 'Make the file readable, or leave it out of the folder that is checked.', place: { file } };
}

function syntax(id: 'hcl-syntax' | 'yaml-syntax', message: string, place: Finding['place'] & object): Finding {
  return { id, severity: 'error', message: `the file cannot be read whole: ${message}`, cause: 'What stands here is outside the grammar; the rest of the file was still checked.', remedy: 'Mend the syntax at this place.', place };
}
