import type { Random } from '../../clock.ts';

const uniqueIdAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const lowerAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The prefixes of IAM's unique ids (IAM user guide, "IAM identifiers"). */
export type UniqueIdPrefix = 'AIDA' | 'AKIA' | 'ACCA' | 'ASIA' | 'ANPA' | 'AROA' | 'AGPA';

/** `AIDA` and 16 characters. */
export function uniqueId(prefix: UniqueIdPrefix, random: Random): string {
  return prefix + draw(uniqueIdAlphabet, 16, random);
}

/** 40 characters of base64, as IAM's secret access keys. */
export function secretKey(random: Random): string {
  return draw(secretAlphabet, 40, random);
}

export function sessionToken(random: Random): string {
  return `IQoJb3JpZ2lu${draw(secretAlphabet, 120, random)}`;
}

/** 12 lower-case characters: an application inference profile's id. */
export function opaqueId(random: Random): string {
  return draw(lowerAlphabet, 12, random);
}

export function requestId(random: Random): string {
  const hex = draw('0123456789abcdef', 32, random);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function draw(alphabet: string, length: number, random: Random): string {
  let text = '';
  for (let index = 0; index < length; index += 1) text += alphabet.charAt(Math.floor(random() * alphabet.length));
  return text;
}
