import * as fc from 'fast-check';
import { linkVersion } from '../../../shared/protocol.ts';
import { sampleWindow } from '../../support/sample-window.ts';
import { type Edit, edits, someEdits } from './edits.ts';
import { mutatedJson, oddJson } from './json.ts';
import { toolCallParams } from './tool-arguments.ts';

/** One WebSocket frame, right or wrong; `opcode` 1 is text, 2 binary, 0 goes on with a message. */
export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly masked: boolean;
  /** Reserved bits, which must be zero. */
  readonly reserved: number;
  readonly text: string;
  readonly edits: readonly Edit[];
  /** The length that the frame claims, where it is not its own. */
  readonly claims: number | undefined;
}

/** One life of a link: the upgrade, what is said instead of or after a hello, and perhaps a call to that window. */
export interface LinkCase {
  readonly kind: 'link';
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly hello: 'right' | 'none' | readonly Frame[];
  readonly frames: readonly Frame[];
  /** A call by an agent, and what the window answers; `{{call}}` is its id. */
  readonly call: { readonly tool: string; readonly arguments: unknown; readonly reply: readonly Frame[] } | undefined;
}

/** Its folder holds no path that cases name: a call without a window goes to the window that answers. */
const window = {
  ...sampleWindow,
  name: 'fuzzed',
  folders: [{ name: 'f', path: '/srv/fuzzed', uri: 'file:///srv/fuzzed' }],
  revisions: { context: 1, diagnostics: 1 },
};
/** `{{proof}}` and the ids are put in when the link is open. */
export const helloTemplate = {
  type: 'hello',
  version: linkVersion,
  proof: '{{proof}}',
  editorId: '{{editor}}',
  epoch: '{{epoch}}',
  extensionVersion: '0',
  window,
  tools: ['read_buffer', 'edit_buffer', 'get_diagnostics', 'get_editor_context', 'open_file'],
  journal: ['a'],
};

const id = fc.oneof(
  { weight: 3, arbitrary: fc.constant('{{call}}') },
  { weight: 1, arbitrary: fc.constantFrom('unknown', '', 'x'.repeat(129), '__proto__') },
);
const error = { code: 'not_found', message: 'gone', hint: 'look', retryable: false, executed: 'no' };
const toolResult = { content: [{ type: 'text', text: 'ok' }], structuredContent: { path: 'a' } };

const resultText = fc
  .tuple(id, mutatedJson(fc.constant(toolResult)))
  .map(([given, content]) => `${JSON.stringify({ type: 'result', id: given, ok: true })}\n${content}`);
const messageText = fc.oneof(
  { weight: 3, arbitrary: resultText },
  { weight: 2, arbitrary: mutatedJson(id.map((given) => ({ type: 'result', id: given, ok: false, error }))) },
  {
    weight: 2,
    arbitrary: mutatedJson(id.map((given) => ({ type: 'progress', id: given, progress: 1, total: 2, message: 'm' }))),
  },
  { weight: 2, arbitrary: mutatedJson(fc.constant({ type: 'event', window })) },
  { weight: 1, arbitrary: mutatedJson(fc.constant(helloTemplate)) },
  { weight: 1, arbitrary: oddJson },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '\n', '\n{}', '{}\n', '{"type":"result","id":"x","ok":true}', 'not json'),
  },
);

function framed(text: fc.Arbitrary<string>): fc.Arbitrary<readonly Frame[]> {
  const whole = { opcode: 1, fin: true, masked: true, reserved: 0, edits: [], claims: undefined };
  const odd = fc
    .record({
      opcode: fc.constantFrom(0, 1, 2, 3, 8, 9, 10, 15),
      fin: fc.boolean(),
      masked: fc.boolean(),
      reserved: fc.nat(7),
      edits,
      claims: fc.constantFrom(undefined, undefined, 0, 126, 70_000, 9 * 1024 * 1024, 2 ** 31, 2 ** 53),
    })
    .chain((shape) => text.map((each): readonly Frame[] => [{ ...shape, text: each }]));
  return fc.oneof(
    { weight: 8, arbitrary: text.map((each): readonly Frame[] => [{ ...whole, text: each }]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(text, someEdits)
        .map(([each, changes]): readonly Frame[] => [{ ...whole, text: each, edits: changes }]),
    },
    {
      weight: 1,
      arbitrary: text.map((each): readonly Frame[] => {
        const middle = Math.floor(each.length / 2);
        return [
          { ...whole, fin: false, text: each.slice(0, middle) },
          { ...whole, opcode: 9, text: 'between' },
          { ...whole, opcode: 0, text: each.slice(middle) },
        ];
      }),
    },
    { weight: 2, arbitrary: odd },
  );
}

const upgradeHeader = fc.constantFrom(
  { name: 'holdfast-nonce', value: 'short' },
  { name: 'holdfast-nonce', value: '' },
  { name: 'sec-websocket-protocol', value: 'other' },
  { name: 'sec-websocket-protocol', value: ',,' },
  { name: 'sec-websocket-version', value: '7' },
  { name: 'sec-websocket-key', value: 'x' },
  { name: 'sec-websocket-extensions', value: 'permessage-deflate; client_max_window_bits=999' },
  { name: 'upgrade', value: 'h2c' },
  { name: 'origin', value: 'http://evil.example' },
  { name: 'host', value: 'evil.example' },
  { name: 'x-large', value: 'x'.repeat(20_000) },
);

export const linkCases: fc.Arbitrary<LinkCase> = fc.record({
  kind: fc.constant('link' as const),
  headers: fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(upgradeHeader, { minLength: 1, maxLength: 2 }) },
  ),
  hello: fc.oneof(
    { weight: 5, arbitrary: fc.constant('right' as const) },
    { weight: 1, arbitrary: fc.constant('none' as const) },
    { weight: 3, arbitrary: framed(mutatedJson(fc.constant(helloTemplate))) },
  ),
  frames: fc.array(framed(messageText), { maxLength: 3 }).map((each) => each.flat()),
  call: fc.option(
    fc
      .tuple(toolCallParams, framed(messageText))
      .map(([{ name, arguments: args }, reply]) => ({ tool: name, arguments: args, reply })),
    { nil: undefined, freq: 2 },
  ),
});
