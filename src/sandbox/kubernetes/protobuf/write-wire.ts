/** Fields of a protobuf message as they stand on the wire (protobuf docs, "Encoding"). A field that has its zero value is not written. */
import { Buffer } from 'node:buffer';

export function message(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

/** A message or bytes: written even when empty, since that it is there says something. */
export function bytesField(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

export function textField(number: number, text: unknown): Buffer {
  return typeof text !== 'string' || text === '' ? Buffer.alloc(0) : bytesField(number, Buffer.from(text));
}

/** A whole number, or `true` as 1. */
export function numberField(number: number, value: unknown): Buffer {
  const whole = value === true ? 1 : value;
  return typeof whole !== 'number' || whole === 0 ? Buffer.alloc(0) : Buffer.concat([varint(number << 3), varint(whole)]);
}

export function doubleField(number: number, value: unknown): Buffer {
  if (typeof value !== 'number' || value === 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((number << 3) | 1), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
