import { boundedClientInfo, type ClientInfo } from '../client-info.ts';
import { envelopeVersionKey } from '../era.ts';
import { isRecord } from '../json-rpc.ts';
import { type LoggingLevel, loggingLevels } from '../logging-level.ts';

const clientInfoKey = 'io.modelcontextprotocol/clientInfo';
const clientCapabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
const logLevelKey = 'io.modelcontextprotocol/logLevel';

/** What a modern request says about itself in `params._meta` (spec, "Per-request protocol fields"). */
export interface Envelope {
  readonly version: string;
  /** Undefined when the client does not say. */
  readonly client: ClientInfo | undefined;
  /** Without a level the request gets no log lines. */
  readonly logLevel: LoggingLevel | undefined;
}

/** What the `_meta` of a client's own request says: nothing can be asked of it in return. */
export function clientEnvelope(version: string, clientInfo: object): Readonly<Record<string, unknown>> {
  return { [envelopeVersionKey]: version, [clientInfoKey]: clientInfo, [clientCapabilitiesKey]: {} };
}

/** The version that a request claims; undefined when there is none, or none that is text. */
export function claimedVersion(params: unknown): string | undefined {
  const version = metaOf(params)?.[envelopeVersionKey];
  return typeof version === 'string' ? version : undefined;
}

/** The envelope, or what is wrong with it: one phrase for each key. */
export function readEnvelope(params: unknown): Envelope | { readonly problems: readonly string[] } {
  const meta = metaOf(params);
  if (meta === undefined) return { problems: ['_meta is missing'] };
  const {
    [envelopeVersionKey]: version,
    [clientInfoKey]: info,
    [clientCapabilitiesKey]: capabilities,
    [logLevelKey]: level,
  } = meta;
  const client = readClientInfo(info);
  const logLevel = loggingLevels.find((known) => known === level);
  const problems: string[] = [];
  if (!isRecord(capabilities)) problems.push(`${clientCapabilitiesKey} ${lacking(capabilities)}`);
  if (info !== undefined && client === undefined) problems.push(`${clientInfoKey} needs a name and a version`);
  if (level !== undefined && logLevel === undefined) {
    problems.push(`${logLevelKey} must be one of ${loggingLevels.join(', ')}`);
  }
  if (typeof version !== 'string') return { problems: [`${envelopeVersionKey} ${lacking(version)}`, ...problems] };
  return problems.length > 0 ? { problems } : { version, client, logLevel };
}

function metaOf(params: unknown): Readonly<Record<string, unknown>> | undefined {
  const meta = isRecord(params) ? params['_meta'] : undefined;
  return isRecord(meta) ? meta : undefined;
}

function readClientInfo(info: unknown): ClientInfo | undefined {
  if (!isRecord(info)) return undefined;
  const { name, version } = info;
  return typeof name === 'string' && typeof version === 'string' ? boundedClientInfo({ name, version }) : undefined;
}

function lacking(value: unknown): string {
  return value === undefined ? 'is missing' : 'has the wrong type';
}
