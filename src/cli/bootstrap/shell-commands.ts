import type { ProgramPermissions } from '../../engine/permissions/index.ts';
import { policiesToMake } from './policies.ts';

/** Commands of the AWS CLI and of kubectl, for any POSIX shell. */
export async function commandsOf(all: readonly ProgramPermissions[]): Promise<string> {
  const { stringify } = await import('yaml');
  const policies = policiesToMake(all).map(
    ({ name, path, description, document }) =>
      `aws iam create-policy --policy-name ${quoted(name)} --path ${quoted(path)} \\\n  --description ${quoted(description)} \\\n  --policy-document ${quoted(JSON.stringify(document))}`,
  );
  const roles = all.flatMap((each) => each.roles).map((role) => stringify(role, { lineWidth: 0 }));
  return [...policies, `kubectl apply -f - <<'EOF'\n${roles.join('---\n')}EOF`].join('\n\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
