import type { Comparison } from './operator.ts';

/** Numeric operators compare integers and decimals; what is neither cannot be compared. */
export function numeric(compare: (value: number, wanted: number) => boolean): Comparison {
  return (value, wanted) => {
    const [left, right] = [numberOf(value), numberOf(wanted)];
    return left === undefined || right === undefined ? undefined : compare(left, right);
  };
}

function numberOf(text: string): number | undefined {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : undefined;
}
