import type { Disposable } from '../../../shared/disposable.ts';
import { limits } from '../../../shared/limits.ts';
import type { StatusMessage } from '../../../shared/protocol.ts';
import type { ClientInfo } from '../client-info.ts';
import type { ContentChange } from '../content.ts';
import { AgentSession, type AgentSessionDeps } from './agent-session.ts';
import { SessionEvents } from './session-events.ts';
import type { Negotiated, SessionClaims, SessionIds } from './session-id.ts';
import { lossNotice } from './session-notice.ts';
import { recordKey } from './session-record.ts';
import { type RecordFile, SessionRecords } from './session-records.ts';
import { SessionTable } from './session-table.ts';
import type { StalePolicy } from './stale-policy.ts';
import type { StaleDetail } from './stale-session.ts';
import { legacyVersions } from './versions.ts';

export interface SessionDirectoryDeps extends Omit<AgentSessionDeps, 'keepWatch'> {
  readonly sessionIds: SessionIds;
  readonly records: RecordFile;
  readonly onStale: StalePolicy;
}

/** An id that cannot be honoured. */
export interface StaleId {
  readonly detail: StaleDetail;
  /** Under which it is recorded. */
  readonly key: string;
  /** What it says of its session, true or not. */
  readonly claims: SessionClaims | undefined;
}

/** Every session that an id can lead to: in memory, back from the id alone, or fresh in the place of a dead one. */
export class SessionDirectory implements Disposable {
  readonly #deps: SessionDirectoryDeps;
  readonly #sessionDeps: AgentSessionDeps;
  readonly #table: SessionTable;
  readonly #records: SessionRecords;
  readonly #events: SessionEvents;
  /** Keys of the ids that a POSTed request brought and that were answered 404; the one unseen for longest first. */
  readonly #surfaced = new Set<string>();
  /** Keys of the sessions that their clients ended lately, newest last. */
  #ended: readonly string[] = [];

