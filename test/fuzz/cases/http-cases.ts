import * as fc from 'fast-check';
import { type Edit, edits, someEdits } from './edits.ts';
import { mutatedJson, oddJson } from './json.ts';
import { initialize, type RpcBody, request, unanswered } from './rpc.ts';

interface Header {
  readonly name: string;
  readonly value: string;
  readonly edits: readonly Edit[];
}

export type Framing = (typeof framings)[number];
const framings = [
  'length',
  'chunked',
  'too-long',
  'too-short',
  'no-number',
  'two-lengths',
  'bad-chunks',
  'both',
] as const;

/** One HTTP request, made of text with `{{placeholders}}` for what only a running bridge knows. */
export interface HttpCase {
  readonly kind: 'http';
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: string | undefined;
  readonly bodyEdits: readonly Edit[];
  readonly framing: Framing;
}

const framing: fc.Arbitrary<Framing> = fc.oneof(
  { weight: 40, arbitrary: fc.constant('length' as const) },
  { weight: 4, arbitrary: fc.constant('chunked' as const) },
  { weight: 2, arbitrary: fc.constantFrom(...framings) },
);
const method = fc.oneof(
  { weight: 80, arbitrary: fc.constant('POST') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('GET', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'post', 'G\u0000T'),
  },
);
const path = fc.oneof(
  { weight: 80, arbitrary: fc.constant('/mcp') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/',
      '/mcp/',
      '/mcp?x=1',
      '/%6dcp',
      '//mcp',
      '/status',
      '/proof',
      '/editor',
      '*',
      '/ mcp',
      '',
    ),
  },
);

const accept = fc.constantFrom(
  'application/json, text/event-stream',
  'application/json',
  '*/*',
  'text/event-stream',
  '',
  ',;q=',
);
const wrongHeaders: readonly fc.Arbitrary<readonly [string, string]>[] = [
  accept.map((value) => ['accept', value] as const),
  fc
    .constantFrom('text/plain', 'application/json; charset=utf-16', 'APPLICATION/JSON', 'multipart/form-data', '', ';')
    .map((value) => ['content-type', value] as const),
  fc
    .constantFrom(
      'Bearer wrong',
      'Basic {{token}}',
      'Bearer',
      '',
      'bearer   {{token}}  ',
      'Bearer {{token}} x',
      'Bearer \ud800',
    )
    .map((value) => ['authorization', value] as const),
  fc
    .constantFrom(
      'evil.example',
      '127.0.0.1',
      'localhost:{{port}}',
      '127.0.0.1:{{port}}.',
      '[::1]:{{port}}',
      '',
      '127.0.0.1:{{port}}, x',
    )
    .map((value) => ['host', value] as const),
  fc
    .constantFrom('http://evil.example', 'null', 'http://127.0.0.1:{{port}}', '')
    .map((value) => ['origin', value] as const),
  fc
    .constantFrom(
      '2025-11-25',
      '2025-03-26',
      '2026-07-28',
      '2099-01-01',
      '0000-00-00',
      'x',
      '',
      '2026-07-28, 2026-07-28',
    )
    .map((value) => ['mcp-protocol-version', value] as const),
  fc
    .constantFrom(
      // Each worker's own: a dead id that is repeated gets a session, which must not be ended by another worker.
      'hf1.x.y{{worker}}',
      'hf1..{{worker}}',
      '',
      'x{{worker}}',
      `${'x'.repeat(600)}{{worker}}`,
      '{{batchSession}}',
      '{{session}}',
      '{{session}}, {{session}}',
    )
    .map((value) => ['mcp-session-id', value] as const),
  fc.constantFrom('tools/list', 'tools/call', '', 'x').map((value) => ['mcp-method', value] as const),
  fc.constantFrom('list_windows', '=?base64?eA==?=', '=?base64??=', '').map((value) => ['mcp-name', value] as const),
  fc.constantFrom('%E0%A4%A', '/tmp', '%2Ftmp', '').map((value) => ['holdfast-folder', value] as const),
  fc.constantFrom('none', '{{window}}', '').map((value) => ['holdfast-window', value] as const),
  fc
    .constantFrom('k', 'k', '"k"', '', 'a b', '"', 'x'.repeat(200), 'k, k')
    .map((value) => ['idempotency-key', value] as const),
  fc.constantFrom('1', '0', '').map((value) => ['holdfast-repeat', value] as const),
  fc.constantFrom('k', '"k", x', ',,', '"', `${'k,'.repeat(2_000)}k`).map((value) => ['holdfast-ack', value] as const),
  fc.constantFrom('100-continue', 'something').map((value) => ['expect', value] as const),
  fc.constantFrom('close', 'keep-alive', 'Upgrade, HTTP2-Settings').map((value) => ['connection', value] as const),
  fc.constantFrom('h2c', 'websocket').map((value) => ['upgrade', value] as const),
  fc.constant(['x-large', 'x'.repeat(20_000)] as const),
  fc.string({ unit: 'binary', maxLength: 30 }).map((value) => ['x-odd', value.replaceAll(/[\r\n]/g, '')] as const),
];
const wrongHeader = fc
  .tuple(fc.oneof(...wrongHeaders), edits)
  .map(([[name, value], changes]): Header => ({ name, value, edits: changes }));

