/**
 * The editor link's own envelope (docs/decisions/0003): one zod union, parsed on both sides, keyed by call id and not by
 * socket, because a call survives its socket.
 */
import { z } from 'zod';
import { type ErrorCode, isErrorCode } from './errors.ts';

/**
 * Version of the link. A change bumps it; each side also speaks the one before, so that windows and a bridge of
 * neighbouring versions get along. 2 added `moved` (docs/decisions/0015).
 */
export const linkVersion = 2;
/** The oldest version that is still spoken. */
export const oldestLinkVersion = 1;
export const linkPath = '/editor';
export const linkSubprotocol = 'holdfast.1';
/**
 * Data of the WebSocket ping by which the bridge asks whether a window has a person's page in front of it; its pong waits
 * for the page. An extension host in the browser or on a remote machine lives on for hours after its page is gone. Windows
 * that do not know it answer as any peer does, at once (RFC 6455, section 5.5.3).
 */
export const presencePing = 'presence';

/** Upgrade and 101 headers of the mutual proof (see `proof.ts`). Lower case, as Node presents them. */
export const linkHeaders = { nonce: 'holdfast-nonce', proof: 'holdfast-proof', instance: 'holdfast-instance' } as const;

/** WebSocket close codes of the link. */
export const closeCodes = {
  /** Link version not supported: permanent until something changes. */
  versionNotSupported: 4001,
  /** The proof in `hello` was wrong or missing: permanent until something changes. */
  notAuthorised: 4003,
  /** The bridge is being replaced: reconnect at once. */
  replaced: 4004,
  /** This editor session was taken over by a newer link of the same window. */
  superseded: 4005,
  /** A message did not fit the protocol. */
  protocolError: 4006,
} as const;

const id = z.string().min(1).max(128);

/** An absolute file-system path of a folder, with its name and URI. */
const folderSchema = z.object({ name: z.string(), path: z.string(), uri: z.string() });

export const windowSchema = z.object({
  /** The workspace's name, or the first folder's, or "no folder". */
  name: z.string(),
  folders: z.array(folderSchema).max(200),
  /** The remote authority's kind (`ssh-remote`, `wsl` …), or null in a local window. */
  remote: z.string().nullable(),
  trusted: z.boolean(),
  focused: z.boolean(),
  /** `Visual Studio Code`, `Cursor` …, and its version. */
  app: z.string(),
  appVersion: z.string(),
  dirtyCount: z.number().int().nonnegative(),
  /** Workspace path of the active file, or null. */
  activeFile: z.string().nullable(),
  /**
   * Numbers that change when something did which is too large or too frequent to send: what get_editor_context and
   * get_diagnostics would answer. They mean something only in comparison, within one epoch.
   */
  revisions: z.object({ context: z.number().int(), diagnostics: z.number().int() }).optional(),
});
/** What a window says of itself. */
export type WindowInfo = z.infer<typeof windowSchema>;

export const errorInfoSchema = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  message: z.string(),
  hint: z.string(),
  retryable: z.boolean(),
  executed: z.enum(['yes', 'no', 'unknown']),
});

// --- extension → bridge ---
const hello = z.object({
  type: z.literal('hello'),
  version: z.number().int(),
  proof: z.string(),
  editorId: z.string().regex(/^[a-z0-9-]{4,64}$/),
  epoch: id,
  extensionVersion: z.string(),
  window: windowSchema,
  tools: z.array(z.string()).max(500),
  /** Ids of the calls that the journal still holds. */
  journal: z.array(id).max(2_000),
  /**
   * For so long from now the journal may lack a call that ran here within the last `limits.journalKeepMs`; 0 when it
   * lacks none. Absent: nothing is known of that.
   */
  journalGapMs: z.number().nonnegative().optional(),
});
const progress = z.object({
  type: z.literal('progress'),
  id,
  progress: z.number(),
  total: z.number().optional(),
  message: z.string().optional(),
  /** True while the person is asked: the call's time stands still, for `limits.approvalWaitMs` at most. False when it goes on. */
  waiting: z.boolean().optional(),
});
const result = z.discriminatedUnion('ok', [
  /** `content` is a serialised MCP CallToolResult; on the wire it follows the envelope raw (see `encode`). */
  z.object({ type: z.literal('result'), id, ok: z.literal(true), content: z.string() }),
  z.object({ type: z.literal('result'), id, ok: z.literal(false), error: errorInfoSchema }),
]);
const event = z.object({ type: z.literal('event'), window: windowSchema.partial() });
/**
 * The MCP servers that this window offers to agents, all of them each time. Only for a bridge whose welcome names the
 * feature `windowUpstreams`. Each is checked by itself (see `upstream-config.ts`), so that one which only a newer version
 * understands costs nothing but itself.
 */
const upstreams = z.object({ type: z.literal('upstreams'), servers: z.record(z.string(), z.unknown()) });
/** The person asked for a restart: the bridge closes every link with 4004 and leaves. */
const shutdown = z.object({ type: z.literal('shutdown') });

