import assert from 'node:assert/strict';
import { SessionWatch } from '../../../../server/agent/legacy/session-watch.ts';
import { limits } from '../../../../shared/limits.ts';
import { fakeContent } from '../../../support/fake-content.ts';

const capabilities = { resources: { subscribe: true }, logging: {} };
const update = (uri: string) => ({ kind: 'resource', uri }) as const;
const log = (level: 'debug' | 'info' | 'warning' | 'error') => ({ kind: 'log', level, data: level }) as const;

describe('What a legacy client asked to be told of', () => {
  const watching = (resources: readonly string[] = ['a:', 'b:']) =>
    new SessionWatch(fakeContent({ capabilities, resources }).content);

  it('is nothing below a warning until it sets a level', () => {
    const watch = watching();
    const told = () =>
      (['debug', 'info', 'warning', 'error'] as const).filter((level) => watch.notificationOf(log(level), true));
    assert.deepEqual(told(), ['warning', 'error']);
    assert.equal(watch.answer('logging/setLevel', { level: 'info' }), '{}');
    assert.deepEqual(told(), ['info', 'warning', 'error']);
    watch.answer('logging/setLevel', { level: 'emergency' });
    assert.deepEqual(told(), []);
  });

  it('is a level of MCP, nothing else', () => {
    for (const params of [undefined, {}, { level: 'loud' }, { level: 3 }]) {
      assert.throws(() => watching().answer('logging/setLevel', params), { code: -32_602 });
    }
  });

  it('is each resource that it subscribed to, until it unsubscribes', () => {
    const watch = watching();
    assert.equal(watch.notificationOf(update('a:'), true), undefined);
    assert.equal(watch.answer('resources/subscribe', { uri: 'a:' }), '{}');
    assert.deepEqual(JSON.parse(watch.notificationOf(update('a:'), true) ?? ''), {
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'a:' },
    });
    assert.equal(watch.notificationOf(update('b:'), true), undefined);
    assert.equal(watch.answer('resources/unsubscribe', { uri: 'a:' }), '{}');
    assert.equal(watch.notificationOf(update('a:'), true), undefined);
  });

  it('waits for its stream when it has none, once for each resource', () => {
    const watch = watching();
    for (const uri of ['a:', 'b:']) watch.answer('resources/subscribe', { uri });
    for (const uri of ['b:', 'b:']) assert.equal(watch.notificationOf(update(uri), false), undefined);
    assert.deepEqual(
      watch.takeMissed().map((json) => JSON.parse(json).params.uri),
      ['b:'],
    );
    assert.deepEqual(watch.takeMissed(), []);
  });

  it('is kept as what differs from the default, and restored from that', () => {
    const watch = watching();
    assert.deepEqual(watch.state, { level: undefined, uris: [] });
    watch.answer('logging/setLevel', { level: 'info' });
    watch.answer('resources/subscribe', { uri: 'b:' });
    assert.deepEqual(watch.state, { level: 'info', uris: ['b:'] });
    const { content } = fakeContent({ capabilities, resources: ['a:', 'b:'] });
    const restored = new SessionWatch(content, { level: 'info', uris: ['b:', 'gone:'] });
    assert.deepEqual(restored.state, watch.state);
    assert.ok(restored.wantsLevel('info') && !restored.wantsLevel('debug'));
  });

  it('counts as changed after it was restored, because nobody was looking', () => {
    const { content } = fakeContent({ capabilities, resources: ['a:'] });
    const restored = new SessionWatch(content, { uris: ['a:'] });
    assert.equal(restored.takeMissed().length, 1);
    assert.deepEqual(restored.takeMissed(), []);
  });

  it('is refused for what is no resource, and beyond the limit', () => {
    assert.throws(() => watching().answer('resources/subscribe', { uri: 'c:' }), { data: { uri: 'c:' } });
    assert.throws(() => watching().answer('resources/subscribe', {}), { code: -32_602 });
    const uris = Array.from({ length: limits.subscriptionMaxUris + 1 }, (_, index) => `r:${index}`);
    const watch = watching(uris);
    for (const uri of uris.slice(0, -1)) watch.answer('resources/subscribe', { uri });
    watch.answer('resources/subscribe', { uri: 'r:0' });
    assert.throws(() => watch.answer('resources/subscribe', { uri: uris.at(-1) }), /unsubscribe from one/);
  });

  it('is not settled here where the content does not declare it', () => {
    const watch = new SessionWatch(fakeContent({ resources: ['a:'] }).content);
    for (const method of ['logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'ping']) {
      assert.equal(watch.answer(method, { level: 'info', uri: 'a:' }), undefined);
    }
  });
});
