/** Tools that return each kind of content, and the one whose schema has to survive. */
import { audio, type FixtureTools, image, text } from './fixture-tool.ts';

const address = {
  $anchor: 'address',
  type: 'object',
  properties: { street: { type: 'string' }, city: { type: 'string' } },
};

export const contentTools: FixtureTools = {
  test_simple_text: { description: 'Returns text.', call: () => text('This is a simple text response for testing.') },
  test_image_content: { description: 'Returns an image.', call: () => ({ content: [image] }) },
  test_audio_content: { description: 'Returns audio.', call: () => ({ content: [audio] }) },
  test_embedded_resource: {
    description: 'Returns a resource.',
    call: () => ({
      content: [
        {
          type: 'resource',
          resource: {
            uri: 'test://embedded-resource',
            mimeType: 'text/plain',
            text: 'This is an embedded resource content.',
          },
        },
      ],
    }),
  },
  test_multiple_content_types: {
    description: 'Returns text, an image and a resource.',
    call: () => ({
      content: [
        { type: 'text', text: 'Multiple content types test:' },
        image,
        {
          type: 'resource',
          resource: {
            uri: 'test://mixed-content-resource',
            mimeType: 'application/json',
            text: '{"test":"data","value":123}',
          },
        },
      ],
    }),
  },
  test_error_handling: {
    description: 'Fails.',
    call: () => ({ isError: true, ...text('This tool intentionally returns an error for testing') }),
  },
  json_schema_2020_12_tool: {
    description: 'Has a schema with more of JSON Schema 2020-12 than properties.',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: { address },
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    },
    call: () => text('ok'),
  },
};
