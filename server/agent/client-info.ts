/** How an agent calls itself. Anyone may claim any name: it is for display and logs, never for decisions. */
export interface ClientInfo {
  readonly name: string;
  readonly version: string;
}

/** Bounds what is kept of a name: plain ASCII without JSON's escapes, so that its length stays bounded in any form. */
export function boundedClientInfo({ name, version }: ClientInfo): ClientInfo {
  return { name: plain(name, 64), version: plain(version, 32) };
}

/** How a client without a name of its own is shown. */
export const unnamedClient: ClientInfo = { name: 'unnamed', version: 'unknown' };

/** The first product of a `User-Agent` header: the little that a request says of its client beside its session. */
export function clientOfUserAgent(userAgent: string | undefined): ClientInfo {
  const [, name, version = unnamedClient.version] = /^([^\s/()]+)(?:\/([^\s/()]+))?/.exec(userAgent ?? '') ?? [];
  return name === undefined ? unnamedClient : boundedClientInfo({ name, version });
}

function plain(text: string, maxChars: number): string {
  return text.slice(0, maxChars).replaceAll(/[^ !#-[\]-~]/g, '?');
}
