import assert from 'node:assert/strict';
import { type ConsentState, Consents } from '../../../../extension/servers/consents.ts';
import type { ServerSetting } from '../../../../extension/servers/server-setting.ts';
import { WindowServers, type WorkspaceServer } from '../../../../extension/servers/window-servers.ts';
import { limits } from '../../../../shared/limits.ts';

const docs = { url: 'http://127.0.0.1:1/mcp' };
const tool = { command: 'node', args: ['tool.mjs'] };
const whole = { args: [], env: {}, headers: {}, trustHints: false };

describe("A window's MCP servers", () => {
  let kept: Record<string, unknown>;
  let settings: ServerSetting[];
  let trusted: boolean;
  let changes: number;
  let servers: WindowServers;

  const state: ConsentState = {
    get: (key) => kept[key],
    update: (key, value) => {
      kept[key] = value;
      return Promise.resolve();
    },
  };
  const user = (value: unknown): ServerSetting => ({ scope: 'user', where: 'user settings', folder: '/w', value });
  const workspace = (value: unknown, folder = '/w'): ServerSetting => ({
    scope: 'workspace',
    where: '.vscode/settings.json',
    file: `file://${folder}/.vscode/settings.json`,
    folder,
    value,
  });
  const open = (...given: ServerSetting[]): void => {
    settings = given;
    servers = new WindowServers({
      settings: () => settings,
      isTrusted: () => trusted,
      consents: new Consents(state),
      env: (name) => ({ TOKEN: 't0ken', EMPTY: '' })[name],
    });
    changes = 0;
    servers.onDidChange(() => changes++);
  };
  const become = (...given: ServerSetting[]): void => {
    settings = given;
    servers.update();
  };
  const only = (): WorkspaceServer => {
    const [server, more] = servers.questions;
    assert.ok(server !== undefined && more === undefined, `one question, not ${servers.questions.length}`);
    return server;
  };
  const names = () => Object.keys(servers.offers);
  const asked = () => servers.questions.map(({ name }) => name);

  beforeEach(() => {
    kept = {};
    trusted = true;
  });
  afterEach(() => servers.dispose());

  it("are the person's own without a question, also in an untrusted workspace", () => {
    trusted = false;
    open(user({ docs, tool }), workspace({ more: docs }));
    assert.deepEqual(servers.offers, { docs: { ...whole, ...docs }, tool: { ...whole, ...tool } });
    assert.deepEqual([asked(), servers.workspace], [[], []]);
    trusted = true;
    servers.update();
    assert.deepEqual([names(), asked(), changes], [['docs', 'tool'], ['more'], 1]);
  });

  it('of the workspace wait for the person, and are offered in its folder from the answer on', () => {
    open(workspace({ tool, docs }));
    assert.deepEqual([names(), asked()], [[], ['tool', 'docs']]);
    const [first, second] = servers.questions;
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(servers.decide(first, 'allowed'));
    assert.deepEqual(servers.offers, { tool: { ...whole, ...tool, cwd: '/w' } });
    assert.ok(servers.decide(second, 'denied'));
    assert.deepEqual([names(), asked(), changes], [['tool'], [], 2]);
  });

  it('keep the answer over a reload, and are asked about again after any change, also of the folder', () => {
    open(workspace({ tool }));
    servers.decide(only(), 'allowed');
    open(workspace({ tool: { args: ['tool.mjs'], command: 'node' } }));
    assert.deepEqual([names(), asked()], [['tool'], []]);
    for (const changed of [
      { ...tool, args: ['other.mjs'] },
      { ...tool, env: { A: '1' } },
      { ...tool, cwd: 'sub' },
      { ...tool, trustHints: true },
      docs,
    ]) {
      become(workspace({ tool: changed }));
      assert.deepEqual([names(), asked()], [[], ['tool']], JSON.stringify(changed));
    }
    become(workspace({ tool }, '/elsewhere'));
    assert.deepEqual([names(), asked()], [[], ['tool']]);
    become(workspace({ renamed: tool }));
    assert.deepEqual([names(), asked()], [[], ['renamed']]);
    become(workspace({ tool }));
    assert.deepEqual([names(), asked()], [['tool'], []]);
  });

  it('stay denied until they change, or until the person wants to be asked again', () => {
    open(workspace({ tool }));
    const server = only();
    servers.decide(server, 'denied');
    open(workspace({ tool }));
    assert.deepEqual([names(), asked(), servers.workspace.length], [[], [], 1]);
    const [denied] = servers.workspace;
    assert.ok(denied !== undefined);
    assert.equal(servers.decisionOn(denied), 'denied');
    servers.decide(denied, undefined);
    assert.equal(only().key, server.key);
  });

  it('are decided only by whoever has the question itself, while it stands', () => {
    open(workspace({ tool }));
    const server = only();
    assert.equal(servers.decide({ ...server }, 'allowed'), false);
    servers.update();
    assert.equal(only(), server, 'the same question is the same object');
    become(workspace({ tool: { ...tool, args: ['evil.mjs'] } }));
    assert.equal(servers.decide(server, 'allowed'), false, 'what is allowed is what was shown');
    become(workspace({ tool }));
    assert.deepEqual([names(), kept], [[], {}]);
  });

  it('of the workspace take the place of the own one of their name only when they are allowed', () => {
    open(user({ docs }), workspace({ docs: tool }));
    assert.deepEqual(servers.offers['docs'], { ...whole, ...docs });
    assert.ok(only().replaces);
    servers.decide(only(), 'allowed');
    assert.deepEqual(servers.offers['docs'], { ...whole, ...tool, cwd: '/w' });
  });

  it('get variables of the environment, and the question and its answer are about what is written', () => {
    const written = { ...docs, headers: { authorization: 'Bearer ${env:TOKEN}${env:EMPTY}' } };
    open(workspace({ docs: written }));
    assert.deepEqual(only().config.headers, written.headers);
    servers.decide(only(), 'allowed');
    assert.deepEqual(servers.offers['docs']?.headers, { authorization: 'Bearer t0ken' });
    assert.doesNotMatch(JSON.stringify(kept), /t0ken|Bearer/);
    become(user({ tool: { ...tool, args: ['${env:NOWHERE}'], env: { A: '${other}' } }, docs }));
    assert.deepEqual(names(), ['docs']);
    assert.deepEqual(servers.problems, [{ name: 'tool', reason: `VS Code's environment has no variable "NOWHERE"` }]);
  });

  it('that are wrong cost no other, and the problem names the place', () => {
    open(user({ docs, none: {} }), workspace('text'), workspace({ 'a b': docs }));
    assert.deepEqual(names(), ['docs']);
    assert.deepEqual(servers.problems, [
      { name: 'none', reason: 'a server needs either "url" or "command" (user settings)' },
      {
        name: 'a b',
        reason: 'names of servers are letters and digits, with single "-" or "_" between (.vscode/settings.json)',
      },
    ]);
  });

  it('make an own folder that is relative begin at the first folder of the window', () => {
    open(user({ tool: { ...tool, cwd: 'sub' }, placed: { ...tool, cwd: '/else' } }));
    assert.deepEqual([servers.offers['tool']?.cwd, servers.offers['placed']?.cwd], ['/w/sub', '/else']);
  });

  it('forget the oldest answers beyond the limit, and take what cannot be understood for no answer', () => {
    kept = { serverConsents: { a: 'perhaps', b: 'allowed' } };
    const consents = new Consents(state);
    assert.deepEqual([consents.get('a'), consents.get('b')], [undefined, 'allowed']);
    for (let n = 0; n < limits.serverConsentsMax; n += 1) consents.set(`${n}-`, 'denied');
    assert.deepEqual([consents.get('b'), new Consents(state).get('0-')], [undefined, 'denied']);
    open();
  });
});