export const toBridgeSchema = z.discriminatedUnion('type', [hello, progress, result, event, upstreams, shutdown]);
export type ToBridge = z.infer<typeof toBridgeSchema>;
export type Hello = z.infer<typeof hello>;
export type ResultMessage = z.infer<typeof result>;

// --- bridge → extension ---
const welcome = z.object({
  type: z.literal('welcome'),
  version: z.number().int(),
  instance: z.string(),
  bridgeVersion: z.string(),
  editorId: z.string(),
  heartbeatMs: z.number().int().positive(),
  graceMs: z.number().int().positive(),
  /** See `bridge-features.ts`; a bridge from before them sends none. */
  features: z.array(z.string()).optional(),
});
/** The id in `hello` belongs to another living window: send `hello` again with a new one. */
const idInUse = z.object({ type: z.literal('id_in_use') });
const call = z.object({
  type: z.literal('call'),
  id,
  tool: z.string(),
  input: z.record(z.string(), z.unknown()),
  /** What is left of the call's time, in milliseconds. */
  budgetMs: z.number().positive(),
  agent: z.object({
    name: z.string(),
    version: z.string(),
    /**
     * Stands for the token that the agent has shown, which a name does not: what a person allows for longer belongs to
     * it. A bridge that does not send it does not know `waiting` either.
     */
    tokenId: z.string().max(64).optional(),
    /** Stands for the agent's session, where it has one that can end; see `endedSessions`. */
    session: z.string().max(64).optional(),
  }),
  /** The call may have reached this window before: answer from the journal, never run it twice. */
  repeat: z.boolean(),
  /** Beside `repeat`: run the call if the journal lacks nothing and does not know it, for then it never came here. */
  orRun: z.boolean().optional(),
  /** Of a call with an idempotency key: stands for tool and input, so that the key is not taken for another call's. */
  fingerprint: z.string().max(64).optional(),
});
/**
 * Another bridge has taken over: link to it. This link stays for the calls that run on it, and ends with 4004 when they
 * are done. Not before version 2; an older window gets the 4004 only.
 */
const moved = z.object({ type: z.literal('moved') });
const cancel = z.object({ type: z.literal('cancel'), id, reason: z.string() });
const ack = z.object({ type: z.literal('ack'), ids: z.array(id) });
const status = z.object({
  type: z.literal('status'),
  agents: z.array(z.object({ name: z.string(), version: z.string(), sessions: z.number().int() })),
  counters: z.object({ stale: z.number().int(), healed: z.number().int(), rehydrated: z.number().int() }),
  /** What these counters counted last, newest last; numbers only grow. A bridge that does not tell sends none. */
  sessionEvents: z
    .array(z.object({ number: z.number().int(), kind: z.string(), text: z.string(), atMs: z.number() }))
    .optional(),
  /** Sessions of agents that took leave, newest last: what they left in the window is not waited for any more. */
  endedSessions: z.array(z.string()).optional(),
  /** MCP servers behind the bridge, and which of those that windows offer are not used. */
  upstreams: z
    .array(
      z.object({
        name: z.string(),
        state: z.string(),
        reason: z.string().optional(),
        tools: z.number().int(),
        /** `config.json`, or the ids of the windows that offer it. */
        from: z.array(z.string()),
      }),
    )
    .optional(),
  refusedUpstreams: z.array(z.object({ name: z.string(), window: z.string(), reason: z.string() })).optional(),
  recentCalls: z.array(
    z.object({ tool: z.string(), agent: z.string(), ok: z.boolean(), ms: z.number(), atMs: z.number() }),
  ),
});

export const toEditorSchema = z.discriminatedUnion('type', [welcome, idInUse, moved, call, cancel, ack, status]);
export type ToEditor = z.infer<typeof toEditorSchema>;
export type Welcome = z.infer<typeof welcome>;
export type CallMessage = z.infer<typeof call>;
export type StatusMessage = z.infer<typeof status>;

/**
 * Serialises a message. A successful result travels as its envelope, a newline and then its content unescaped, so that
 * the bridge can pass the content on without parsing or re-escaping it. JSON never holds a raw newline, so the first one
 * is the border.
 */
export function encode(message: ToBridge | ToEditor): string {
  if (message.type === 'result' && message.ok) {
    const { content, ...envelope } = message;
    return `${JSON.stringify(envelope)}\n${content}`;
  }
  return JSON.stringify(message);
}

/** Undoes `encode`, before the schema is applied. Throws a `SyntaxError` for anything but a JSON object. */
export function decode(text: string): unknown {
  const border = text.indexOf('\n');
  const envelope: unknown = JSON.parse(border === -1 ? text : text.slice(0, border));
  if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) {
    throw new SyntaxError('a link message is a JSON object');
  }
  return border === -1 ? envelope : Object.assign(envelope, { content: text.slice(border + 1) });
}