  constructor(deps: SessionDirectoryDeps) {
    const { records: file, clock, log } = deps;
    this.#deps = deps;
    this.#table = new SessionTable(clock);
    this.#records = new SessionRecords({ file, clock, log });
    this.#events = new SessionEvents({ clock, log });
    this.#sessionDeps = {
      ...deps,
      keepWatch: ({ id, claims }, { level, uris }) =>
        this.#records.watch(recordKey(id), { untilS: untilS(claims), level, uris: [...uris], uriCount: uris.length }),
    };
  }

  get agents(): StatusMessage['agents'] {
    return this.#table.agents;
  }

  get openStreams(): number {
    return this.#table.openStreams;
  }

  get status(): SessionEvents['status'] & Pick<StatusMessage, 'endedSessions'> {
    return { ...this.#events.status, endedSessions: [...this.#ended] };
  }

  tell(change: ContentChange): void {
    this.#table.tell(change);
  }

  /** A new session, for an `initialize`. */
  open(negotiated: Negotiated): AgentSession {
    this.#records.open();
    const { id, claims } = this.#deps.sessionIds.mint(negotiated);
    const session = new AgentSession(id, claims, this.#sessionDeps);
    this.#table.add(session);
    this.#deps.log.info(`${claims.client.name} ${claims.client.version} opened a session (MCP ${claims.version})`);
    return session;
  }

  find(id: string): AgentSession | StaleId {
    const session = this.#table.use(id);
    // In memory means signed by us; only time can have passed.
    if (session !== undefined && (session.busy || !this.#deps.sessionIds.isExpired(session.claims))) return session;
    if (session !== undefined) this.#table.end(id);
    this.#records.open();
    const key = recordKey(id);
    return this.#findAlias(key) ?? this.#rehydrate(id, key);
  }

  /** Says 404 of a stale id that was not healed; for the counters, the log and the windows. */
  refused({ detail, claims }: StaleId, client: ClientInfo): void {
    this.#events.add({ kind: 'stale', detail, client: claims?.client ?? client });
  }

  /**
   * A fresh session for a POSTed request with a stale id, if it is time for that; else the id has been surfaced once.
   *
   * @param said what the request says of its client, for an id that says nothing
   */
  heal(stale: StaleId, said: Pick<Negotiated, 'version' | 'client'>): AgentSession | undefined {
    const { detail, key } = stale;
    const { onStale, sessionIds } = this.#deps;
    if (detail === 'terminated' || onStale === 'diagnose') return undefined;
    if (onStale === 'heal' && !this.#wasSurfaced(key)) return undefined;
    const { id, claims } = sessionIds.mint(negotiatedAgain(stale, said));
    const session = new AgentSession(id, claims, this.#sessionDeps, { watch: undefined, notice: undefined });
    this.#table.add(session);
    this.#records.alias(key, { untilS: untilS(claims), session: id, detail });
    this.#events.add({ kind: 'healed', detail, client: claims.client });
    return session;
  }

  /** Why the request's own id is not that of its session; undefined when it is. */
  deadDetail(id: string, session: AgentSession): StaleDetail | undefined {
    return id === session.id ? undefined : (this.#records.aliasOf(recordKey(id))?.detail ?? 'unknown');
  }

  /** Ends a session for good, under the id that its client knows; resolves when that holds after a crash too. */
  async end(id: string, session: AgentSession): Promise<void> {
    this.#table.end(session.id);
    this.#ended = [...this.#ended, session.key].slice(-limits.endedSessionsTold);
    const ids = new Set([id, session.id]);
    await Promise.all([...ids].map((each) => this.#records.end(recordKey(each), untilS(session.claims))));
  }

  endStreams(): void {
    this.#table.endStreams();
  }

  dispose(): void {
    this.#table.dispose();
  }

  #findAlias(key: string): AgentSession | undefined {
    const alias = this.#records.aliasOf(key);
    if (alias === undefined) return undefined;
    const fresh = this.find(alias.session);
    return fresh instanceof AgentSession ? fresh : undefined;
  }

  #rehydrate(id: string, key: string): AgentSession | StaleId {
    const verified = this.#deps.sessionIds.verify(id);
    const claims = verified.kind === 'unknown' ? undefined : verified.claims;
    if (this.#records.isEnded(key)) return { detail: 'terminated', key, claims };
    if (verified.kind !== 'ok') return { detail: verified.kind, key, claims };
    const { watch, lost } = this.#records.watchOf(key, verified.claims.issuedS);
    const notice = lost.length === 0 ? undefined : lossNotice(lost);
    const session = new AgentSession(id, verified.claims, this.#sessionDeps, { watch, notice });
    this.#table.add(session);
    this.#events.add({ kind: 'rehydrated', client: verified.claims.client });
    return session;
  }

  /** Whether this id was surfaced before; from now on it was. */
  #wasSurfaced(key: string): boolean {
    const before = this.#surfaced.delete(key);
    this.#surfaced.add(key);
    const [oldest] = this.#surfaced;
    if (this.#surfaced.size > limits.staleIdsMax && oldest !== undefined) this.#surfaced.delete(oldest);
    return before;
  }
}

function untilS({ issuedS }: SessionClaims): number {
  return issuedS + limits.sessionMaxAgeMs / 1_000;
}

/**
 * What the fresh session in a dead one's place was negotiated with: what the dead id says, even unsigned, because an
 * `initialize` could say the same; else the little that the request says.
 */
function negotiatedAgain({ claims }: StaleId, said: Pick<Negotiated, 'version' | 'client'>): Negotiated {
  if (claims === undefined || !legacyVersions.includes(claims.version)) {
    return { roots: false, sampling: false, elicitation: false, ...said };
  }
  const { version, client, roots, sampling, elicitation } = claims;
  return { version, client, roots, sampling, elicitation };
}
