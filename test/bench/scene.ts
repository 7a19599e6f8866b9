import { z } from 'zod';
import { type Disposable, DisposableStore } from '../../shared/disposable.ts';
import { BridgeProcess } from '../support/bridge-process.ts';
import { initializeRequest, mcpHeaders, openSession, postMcp, rawHttp } from '../support/raw-http.ts';
import type { Load } from './load.ts';
import { Peer } from './peer.ts';
import { portSchema } from './peer-side.ts';
import { echoed, legacyHeaders, modernRequest, requestBody, requestHead, servesModern, toolCall } from './requests.ts';

/** One line of the table: a load and the process that serves it. */
export interface Row {
  readonly name: RowName;
  readonly title: string;
  readonly load: Pick<Load, 'kind' | 'port' | 'head' | 'body' | 'maxCalls'>;
  readonly pid: number;
  /** Part of every right answer. */
  readonly expects: string;
  readonly concurrency: readonly number[];
}

export const rowNames = [
  'http-echo',
  'ws-echo',
  'bare-relay',
  'whole-legacy',
  'whole-modern',
  'bridge-local',
  'sdk-v1',
  'sdk-v2',
  'list-echo',
  'tools-list',
  'initialize',
] as const;
export type RowName = (typeof rowNames)[number];

export interface Scene extends Disposable {
  readonly rows: readonly Row[];
  readonly bridge: BridgeProcess;
  /** The default tool list as it goes over the wire. */
  readonly toolList: string;
}

const everywhere = [1, 16, 64];

/** Starts every server of the table, each in a process of its own, and makes the rows. */
export async function openScene({ nodeArgs = [] }: { readonly nodeArgs?: readonly string[] } = {}): Promise<Scene> {
  const store = new DisposableStore();
  const server = async (name: string) => {
    const peer = store.add(Peer.start(`servers/${name}`));
    const { port } = await peer.next(portSchema);
    return { port, pid: peer.pid, token: 'unchecked' };
  };
  const bridge = await BridgeProcess.start({ nodeArgs });
  store.add({ dispose: () => void bridge.dispose() });
  const { port, token } = bridge;
  const linked = z.object({ linked: z.literal(true) });
  const editor = store.add(Peer.start('servers/instant-editor', { port, secret: bridge.editorSecret }));
  await editor.next(linked);
  const [http, ws, sdkV1, sdkV2] = [
    await server('http-echo'),
    await server('ws-echo'),
    await server('sdk-v1-echo'),
    await server('sdk-v2-echo'),
  ];

  const relay = await server('bare-relay');
  await store.add(Peer.start('servers/bare-window', { port: relay.port })).next(linked);

  const ours = { port, token, pid: bridge.event.pid };
  const session = await readySession(ours);
  const theirs = await readySession(sdkV1);
  const call = requestBody('tools/call', toolCall);
  const modern = modernRequest('tools/call', toolCall);
  const listed = await postMcp(ours, { jsonrpc: '2.0', id: 10, method: 'tools/list' }, session);
  const answerBytes = Buffer.byteLength(listed.text);

  const row = (
    name: RowName,
    title: string,
    to: typeof ours,
    request: {
      readonly head?: string;
      readonly body?: string;
      readonly expects?: string;
      readonly kind?: Load['kind'];
      readonly maxCalls?: number;
    } & Partial<Pick<Row, 'concurrency'>>,
  ): Row => ({
    name,
    title,
    pid: to.pid,
    expects: request.expects ?? echoed,
    concurrency: request.concurrency ?? everywhere,
    load: {
      kind: request.kind ?? 'http',
      port: to.port,
      head: request.head ?? requestHead(to, session),
      body: request.body ?? call,
      ...(request.maxCalls === undefined ? {} : { maxCalls: request.maxCalls }),
    },
  });
  const list = { body: requestBody('tools/list', {}), expects: 'x'.repeat(100) };
  const rows = [
    row('http-echo', 'raw HTTP echo', http, {}),
    row('ws-echo', 'raw ws echo', ws, { kind: 'ws' }),
    row('bare-relay', 'bare relay: HTTP to a WebSocket and back, no bridge', relay, {}),
    row('whole-legacy', 'whole path, legacy era', ours, {}),
    ...((await isModern(ours))
      ? [
          row('whole-modern', 'whole path, modern era', ours, {
            head: requestHead(ours, modern.headers),
            body: modern.body,
          }),
        ]
      : []),
    row('bridge-local', 'bridge-local call (list_windows)', ours, {
      body: requestBody('tools/call', { name: 'list_windows', arguments: {} }),
      expects: '"readiness":"ready"',
    }),
    row('sdk-v1', 'SDK v1 stock transport, echo', sdkV1, { head: requestHead(sdkV1, theirs) }),
    row('sdk-v2', 'SDK v2 stock handler, echo', sdkV2, { head: requestHead(sdkV2, modern.headers), body: modern.body }),
    row('list-echo', 'HTTP echo of the bytes of tools/list', http, {
      ...list,
      head: requestHead(http, session, `/bytes/${answerBytes}`),
    }),
    row('tools-list', 'tools/list', ours, { ...list, expects: '"read_buffer"' }),
    row('initialize', 'initialize', ours, {
      head: requestHead(ours),
      body: JSON.stringify({ ...initializeRequest(), id: '@id' }),
      expects: '"protocolVersion"',
      concurrency: [1],
      // Each opens a session, and too many would drive out the one that the other rows use.
      maxCalls: 400,
    }),
  ];
  return { rows, bridge, toolList: JSON.stringify(JSON.parse(listed.text).result), dispose: () => store.dispose() };
}

/** The headers of a session that is ready for calls. */
async function readySession(endpoint: { readonly port: number; readonly token: string }) {
  const headers = { ...(await openSession(endpoint)), ...legacyHeaders };
  await postMcp(endpoint, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  return headers;
}

async function isModern({ port, token }: { readonly port: number; readonly token: string }): Promise<boolean> {
  const { headers, body } = modernRequest('server/discover');
  const { status, text } = await rawHttp(port, { headers: mcpHeaders(token, headers), body });
  return status === 200 && servesModern(text);
}
