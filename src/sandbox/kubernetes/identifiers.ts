/** Random identifiers from the world's own source, so that a seeded world repeats itself. */

/** A version 4 UUID. */
export function randomUid(random: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  digits[12] = '4';
  digits[16] = (8 + Math.floor(random() * 4)).toString(16);
  const text = digits.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

// k8s.io/apimachinery/pkg/util/rand: no vowels and no look-alikes.
const letters = 'bcdfghjklmnpqrstvwxz2456789';

export function randomSuffix(random: () => number, length = 5): string {
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
}

/** `generateName` and five letters, cut to 63 (apiserver: names/generate.go). */
export function randomName(prefix: string, random: () => number): string {
  return `${prefix.slice(0, 58)}${randomSuffix(random)}`;
}
