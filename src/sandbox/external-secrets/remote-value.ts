/**
 * What the operator does to a value between the provider and the Secret: a property of a JSON value, decoding, conversion of keys
 * (external-secrets v0.20.4, pkg/esutils/utils.go and pkg/provider/aws/parameterstore).
 */
import { isObject } from '../kubernetes/object.ts';

/** The value of a property as text, or `undefined`: gjson's paths, of which the sandbox knows keys and dots. */
export function propertyOf(value: string, property: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return undefined;
  }
  // A property with dots is first taken as one literal key, then as a path.
  const literal = isObject(parsed) ? parsed[property] : undefined;
  if (literal !== undefined) return jsonText(literal);
  let here: unknown = parsed;
  for (const step of property.split('.')) {
    if (Array.isArray(here) && /^\d+$/.test(step)) here = here[Number(step)];
    else if (isObject(here)) here = here[step];
    else return undefined;
  }
  return here === undefined ? undefined : jsonText(here);
}

/** Every key of a JSON object: strings as they are, anything else as its JSON. `undefined` when it is no JSON object. */
export function keysOf(value: string): Readonly<Record<string, string>> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  return Object.fromEntries(Object.entries(parsed).map(([key, each]) => [key, typeof each === 'string' ? each : JSON.stringify(each)]));
}

function jsonText(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `None`, `Base64`, `Base64URL` or `Auto`; a value that does not decode is an error, with `Auto` it stays as it is. */
export function decode(strategy: string, value: Uint8Array): Uint8Array {
  const text = Buffer.from(value).toString('utf8');
  switch (strategy) {
    case '':
    case 'None':
      return value;
    case 'Base64':
      return decodeBase64(text, /^[A-Za-z0-9+/]*={0,2}$/, 'base64');
    case 'Base64URL':
      return decodeBase64(text, /^[A-Za-z0-9_-]*={0,2}$/, 'base64url');
    case 'Auto':
      for (const each of ['Base64', 'Base64URL']) {
        try {
          return decode(each, value);
        } catch {
          // the next form
        }
      }
      return value;
    default:
      throw new Error(`decoding strategy ${strategy} is not supported`);
  }
}

function decodeBase64(text: string, alphabet: RegExp, encoding: 'base64' | 'base64url'): Uint8Array {
  const bad = [...text].findIndex((_, index) => !alphabet.test(text.slice(0, index + 1)));
  if (bad !== -1) throw new Error(`illegal base64 data at input byte ${bad}`);
  if (text.length % 4 !== 0) throw new Error(`illegal base64 data at input byte ${text.length - (text.length % 4)}`);
  return Buffer.from(text, encoding);
}

/** Keys that a Secret cannot have: `Default` writes `_`, `Unicode` writes `_U0020_`. */
export function convertKeys(strategy: string, values: Readonly<Record<string, string>>): Record<string, string> {
  const converted: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) {
    const name = [...key].map((character) => (/[\p{L}\p{N}._-]/u.test(character) ? character : convertedCharacter(strategy, character))).join('');
    if (name in converted) throw new Error(`secret name collision during conversion: ${name}`);
    converted[name] = value;
  }
  return converted;
}

function convertedCharacter(strategy: string, character: string): string {
  if (strategy === 'Default') return '_';
  if (strategy === 'Unicode') return `_U${character.codePointAt(0)!.toString(16).padStart(4, '0')}_`;
  return character;
}

/** Go's duration as `metav1.Duration` has it: `1h`, `1h0m0s`, `90s`, `0`; in milliseconds. */
export function goDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, 'µs': 0.001, ns: 0.000_001 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.replace(/^\+/, '')) return undefined;
  return parts.reduce((sum, part) => sum + Number(part[1]) * units[part[2]!]!, 0);
}

/** `1h0m0s`, as Go prints a duration (time.Duration.String). */
export function goDurationText(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = (milliseconds % 60_000) / 1000;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
