import { isIP } from 'node:net';

/** `IpAddress`: is the address within the CIDR block? Without a prefix a block is one address. IPv4 and IPv6 never match each other. */
export function ipAddress(value: string, wanted: string): boolean | undefined {
  const slash = wanted.indexOf('/');
  const network = slash < 0 ? wanted : wanted.slice(0, slash);
  const family = isIP(network);
  const own = isIP(value);
  if (family === 0 || own === 0) return undefined;
  if (own !== family) return false;
  const longest = family === 4 ? 32 : 128;
  const prefix = slash < 0 ? longest : Number(wanted.slice(slash + 1));
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > longest) return undefined;
  return family === 4 ? sameNetwork4(value, network, prefix) : sameNetwork6(value, network, prefix);
}

function sameNetwork4(value: string, network: string, prefix: number): boolean {
  const mask = prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0;
  return (number4(value) & mask) >>> 0 === (number4(network) & mask) >>> 0;
}

function number4(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function sameNetwork6(value: string, network: string, prefix: number): boolean {
  const shift = BigInt(128 - prefix);
  return number6(value) >> shift === number6(network) >> shift;
}

/** All 128 bits; `::` stands for as many groups of zeros as are missing, the last 32 bits may be written as IPv4. */
function number6(address: string): bigint {
  const dotted = address.lastIndexOf('.') < 0 ? undefined : address.slice(address.lastIndexOf(':') + 1);
  const text = dotted === undefined ? address : address.slice(0, -dotted.length) + [number4(dotted) >>> 16, number4(dotted) & 0xffff].map((group) => group.toString(16)).join(':');
  const [head = '', tail] = text.split('::');
  const groups = (part: string | undefined): string[] => (part === undefined || part === '' ? [] : part.split(':'));
  const [left, right] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}
