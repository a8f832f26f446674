/**
 * The mark `bedrock-access/rotation` on the user: where a change from one access key to another stands, as far as no API
 * shows it. Written before each act. `from=AKIA… to=AKIA… began=2026-11-24T09:00:00.000Z moved=… off=…`: only characters that
 * IAM takes in a tag, and under its 256 (IAM user guide, "Rules for tagging in IAM and AWS STS").
 */
import type { IamUser } from '../aws/types.ts';
import { markKeys } from './owner.ts';

export interface RotationMark {
  /** The key that is left. */
  readonly from: string;
  /** The key that takes its place; known once it is made, and written before it is used for the first time. */
  readonly to?: string;
  readonly began: Date;
  /** When no pod held `from` any more. */
  readonly moved?: Date;
  /** When `from` was deactivated: the grace time begins. */
  readonly off?: Date;
  /** When a person said that `from` has leaked: it is deactivated first, and never comes back. */
  readonly leaked?: Date;
  /** When a person asked to go back: `to` is the earlier key. */
  readonly undo?: Date;
  /** A key of the other sort that was deactivated before, on the way from its mode to another: a user has one mark. */
  readonly beside?: string;
}

const times = ['began', 'moved', 'off', 'leaked', 'undo'] as const;

export function rotationMark(user: Pick<IamUser, 'tags'> | undefined): RotationMark | undefined {
  const fields = new Map((user?.tags[markKeys.rotation] ?? '').split(' ').map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]));
  const [from, to, beside] = [fields.get('from'), fields.get('to'), fields.get('beside')];
  const dates: { -readonly [name in (typeof times)[number]]?: Date } = {};
  for (const name of times) {
    const date = new Date(fields.get(name) ?? '');
    if (!Number.isNaN(date.getTime())) dates[name] = date;
  }
  const { began, ...rest } = dates;
  return from === undefined || began === undefined ? undefined : { from, began, ...(to === undefined ? {} : { to }), ...(beside === undefined ? {} : { beside }), ...rest };
}

/** As the value of the tag. */
export function rotationTag(mark: RotationMark): { readonly [markKeys.rotation]: string } {
  const { from, to, beside } = mark;
  const fields = [`from=${from}`, ...(to === undefined ? [] : [`to=${to}`]), ...(beside === undefined ? [] : [`beside=${beside}`]), ...times.flatMap((name) => (mark[name] === undefined ? [] : [`${name}=${mark[name].toISOString()}`]))];
  return { [markKeys.rotation]: fields.join(' ') };
}
