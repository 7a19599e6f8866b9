import { z } from 'zod';
import { upstreamsSchema } from '../../shared/upstream-config.ts';

const description = `Other MCP servers, whose tools agents find as \`<name>__<tool>\`, by name: with the \`url\` where one listens, or a \`command\` that speaks MCP on stdin and stdout.

\`\${env:NAME}\` in \`args\`, \`env\` and \`headers\` stands for a variable of VS Code's environment. These settings are plain text: put secrets there, not here. What the settings of a workspace or folder name is used in a trusted workspace only, and after you have allowed it in *Holdfast › Approvals*.`;

/** The setting \`holdfast.upstreams\` of the manifest, from the one schema that the bridge checks with. */
export function upstreamsSetting(): object {
  const {
    $schema: _,
    additionalProperties,
    propertyNames,
    ...schema
  } = z.toJSONSchema(upstreamsSchema, { io: 'input' });
  const server = typeof additionalProperties === 'object' ? additionalProperties : {};
  const names = typeof propertyNames === 'object' ? propertyNames : {};
  return {
    ...schema,
    default: {},
    // What runs on a machine belongs to it; VS Code neither syncs such settings nor takes them along to a remote machine.
    scope: 'machine-overridable',
    markdownDescription: description,
    propertyNames: { ...names, patternErrorMessage: 'Letters and digits, with single "-" or "_" between.' },
    additionalProperties: {
      ...server,
      // A refinement, which JSON Schema cannot take from zod.
      oneOf: [{ required: ['url'] }, { required: ['command'] }],
      defaultSnippets: [
        {
          label: 'url',
          description: 'A server that listens',
          body: { url: 'http://127.0.0.1:${1:9000}/mcp' },
        },
        {
          label: 'command',
          description: 'A program on stdin and stdout',
          body: { command: '${1:node}', args: ['${2:server.mjs}'] },
        },
      ],
    },
  };
}
