/** The little of protobuf and MessagePack that a provider speaks (protobuf.dev "Encoding"; the MessagePack specification). */

export function bytes(field: number, value: string | Buffer): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

export function flag(field: number, value: boolean | undefined): Buffer {
  return value === true ? number(field, 1) : Buffer.alloc(0);
}

export function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const digits: number[] = [];
  let left = value;
  do {
    digits.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>>= 7;
  } while (left > 0);
  return Buffer.from(digits);
}

/** The content of a field that holds bytes or text, of a message that has no other kind. */
export function fieldOf(message: Buffer, wanted: number): Buffer {
  const reader = new Reader(message);
  while (!reader.atEnd) {
    const field = reader.varint() >>> 3;
    const content = reader.take(reader.varint());
    if (field === wanted) return content;
  }
  return Buffer.alloc(0);
}

/** A value in MessagePack. What is not known yet (an extension type of Terraform's) is a symbol. */
export function unpacked(message: Buffer): unknown {
  return valueOf(new Reader(message));
}

const unknownYet = Symbol('unknown');

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(content: Buffer) {
    this.#bytes = content;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error(`cut off at ${this.#at}`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  unsigned(length: number): number {
    return this.take(length).readUIntBE(0, length);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const digit = this.unsigned(1);
      value += (digit & 0x7f) * 2 ** shift;
      if (digit < 0x80) return value;
    }
  }
}

function valueOf(reader: Reader): unknown {
  const head = reader.unsigned(1);
  if (head <= 0x7f) return head;
  if (head <= 0x8f) return mapOf(reader, head & 0x0f);
  if (head <= 0x9f) return listOf(reader, head & 0x0f);
  if (head <= 0xbf) return reader.take(head & 0x1f).toString('utf8');
  if (head >= 0xe0) return head - 0x100;
  // A length or a number in one, two, four or eight bytes.
  const width = (first: number): number => 2 ** (head - first);
  if (head === 0xc0) return null;
  if (head === 0xc2 || head === 0xc3) return head === 0xc3;
  if (head <= 0xc6) return reader.take(reader.unsigned(width(0xc4)));
  if (head <= 0xc9) return extension(reader, reader.unsigned(width(0xc7)));
  if (head === 0xca) return reader.take(4).readFloatBE();
  if (head === 0xcb) return reader.take(8).readDoubleBE();
  if (head <= 0xcf) return Number(BigInt(`0x${reader.take(width(0xcc)).toString('hex')}`));
  if (head <= 0xd3) return Number(BigInt.asIntN(8 * width(0xd0), BigInt(`0x${reader.take(width(0xd0)).toString('hex')}`)));
  if (head <= 0xd8) return extension(reader, width(0xd4));
  if (head <= 0xdb) return reader.take(reader.unsigned(width(0xd9))).toString('utf8');
  if (head <= 0xdd) return listOf(reader, reader.unsigned(2 * width(0xdc)));
  return mapOf(reader, reader.unsigned(2 * width(0xde)));
}

function extension(reader: Reader, length: number): symbol {
  reader.take(1 + length);
  return unknownYet;
}

function listOf(reader: Reader, length: number): unknown[] {
  return Array.from({ length }, () => valueOf(reader));
}

function mapOf(reader: Reader, length: number): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length }, () => [String(valueOf(reader)), valueOf(reader)]));
}
