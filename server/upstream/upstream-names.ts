/** How what a server behind the bridge calls its own is called by agents, and back. */

const separator = '__';
const scheme = 'holdfast-upstream://';

/** Something of one server, by that server's own name or URI for it. */
export interface OwnName {
  readonly server: string;
  readonly name: string;
}

/** The agents' name of a tool or prompt. */
export function agentName(server: string, name: string): string {
  return `${server}${separator}${name}`;
}

export function ownName(name: string): OwnName | undefined {
  const at = name.indexOf(separator);
  return at === -1 ? undefined : { server: name.slice(0, at), name: name.slice(at + separator.length) };
}

/** The agents' URI of a resource, or their URI template: the server's own, as it is, behind ours. */
export function agentUri(server: string, uri: string): string {
  return `${scheme}${server}/${uri}`;
}

export function ownUri(uri: string): OwnName | undefined {
  const at = uri.startsWith(scheme) ? uri.indexOf('/', scheme.length) : -1;
  return at === -1 ? undefined : { server: uri.slice(scheme.length, at), name: uri.slice(at + 1) };
}
