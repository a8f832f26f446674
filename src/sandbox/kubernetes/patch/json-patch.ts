import { isObject, sameJson, textAt, valueAt } from '../object.ts';
import { badRequest, StatusError } from '../status-error.ts';

/** JSON patch (RFC 6902), with the real server's words where it cannot be done. */
export function jsonPatched(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  return patch.reduce((document: unknown, operation: unknown) => step(document, operation), target);
}

function step(document: unknown, operation: unknown): unknown {
  const path = textAt(operation, 'path');
  const from = textAt(operation, 'from');
  const value = valueAt(operation, 'value');
  const kind = textAt(operation, 'op') ?? '';
  if (path === undefined) throw unprocessable('missing operation path');
  switch (kind) {
    case 'add':
      return added(document, pointer(path), value);
    case 'replace':
      lookUp(document, path, 'replace');
      return pointer(path).length === 0 ? value : added(removed(document, path, 'replace'), pointer(path), value);
    case 'remove':
      return removed(document, path, 'remove');
    case 'test': {
      const found = peek(document, pointer(path));
      if (!sameJson(found ?? null, value ?? null)) throw unprocessable(`testing value ${path} failed: test failed`);
      return document;
    }
    case 'copy':
      return added(document, pointer(path), lookUp(document, from ?? '', 'copy'));
    case 'move': {
      const moved = lookUp(document, from ?? '', 'move');
      return added(removed(document, from ?? '', 'move'), pointer(path), moved);
    }
    default:
      throw unprocessable(`Unexpected kind: ${kind}`);
  }
}

function pointer(path: string): readonly string[] {
  return path === '' ? [] : path.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function peek(document: unknown, steps: readonly string[]): unknown {
  let here = document;
  for (const step of steps) here = Array.isArray(here) ? here[Number(step)] : isObject(here) ? here[step] : undefined;
  return here;
}

function lookUp(document: unknown, path: string, operation: string): unknown {
  const found = peek(document, pointer(path));
  if (found === undefined) throw unprocessable(`${operation} operation does not apply: doc is missing key: ${path}: missing value`);
  return found;
}

function added(document: unknown, steps: readonly string[], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (Array.isArray(document)) {
    const items: unknown[] = [...document];
    const index = step === '-' ? items.length : Number(step);
    if (!Number.isInteger(index) || index < 0 || index > items.length) throw unprocessable(`add operation does not apply: doc is missing path: "/${steps.join('/')}": missing value`);
    if (rest.length === 0) items.splice(index, 0, value);
    else items[index] = added(items[index], rest, value);
    return items;
  }
  if (!isObject(document) || (rest.length > 0 && document[step] === undefined)) {
    throw unprocessable(`add operation does not apply: doc is missing path: "/${steps.join('/')}": missing value`);
  }
  return { ...document, [step]: rest.length === 0 ? value : added(document[step], rest, value) };
}

function removed(document: unknown, path: string, operation: string): unknown {
  lookUp(document, path, operation);
  const drop = (here: unknown, [step, ...rest]: readonly string[]): unknown => {
    if (step === undefined) return undefined;
    if (Array.isArray(here)) return rest.length === 0 ? here.toSpliced(Number(step), 1) : here.with(Number(step), drop(here[Number(step)], rest));
    if (!isObject(here)) return here;
    if (rest.length > 0) return { ...here, [step]: drop(here[step], rest) };
    const { [step]: _gone, ...others } = here;
    return others;
  };
  return drop(document, pointer(path));
}

/** The API server answers 422 without saying which operation failed (apiserver: handlers/patch.go, NewGenericServerResponse). */
function unprocessable(why: string): StatusError {
  const refusal = new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  refusal.cause = why;
  return refusal;
}
