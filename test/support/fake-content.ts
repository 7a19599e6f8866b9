import type { AgentContent, ContentCapabilities, ContentChange } from '../../server/agent/content.ts';
import type { Method } from '../../server/agent/methods.ts';
import { Emitter } from '../../shared/events.ts';

export interface FakeContentOptions {
  readonly capabilities?: ContentCapabilities;
  readonly listsMayChange?: boolean;
  readonly methods?: Readonly<Record<string, Method>>;
  /** URIs that can be subscribed to. */
  readonly resources?: readonly string[];
}

/** Content that a test makes up, with the changes in its hand. */
export function fakeContent({
  capabilities = {},
  listsMayChange = true,
  methods = {},
  resources = [],
}: FakeContentOptions = {}): {
  readonly content: AgentContent;
  readonly change: (change: ContentChange) => void;
} {
  const changes = new Emitter<ContentChange>();
  return {
    content: {
      capabilities,
      listsMayChange,
      instructions: '',
      methods: new Map(Object.entries(methods)),
      readyResults: new Map(),
      hasResource: (uri) => resources.includes(uri),
      onDidChange: changes.event,
    },
    change: (change) => changes.fire(change),
  };
}
