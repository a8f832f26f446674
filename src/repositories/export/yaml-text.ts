/** Values as YAML text, in the style of the file that they go into. */
import { stringify, type ToStringOptions } from 'yaml';

export interface YamlStyle {
  /** Columns that a list is indented below its key: 0 or 2. */
  readonly listIndent: 0 | 2;
  /** Columns of one level of a map. */
  readonly indent: number;
  readonly quotes: 'plain' | 'single' | 'double';
}

export const plainYaml: YamlStyle = { listIndent: 2, indent: 2, quotes: 'plain' };

/** The lines of a value in block style; the last has no line ending. */
export function blockLines(value: unknown, style: YamlStyle): readonly string[] {
  return stringify(value, options(style)).trimEnd().split('\n');
}

/** The lines of a map of texts, quoted as the style says: a ConfigMap's `data`. */
export function quotedLines(value: Readonly<Record<string, string>>, style: YamlStyle): readonly string[] {
  if (style.quotes === 'plain') return blockLines(value, style);
  return stringify(value, { ...options(style), defaultStringType: style.quotes === 'single' ? 'QUOTE_SINGLE' : 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }).trimEnd().split('\n');
}

/** A value on one line, `{ name: a }`. */
export function flowText(value: unknown, style: YamlStyle): string {
  return stringify(value, { ...options(style), collectionStyle: 'flow' }).trimEnd();
}

/** A text as a scalar that is written like the one that it replaces. */
export function scalarText(value: unknown, like: 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE'): string {
  return stringify(value, { ...options(plainYaml), defaultStringType: like, defaultKeyType: 'PLAIN' }).trimEnd();
}

/**
 * Quoted wherever YAML 1.1 would read something else than a text (`on`, `1:30`): the API server's reader, go-yaml by way
 * of sigs.k8s.io/yaml, still does.
 */
function options(style: YamlStyle): ToStringOptions & { readonly compat: 'yaml-1.1'; readonly version: '1.2' } {
  return { version: '1.2', compat: 'yaml-1.1', lineWidth: 0, indent: Math.max(style.indent, 2), indentSeq: style.listIndent > 0, singleQuote: style.quotes === 'single' ? true : style.quotes === 'double' ? false : null, blockQuote: 'literal' };
}
