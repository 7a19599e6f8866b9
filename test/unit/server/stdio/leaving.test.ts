import assert from 'node:assert/strict';
import { isRecord } from '../../../../server/agent/json-rpc.ts';
import { limits } from '../../../../shared/limits.ts';
import { answered, never } from '../../../support/fake-upstream.ts';
import { ShimRig, toolCall } from '../../../support/shim-rig.ts';

describe('the shim, when its agent leaves', () => {
  let rig: ShimRig;
  beforeEach(async () => {
    rig = new ShimRig();
    await rig.open();
  });
  afterEach(() => rig.dispose());

  const errorOf = (message: unknown): unknown => {
    const result = isRecord(message) ? message['result'] : undefined;
    const meta = isRecord(result) ? result['_meta'] : undefined;
    return isRecord(meta) ? meta['holdfast/error'] : undefined;
  };

  it('says of a call that still runs that nobody knows what became of it, and tells the bridge to stop it', async () => {
    let answer = (): void => {};
    rig.server.script = ({ http, method, id }) => {
      if (http === 'GET') return never;
      const late = answered(200, JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
      return method === 'tools/call' ? new Promise((resolve) => (answer = () => resolve(late))) : undefined;
    };
    await rig.send(toolCall(1));
    const settled = rig.shim.settle(limits.lastAnswersMs).then(() => rig.written.length);
    await rig.server.clock.advance(limits.lastAnswersMs);
    answer();
    assert.equal(await settled, 1, 'it left before the answer was written');
    assert.deepEqual(rig.written.map(errorOf), [
      {
        code: 'outcome_unknown',
        message: 'stdin ended while tools/call was running; it was told to stop and may have had its effect.',
        hint: 'Read the affected state first (read_buffer, get_editor_context, get_diagnostics); repeat the call only if its effect is missing.',
        retryable: false,
        executed: 'unknown',
      },
    ]);
    assert.deepEqual(rig.server.methods(), ['tools/call s1', 'notifications/cancelled s1']);
  });

  it('goes as soon as the last answer is written, also that of a batch', async () => {
    const line = JSON.stringify([{ jsonrpc: '2.0', ...toolCall(1) }]);
    rig.shim.line(line);
    await rig.shim.settle(limits.lastAnswersMs);
    assert.deepEqual(rig.written, [[{ jsonrpc: '2.0', id: 1, result: { served: 'tools/call' } }]]);
  });

  it('takes a success without an answer for what it is: the call may have run', async () => {
    rig.server.script = ({ http, method }) =>
      http === 'GET' ? never : method === 'tools/call' ? answered(202, '', '') : undefined;
    await rig.send(toolCall(1));
    const error = rig.written.map(errorOf)[0];
    assert.ok(isRecord(error));
    const { code, message, executed } = error;
    assert.deepEqual(
      { code, message, executed },
      {
        code: 'outcome_unknown',
        message:
          'The bridge ended tools/call with HTTP 202 and without an answer, as it does when its session is over.',
        executed: 'unknown',
      },
    );
  });
});
