import type { Secret } from '../secret.ts';
import { AwsCallError } from './call-error.ts';
import { classify, type CallPlace } from './classify.ts';

/** Sends a value to the store that shall keep it: the one place where it is shown, and no error says it again. */
export async function storing<T>(value: Secret, place: CallPlace, send: (plain: string) => Promise<T>): Promise<T> {
  const plain = value.reveal('store');
  try {
    return await send(plain);
  } catch (error) {
    throw withoutValue(classify(error, place), plain);
  }
}

/** AWS's validation errors quote the value they refuse ("Value '…' at 'value' failed to satisfy constraint"). */
function withoutValue(failure: AwsCallError, plain: string): AwsCallError {
  const escaped = JSON.stringify(plain).slice(1, -1);
  const pieces = [plain, escaped, ...plain.split(/[^A-Za-z0-9+/=]+/).filter((piece) => piece.length >= 12)];
  if (!pieces.some((piece) => failure.message.includes(piece))) return failure;
  return new AwsCallError(`${failure.action} in ${failure.region}: ${failure.code}`, failure);
}
