import assert from 'node:assert/strict';
import { isRecord } from '../../../../server/agent/json-rpc.ts';
import { answered, never } from '../../../support/fake-upstream.ts';
import { ShimRig, toolCall } from '../../../support/shim-rig.ts';

const deep = '['.repeat(200_000) + ']'.repeat(200_000);

describe('the shim, of lines that no agent should send', () => {
  let rig: ShimRig;
  beforeEach(() => {
    rig = new ShimRig();
  });
  afterEach(() => rig.dispose());

  /** Ids and error codes of what was written, as one list; a batch stands for itself. */
  const answers = () =>
    rig.written.map((message) => (Array.isArray(message) ? message.map(idAndCode) : idAndCode(message)));

  it('says of lists in lists, however many, that they are no message', async () => {
    await rig.line(deep);
    assert.deepEqual(answers(), [[[null, -32_600]]]);
  });

  it('answers a request that is nested too deeply for a batch with an error, and the others of its line', async () => {
    await rig.open();
    const request = (id: number, params: string) =>
      `{"jsonrpc":"2.0","id":${id},"method":"tools/list","params":${params}}`;
    await rig.line(`[${request(1, '{}')},${request(2, `{"a":${deep}}`)},${request(3, '{}')}]`);
    assert.deepEqual(answers(), [
      [
        [1, undefined],
        [2, -32_603],
        [3, undefined],
      ],
    ]);
  });

  it('goes on after a response that is nested too deeply, which gets no answer', async () => {
    await rig.open();
    rig.server.script = ({ http, method, id }, stream) => {
      if (http === 'GET') return never;
      if (method !== 'tools/call') return undefined;
      stream('{"jsonrpc":"2.0","id":0,"method":"roots/list"}', undefined);
      return answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    };
    await rig.send(toolCall(0));
    rig.written.length = 0;
    await rig.line(`{"jsonrpc":"2.0","id":"server-1","result":${deep}}`);
    await rig.send({ id: 1, method: 'tools/list' });
    assert.deepEqual(answers(), [[1, undefined]]);
    assert.match(rig.logged.join(), /a response could not be passed on: Maximum call stack size exceeded/);
  });
});

function idAndCode(message: unknown): unknown {
  if (!isRecord(message)) return message;
  const { id, error } = message;
  return [id, isRecord(error) ? error['code'] : undefined];
}
