import assert from 'node:assert/strict';
import { recordedAnswers } from '../support/recorded-answers.ts';
import { RecordedServer } from '../support/recorded-server.ts';
import { RecordingClient } from '../support/recording-client.ts';

describe('A session that a server in another language has lost', () => {
  for (const answer of recordedAnswers) {
    it(`${answer.server}: its answer, byte by byte, is healed unseen by one initialize`, async () => {
      const server = await RecordedServer.start(answer);
      const client = new RecordingClient(server.url);
      try {
        await client.open();
        server.forget();
        client.sent.length = 0;
        const reply = await client.request('tools/list');
        assert.equal(reply.kind, 'response', `${answer.source}: ${JSON.stringify(reply)}`);
        assert.deepEqual(client.sent, [
          { method: 'tools/list', session: 's1' },
          { method: 'initialize', session: undefined },
          { method: 'notifications/initialized', session: 's2' },
          { method: 'tools/list', session: 's2' },
        ]);
        assert.ok(client.logged.includes(`the session was stale (${answer.rule}); a new one has replaced it`));
      } finally {
        client.dispose();
        await server.stop();
      }
    });
  }
});
