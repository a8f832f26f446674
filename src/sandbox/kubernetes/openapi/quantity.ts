/** A resource quantity in canonical form (`0.5` -> `500m`, `1024Mi` -> `1Gi`), or undefined when it is none (apimachinery: resource/quantity.go). */
export function canonicalQuantity(given: string | number): string | undefined {
  const match = quantityPattern.exec(String(given));
  if (match === null) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const nano = toNano(digits, suffix);
  if (nano === undefined) return undefined;
  const text = suffix.endsWith('i') ? binary(nano) : decimal(nano, /^[eE]/.test(suffix));
  return sign === '-' && text !== '0' ? `-${text}` : text;
}

/** Is the first quantity more than the second? False where either is none. */
export function exceeds(left: string, right: string): boolean {
  const [a, b] = [nanoOf(left), nanoOf(right)];
  return a !== undefined && b !== undefined && a > b;
}

function nanoOf(text: string): bigint | undefined {
  const match = quantityPattern.exec(text);
  const nano = match === null ? undefined : toNano(match[2] ?? '', match[3] ?? '');
  return nano !== undefined && match?.[1] === '-' ? -nano : nano;
}

const quantityPattern = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+|[KMGTPE]i|[numkMGTPE]?)$/;
const unit = 1_000_000_000n;
const decimalPowers: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** In billionths, rounded up, as the real parser does. */
function toNano(digits: string, suffix: string): bigint | undefined {
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0');
  const scale = fraction.length;
  if (suffix.endsWith('i')) return divideUp(mantissa * unit * 1024n ** BigInt(binarySuffixes.indexOf(suffix)), 10n ** BigInt(scale));
  const power = /^[eE]/.test(suffix) ? Number(suffix.slice(1)) : decimalPowers[suffix];
  if (power === undefined) return undefined;
  const exponent = power + 9 - scale;
  return exponent >= 0 ? mantissa * 10n ** BigInt(exponent) : divideUp(mantissa, 10n ** BigInt(-exponent));
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

function binary(nano: bigint): string {
  if (nano % unit !== 0n) return decimal(nano, false);
  let value = nano / unit;
  if (value < 1024n && value > -1024n) return value.toString();
  let index = 0;
  while (value !== 0n && value % 1024n === 0n && index < binarySuffixes.length - 1) {
    value /= 1024n;
    index += 1;
  }
  return `${value}${binarySuffixes[index]}`;
}

function decimal(nano: bigint, exponent: boolean): string {
  if (nano === 0n) return '0';
  let value = nano;
  let power = -9;
  while (value % 1000n === 0n && power < 18) {
    value /= 1000n;
    power += 3;
  }
  if (exponent) return power === 0 ? value.toString() : `${value}e${power}`;
  const suffix = Object.entries(decimalPowers).find(([, its]) => its === power)?.[0] ?? '';
  return `${value}${suffix}`;
}