/** Of the right headers one may be left out, changed or sent again. */
function headersAround(right: readonly (readonly [string, string])[]): fc.Arbitrary<readonly Header[]> {
  const base = right.map(([name, value]): Header => ({ name, value, edits: [] }));
  const place = fc.nat(base.length - 1);
  const broken = fc.oneof(
    place.map((left) => base.filter((_, index) => index !== left)),
    fc
      .tuple(place, someEdits)
      .map(([at, changes]) => base.map((header, index) => (index === at ? { ...header, edits: changes } : header))),
    wrongHeader.map((header) => [...base.filter(({ name }) => name !== header.name), header]),
    wrongHeader.map((header) => [...base, header]),
  );
  return fc.oneof({ weight: 5, arbitrary: fc.constant(base) }, { weight: 1, arbitrary: broken });
}

const common = [
  ['host', '127.0.0.1:{{port}}'],
  ['authorization', 'Bearer {{token}}'],
  ['accept', 'application/json, text/event-stream'],
  ['content-type', 'application/json'],
] as const;
const plainHeaders = headersAround(common);
const legacyHeaders = headersAround([
  ...common,
  ['mcp-session-id', '{{session}}'],
  ['mcp-protocol-version', '2025-11-25'],
]);
const batchHeaders = headersAround([...common, ['mcp-session-id', '{{batchSession}}']]);

interface Parts {
  readonly headers: fc.Arbitrary<readonly Header[]>;
  readonly body: fc.Arbitrary<string | undefined>;
  readonly method?: fc.Arbitrary<string>;
  readonly path?: fc.Arbitrary<string>;
}

function httpCase(parts: Parts): fc.Arbitrary<HttpCase> {
  return fc.record({
    kind: fc.constant('http' as const),
    method: parts.method ?? method,
    path: parts.path ?? path,
    headers: parts.headers,
    body: parts.body,
    bodyEdits: edits,
    framing,
  });
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/logLevel': 'debug',
};

function withEnvelope(body: RpcBody): RpcBody {
  const { params } = body;
  const given = typeof params === 'object' && params !== null ? params : {};
  const meta = '_meta' in given && typeof given._meta === 'object' ? given._meta : {};
  return { ...body, params: { ...given, _meta: { ...envelope, ...meta } } };
}

/** The headers mirror what the body was before it was mutated. */
const modernCase = fc.oneof({ weight: 6, arbitrary: request }, { weight: 1, arbitrary: unanswered }).chain((given) => {
  const body = withEnvelope(given);
  const name = nameIn(body.params);
  const mirrored: (readonly [string, string])[] = [
    ...common,
    ['mcp-protocol-version', '2026-07-28'],
    ['mcp-method', body.method ?? ''],
    ...(name === undefined ? [] : [['mcp-name', name] as const]),
  ];
  return httpCase({ headers: headersAround(mirrored), body: mutatedJson(fc.constant(body)) });
});

function nameIn(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  if ('name' in params && typeof params.name === 'string') return params.name;
  return 'uri' in params && typeof params.uri === 'string' ? params.uri : undefined;
}

const message = fc.oneof({ weight: 4, arbitrary: request }, { weight: 2, arbitrary: unanswered }, initialize);

export const httpCases: fc.Arbitrary<HttpCase> = fc.oneof(
  { weight: 8, arbitrary: httpCase({ headers: legacyHeaders, body: mutatedJson(request) }) },
  { weight: 2, arbitrary: httpCase({ headers: legacyHeaders, body: mutatedJson(unanswered) }) },
  { weight: 1, arbitrary: httpCase({ headers: plainHeaders, body: mutatedJson(initialize) }) },
  { weight: 8, arbitrary: modernCase },
  { weight: 2, arbitrary: httpCase({ headers: batchHeaders, body: mutatedJson(fc.array(message, { maxLength: 6 })) }) },
  { weight: 1, arbitrary: httpCase({ headers: fc.oneof(plainHeaders, legacyHeaders), body: oddJson }) },
  {
    weight: 1,
    arbitrary: httpCase({
      headers: fc.oneof(plainHeaders, legacyHeaders),
      body: fc.constant(undefined),
      method: fc.constantFrom('GET', 'DELETE', 'GET', 'HEAD', 'POST'),
      path: fc.constantFrom('/mcp', '/mcp', '/status', '/proof?nonce={{nonce}}', '/proof?nonce=%zz', '/.well-known/x'),
    }),
  },
);
