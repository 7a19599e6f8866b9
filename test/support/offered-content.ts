import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';

/** Resources and prompts that a server behind the bridge offers, whichever SDK serves them. */
export class OfferedContent {
  readonly notes = new Map([
    ['note://one', 'first'],
    ['note://two?x=a b', 'second'],
  ]);
  readonly prompts = ['greet'];
  /** As they stand now, by how often. */
  readonly subscribed: string[] = [];

  read(uri: string): { uri: string; text: string } | undefined {
    const text = this.notes.get(uri) ?? /^shout:\/\/(?<word>\w+)$/.exec(uri)?.groups?.['word']?.toUpperCase();
    return text === undefined ? undefined : { uri, text };
  }

  complete(value: string): string[] {
    return ['alpha', 'beta'].filter((word) => word.startsWith(value));
  }

  greeting(name: string, who: string) {
    const link = { type: 'resource_link' as const, uri: 'note://one', name: 'one' };
    return {
      messages: [
        { role: 'user' as const, content: { type: 'text' as const, text: `${name} ${who}` } },
        { role: 'user' as const, content: link },
      ],
    };
  }

  /** Serves it by the low-level server of the older SDK. */
  install(server: Server): void {
    const notes = () => [...this.notes.keys()];
    server.setRequestHandler(ListResourcesRequestSchema, ({ params }) =>
      // A page each, so that whoever lists has to go on.
      params?.cursor === undefined
        ? { resources: notes().slice(0, 1).map(listed), nextCursor: 'rest' }
        : { resources: notes().slice(1).map(listed) },
    );
    server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
      resourceTemplates: [{ name: 'shout', uriTemplate: 'shout://{word}' }],
    }));
    server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
      const content = this.read(uri);
      if (content === undefined) throw new McpError(-32_002, 'Resource not found', { uri });
      return { contents: [content] };
    });
    server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
      this.subscribed.push(uri);
      return {};
    });
    server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
      this.subscribed.splice(this.subscribed.indexOf(uri), 1);
      return {};
    });
    server.setRequestHandler(ListPromptsRequestSchema, () => ({
      prompts: this.prompts.map((name) => ({ name, arguments: [{ name: 'who' }] })),
    }));
    server.setRequestHandler(GetPromptRequestSchema, ({ params: { name, arguments: given } }) => {
      if (!this.prompts.includes(name)) throw new McpError(-32_602, `no prompt ${name}`);
      return this.greeting(name, given?.['who'] ?? 'nobody');
    });
    server.setRequestHandler(CompleteRequestSchema, ({ params: { argument } }) => ({
      completion: { values: this.complete(argument.value) },
    }));
  }
}

function listed(uri: string) {
  return { uri, name: uri.slice('note://'.length, 'note://'.length + 3) };
}
