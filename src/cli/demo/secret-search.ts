/** Twelve characters in a row are enough to call a secret shown. */
const pieceLength = 12;

/**
 * Counts the secrets of which anything can be found in a text: as it is, URL- or JSON-escaped, in hex, in base64 or
 * base64url at any of its three offsets; twelve characters of it are enough.
 */
export function secretsShownIn(text: string, secrets: readonly string[]): number {
  const windows = new Set<string>();
  for (let start = 0; start + pieceLength <= text.length; start += 1) windows.add(text.slice(start, start + pieceLength));
  return secrets.filter((secret) => encodings(secret).some((encoded) => pieces(encoded).some((piece) => windows.has(piece)))).length;
}

/** Every form in which a secret might slip out. */
export function encodings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => {
    // Base64 of the secret behind 0, 1 or 2 unknown bytes: the characters that depend on those, and on what follows, are cut off.
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').replaceAll('=', '');
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
    ...base64.map((encoded) => encoded.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

function pieces(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - pieceLength + 1) }, (_, start) => text.slice(start, start + pieceLength));
}
