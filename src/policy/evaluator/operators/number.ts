/** Numeric operators compare numbers; what is no number matches nothing. */
export function numeric(compare: (value: number, wanted: number) => boolean): (value: string, wanted: string) => boolean {
  return (value, wanted) => {
    const [left, right] = [numberOf(value), numberOf(wanted)];
    return left !== undefined && right !== undefined && compare(left, right);
  };
}

function numberOf(text: string): number | undefined {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}
