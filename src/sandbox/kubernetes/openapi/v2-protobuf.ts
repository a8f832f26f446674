/**
 * An OpenAPI v2 document in the protobuf form that kubectl asks for where it checks a `List` by itself: the message `openapi.v2.Document`
 * of gnostic (github.com/google/gnostic-models, openapiv2/OpenAPIv2.proto), whose field numbers stand below.
 */
import { Buffer } from 'node:buffer';
import { stringify } from 'yaml';
import { isObject, type JsonObject } from '../object.ts';
import { bytesField, doubleField, message, numberField, textField } from '../protobuf/write-wire.ts';

/** The form's `Content-Type` (kube-openapi: handler/handler.go). */
export const openApiV2Protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

export function openApiV2AsProtobuf(document: JsonObject): Buffer {
  return message(
    textField(1, document['swagger']),
    bytesField(2, info(document['info'])),
    bytesField(8, paths(document['paths'])),
    bytesField(9, named(1, document['definitions'], schema)),
  );
}

function info(value: unknown): Buffer {
  const { title, version } = fields(value);
  return message(textField(1, title), textField(2, version));
}

function paths(value: unknown): Buffer {
  return named(2, value, (item) => {
    const numbers = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 };
    return message(...Object.entries(numbers).flatMap(([method, number]) => (fields(item)[method] === undefined ? [] : [bytesField(number, operation(fields(item)[method]))])));
  });
}

function operation(value: unknown): Buffer {
  const { operationId, parameters, responses } = fields(value);
  return message(textField(5, operationId), ...list(parameters).map((each) => bytesField(8, queryParameter(each))), bytesField(9, named(1, responses, response)), ...extensions(13, value));
}

/** ParametersItem > Parameter > NonBodyParameter > QueryParameterSubSchema. */
function queryParameter(value: unknown): Buffer {
  const { name, in: place, type, uniqueItems } = fields(value);
  const parameter = message(textField(2, place), textField(4, name), textField(6, type), numberField(20, uniqueItems));
  return message(bytesField(1, message(bytesField(2, message(bytesField(3, parameter))))));
}

/** ResponseValue > Response, with its SchemaItem > Schema. */
function response(value: unknown): Buffer {
  const { description, schema: own } = fields(value);
  return message(bytesField(1, message(textField(1, description), ...(own === undefined ? [] : [bytesField(2, message(bytesField(1, schema(own))))]))));
}

function schema(value: unknown): Buffer {
  const own = fields(value);
  const { additionalProperties, items, properties, type } = own;
  return message(
    textField(1, own['$ref']),
    textField(2, own['format']),
    textField(3, own['title']),
    textField(4, own['description']),
    ...(own['default'] === undefined ? [] : [bytesField(5, anything(own['default']))]),
    doubleField(6, own['multipleOf']),
    doubleField(7, own['maximum']),
    numberField(8, own['exclusiveMaximum']),
    doubleField(9, own['minimum']),
    numberField(10, own['exclusiveMinimum']),
    numberField(11, own['maxLength']),
    numberField(12, own['minLength']),
    textField(13, own['pattern']),
    numberField(14, own['maxItems']),
    numberField(15, own['minItems']),
    numberField(16, own['uniqueItems']),
    numberField(17, own['maxProperties']),
    numberField(18, own['minProperties']),
    ...list(own['required']).map((each) => textField(19, each)),
    ...list(own['enum']).map((each) => bytesField(20, anything(each))),
    ...(additionalProperties === undefined ? [] : [bytesField(21, typeof additionalProperties === 'boolean' ? message(numberField(2, additionalProperties)) : message(bytesField(1, schema(additionalProperties))))]),
    ...(type === undefined ? [] : [bytesField(22, message(textField(1, type)))]),
    ...(items === undefined ? [] : [bytesField(23, message(bytesField(1, schema(items))))]),
    ...list(own['allOf']).map((each) => bytesField(24, schema(each))),
    ...(properties === undefined ? [] : [bytesField(25, named(1, properties, schema))]),
    ...extensions(31, value),
  );
}

/** `x-…`, each as YAML in a NamedAny. */
function extensions(number: number, value: unknown): readonly Buffer[] {
  return Object.entries(fields(value))
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, each]) => bytesField(number, message(textField(1, name), bytesField(2, anything(each)))));
}

function anything(value: unknown): Buffer {
  return message(textField(2, stringify(value)));
}

/** A map as a list of entries with name (1) and value (2). */
function named(number: number, value: unknown, entry: (each: unknown) => Buffer): Buffer {
  return message(...Object.entries(fields(value)).map(([name, each]) => bytesField(number, message(textField(1, name), bytesField(2, entry(each))))));
}

function fields(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
