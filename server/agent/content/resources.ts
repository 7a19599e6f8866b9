import type { Dispatcher } from '../../calls/dispatcher.ts';
import { isRecord, ResourceNotFoundError, RpcError, rpcCodes } from '../json-rpc.ts';
import type { Method } from '../methods.ts';
import { callStructured } from './structured-call.ts';

/** What one window shows as a resource. Without a window in the URI, the routing of tools chooses it. */
const windowResources = {
  context: {
    tool: 'get_editor_context',
    title: 'Editor context',
    description: 'Active file and cursor, selected text, open tabs and unsaved files.',
  },
  diagnostics: {
    tool: 'get_diagnostics',
    title: 'Diagnostics',
    description: 'Errors and warnings of open, unsaved and reported files, each marked as analysed or not.',
  },
} as const;
type WindowResource = keyof typeof windowResources;

const mimeType = 'application/json';
export const windowsUri = 'holdfast://windows';
const uriPattern = /^holdfast:\/\/(?:windows\/(?<window>[a-z0-9-]{4,64})\/)?(?<part>[a-z]+)$/;

/** The URI of a part of one window, or of whichever window the routing chooses. */
export function resourceUri(part: WindowResource, window?: string): string {
  return window === undefined ? `holdfast://${part}` : `${windowsUri}/${window}/${part}`;
}

const parts = Object.entries(windowResources);

/** The results of the listings. They name no window, so they hold whatever windows come and go. */
export const resourceLists = {
  'resources/list': {
    resources: [
      {
        uri: windowsUri,
        name: 'windows',
        title: 'Windows',
        description: 'The connected VS Code windows: id, folders, focus, trust, unsaved files.',
        mimeType,
      },
      ...parts.map(([name, { title, description }]) => ({
        uri: `holdfast://${name}`,
        name,
        title,
        description: `${description} Of the window that a tool call without \`window\` would use.`,
        mimeType,
      })),
    ],
  },
  'resources/templates/list': {
    resourceTemplates: parts.map(([name, { title, description }]) => ({
      uriTemplate: `${windowsUri}/{window}/${name}`,
      name: `window_${name}`,
      title: `${title} of a window`,
      description: `${description} Of the window with this id (from ${windowsUri}).`,
      mimeType,
    })),
  },
} as const;

export function hasResource(uri: string): boolean {
  return resolve(uri) !== undefined;
}

/** `resources/read`: the matching tool's answer as JSON. */
export function createResourceRead(deps: {
  readonly dispatcher: Pick<Dispatcher, 'call'>;
  readonly windows: { list(): readonly { readonly id: string }[] };
}): Method {
  return async (params, context) => {
    const uri = isRecord(params) ? params['uri'] : undefined;
    if (typeof uri !== 'string') {
      throw new RpcError(rpcCodes.invalidParams, 'resources/read needs params.uri, the URI of a resource');
    }
    const resource = resolve(uri);
    if (resource === undefined) throw new ResourceNotFoundError(uri);
    const { tool, window } = resource;
    if (window !== undefined && !deps.windows.list().some(({ id }) => id === window)) {
      throw new ResourceNotFoundError(uri);
    }
    const input = window === undefined ? {} : { window };
    const { structured } = await callStructured(deps.dispatcher, tool, input, context);
    return JSON.stringify({ contents: [{ uri, mimeType, text: JSON.stringify(structured) }] });
  };
}

interface ResolvedResource {
  readonly tool: string;
  readonly window: string | undefined;
}

function resolve(uri: string): ResolvedResource | undefined {
  if (uri === windowsUri) return { tool: 'list_windows', window: undefined };
  const { window, part = '' } = uriPattern.exec(uri)?.groups ?? {};
  return isWindowResource(part) ? { tool: windowResources[part].tool, window } : undefined;
}

function isWindowResource(part: string): part is WindowResource {
  return Object.hasOwn(windowResources, part);
}
