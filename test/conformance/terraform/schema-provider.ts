/**
 * What Terraform needs of a provider in order to validate: the provider's schema. Terraform itself then checks every block, argument, type
 * and reference. It attaches to this server instead of starting a provider (`TF_REATTACH_PROVIDERS`; terraform-plugin-go, "Debugging
 * Providers"), so that nothing is installed. The provider's own rules for values are not here, but that what only AWS tells cannot be set.
 *
 * Protocol: `tfplugin5.proto` of terraform-plugin-go, over gRPC without TLS.
 */
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { bytes, fieldOf, flag, number, unpacked } from './wire.ts';

interface Block {
  readonly attributes: Readonly<Record<string, { readonly type: unknown; readonly required?: boolean; readonly optional?: boolean; readonly computed?: boolean }>>;
  readonly blocks: Readonly<Record<string, Block & { readonly nesting: 'single' | 'list' | 'set'; readonly required?: boolean }>>;
}

interface ProviderSchema {
  readonly source: string;
  readonly provider: Block;
  readonly resources: Readonly<Record<string, Block>>;
  readonly dataSources: Readonly<Record<string, Block>>;
}

export const providerSchema: ProviderSchema = JSON.parse(readFileSync(new URL('./provider-schema.json', import.meta.url), 'utf8'));

export interface SchemaProvider {
  /** For the environment of `terraform`. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startSchemaProvider(): Promise<SchemaProvider> {
  const answers = answersOf(providerSchema);
  const server = createServer();
  server.on('stream', (stream, headers) => answer(stream, String(headers[':path']), answers));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const attach = { Protocol: 'grpc', ProtocolVersion: 5, Pid: process.pid, Test: true, Addr: { Network: 'tcp', String: `127.0.0.1:${port}` } };
  return { variables: { TF_REATTACH_PROVIDERS: JSON.stringify({ 'registry.terraform.io/hashicorp/aws': attach }) }, close: () => closed(server) };
}

function closed(server: Http2Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

type Answer = (request: Buffer) => Buffer;

/** By method. */
function answersOf(schema: ProviderSchema): Readonly<Record<string, Answer>> {
  const told = schemaAnswer(schema);
  return {
    GetSchema: () => told,
    // A provider's configuration comes back as it came: the field has the same number there.
    PrepareProviderConfig: (request) => request,
    ValidateResourceTypeConfig: (request) => unconfigurable(schema.resources, request),
    ValidateDataSourceConfig: (request) => unconfigurable(schema.dataSources, request),
  };
}

const ok = 0;
const unimplemented = 12;

function answer(stream: ServerHttp2Stream, path: string, answers: Readonly<Record<string, Answer>>): void {
  const request: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => void request.push(chunk));
  stream.on('error', () => undefined);
  const answered = answers[/^\/tfplugin5\.Provider\/(\w+)$/.exec(path)?.[1] ?? ''];
  // Those of go-plugin itself (logs, further connections) are streams that stay open: they are refused at once.
  if (answered === undefined) {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': unimplemented }, { endStream: true });
    return;
  }
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': ok }));
    stream.end(framed(answered(Buffer.concat(request).subarray(5))));
  });
}

/**
 * What only AWS tells is refused where it is written: Terraform leaves that to the provider's SDK, which says it in these words
 * (terraform-plugin-sdk, `helper/schema`, validate).
 */
function unconfigurable(schemas: Readonly<Record<string, Block>>, request: Buffer): Buffer {
  const block = schemas[fieldOf(request, 1).toString('utf8')];
  const config = unpacked(fieldOf(fieldOf(request, 2), 1));
  const names = block === undefined ? [] : computedAndSet(block, config);
  return Buffer.concat(names.map((name) => bytes(1, Buffer.concat([number(1, 1), bytes(2, 'Value for unconfigurable attribute'), bytes(3, `Can't configure a value for "${name}": its value will be decided automatically based on the result of applying this configuration.`)]))));
}

function computedAndSet({ attributes, blocks }: Block, config: unknown): readonly string[] {
  if (typeof config !== 'object' || config === null) return [];
  const values = new Map<string, unknown>(Object.entries(config));
  const here = Object.entries(attributes).filter(([name, { required, optional }]) => required !== true && optional !== true && (values.get(name) ?? null) !== null);
  return [...here.map(([name]) => name), ...Object.entries(blocks).flatMap(([name, inner]) => [values.get(name)].flat().flatMap((each) => computedAndSet(inner, each)))];
}

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function schemaAnswer({ provider, resources, dataSources }: ProviderSchema): Buffer {
  const named = (field: number, schemas: Readonly<Record<string, Block>>): readonly Buffer[] => Object.entries(schemas).map(([name, block]) => bytes(field, Buffer.concat([bytes(1, name), bytes(2, schemaOf(block))])));
  return Buffer.concat([bytes(1, schemaOf(provider)), ...named(2, resources), ...named(3, dataSources)]);
}

function schemaOf(block: Block): Buffer {
  return bytes(2, blockOf(block));
}

const nestings = { single: 1, list: 2, set: 3 } as const;

function blockOf({ attributes, blocks }: Block): Buffer {
  return Buffer.concat([
    ...Object.entries(attributes).map(([name, { type, required, optional, computed }]) => bytes(2, Buffer.concat([bytes(1, name), bytes(2, JSON.stringify(type)), flag(4, required), flag(5, optional), flag(6, computed)]))),
    ...Object.entries(blocks).map(([name, { nesting, required, ...inner }]) => bytes(3, Buffer.concat([bytes(1, name), bytes(2, blockOf(inner)), number(3, nestings[nesting]), ...(required === true ? [number(4, 1)] : [])]))),
  ]);
}
