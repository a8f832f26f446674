import pc from 'picocolors';

/** The colours that output uses, by what they mean. */
export interface Paint {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly good: (text: string) => string;
  readonly change: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** Colours when `enabled`, else the text as it is. */
export function paintFor(enabled: boolean): Paint {
  const colors = pc.createColors(enabled);
  return { error: colors.red, warning: colors.yellow, good: colors.green, change: colors.cyan, faint: colors.dim, strong: colors.bold };
}

/**
 * Are colours wanted on this stream? `--no-color` and NO_COLOR (https://no-color.org, any non-empty value) say no,
 * FORCE_COLOR says yes (`0` and `false`: no), otherwise a terminal that is not dumb and not in CI.
 */
export function wantsColor(
  stream: { readonly isTTY: boolean },
  environment: Readonly<Record<string, string | undefined>>,
  flag: boolean,
): boolean {
  if (!flag || present(environment['NO_COLOR'])) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY && environment['TERM'] !== 'dumb' && !present(environment['CI']);
}

function present(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
