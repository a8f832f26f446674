import { AccessError } from '../errors/error.ts';

/** A date or a date and time after an option; undefined where it was not given. */
export function dateOption(option: string, value: string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const date = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(value) ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime())) throw badValue(option, value, 'a date is needed, 2025-03-08 or 2025-03-08T09:00:00Z');
  return date;
}

export function numberOption(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw badValue(option, value, 'a whole number is needed');
  return Number(value);
}

function badValue(option: string, value: string, need: string): AccessError {
  return new AccessError('usage', `${option} ${value}: ${need}`, { cause: 'The value is of another form.', remedy: `Give ${option} a value of that form.` });
}
