import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig, readConfig } from '../../../server/config.ts';
import { tempDir } from '../../support/temp-dir.ts';

const defaults = { sessions: { onStale: 'heal' }, upstreams: {} };

describe('config.json', () => {
  it('is taken as it is, with defaults for what it does not say', () => {
    assert.deepEqual(parseConfig('{"sessions":{"onStale":"adopt"}}'), {
      config: { ...defaults, sessions: { onStale: 'adopt' } },
      problems: [],
    });
    for (const text of ['{}', '{"sessions":{}}'])
      assert.deepEqual(parseConfig(text), { config: defaults, problems: [] });
  });

  it('loses only what is wrong in it, and each such thing is named with what is accepted', () => {
    const { config, problems } = parseConfig('{"sessions":{"onStale":"adopt","onstale":1},"colour":{}}');
    assert.deepEqual(config, { ...defaults, sessions: { onStale: 'adopt' } });
    assert.deepEqual(
      problems.map((problem) => problem.replace(/\(known: .*\)/, '(known: …)')),
      [
        '"sessions.onstale" is no setting (known: …); it is not used',
        '"colour" is no setting (known: …); it is not used',
      ],
    );
    assert.match(problems[0] ?? '', /\(known: .*sessions\.onStale.*\)/);
    const wrong = parseConfig('{"sessions":{"onStale":7}}');
    assert.deepEqual(wrong.config, defaults);
    assert.match(
      wrong.problems.join(),
      /^"sessions\.onStale" is wrong: .*"heal"\|"diagnose"\|"adopt".*; it is not used$/,
    );
  });

  it('names other servers, and loses a server of which something is wrong as a whole', () => {
    const given = { headers: { authorization: 'Bearer x' }, trustHints: true, args: [], env: {} };
    const good = { ...given, url: 'http://127.0.0.1:9/mcp' };
    const both = { url: 'http://a.example/', command: 'node' };
    const { config, problems } = parseConfig(
      JSON.stringify({
        upstreams: {
          good,
          more: { url: 'https://a.example/', colour: 1 },
          none: {},
          both,
          a__b: good,
          ftp: { url: 'ftp://a' },
        },
      }),
    );
    assert.deepEqual(config.upstreams, {
      good,
      more: { url: 'https://a.example/', headers: {}, trustHints: false, args: [], env: {} },
    });
    assert.deepEqual(
      new Set(problems.map((problem) => problem.split(' ')[0])),
      new Set([
        '"upstreams.a__b"',
        '"upstreams.both"',
        '"upstreams.ftp.url"',
        '"upstreams.more.colour"',
        '"upstreams.none"',
      ]),
    );
  });

  it('says of a server why it is not used, and what can be said of one', () => {
    const url = 'http://a.example/';
    const upstreams = {
      a__b: { url },
      nl: { url, headers: { x: 'a\nb' } },
      key: { url, headers: { 'a b': 'x' } },
      more: { url, colour: 1 },
    };
    const { config, problems } = parseConfig(JSON.stringify({ upstreams }));
    assert.deepEqual(Object.keys(config.upstreams), ['more']);
    assert.deepEqual(
      new Set(problems),
      new Set([
        '"upstreams.a__b" is wrong: names of servers are letters and digits, with single "-" or "_" between; it is not used',
        '"upstreams.nl.headers.x" is wrong: a header holds one line of Latin characters; the server "nl" is not used',
        '"upstreams.key.headers.a b" is wrong: this is no name of a header; the server "key" is not used',
        '"upstreams.more.colour" is no setting (known: type, url, command, args, env, cwd, headers, trustHints); it is not used',
      ]),
    );
  });

  it('may begin with a mark of its encoding', () => {
    assert.deepEqual(parseConfig('\uFEFF{"sessions":{"onStale":"adopt"}}'), {
      config: { ...defaults, sessions: { onStale: 'adopt' } },
      problems: [],
    });
  });

  it('that is no object, or no JSON, is not used at all', () => {
    for (const text of ['[]', 'null', '"heal"', '7', '{"sessions":[]}', '{"sessions":null}']) {
      const { config, problems } = parseConfig(text);
      assert.deepEqual([config, problems.length], [defaults, 1], text);
    }
    const { config, problems } = parseConfig('{"sessions":');
    assert.deepEqual(config, defaults);
    assert.match(problems.join(), /^this is not JSON \(.*\); nothing of it is used$/);
  });

  it('may be absent, and is named with its path where it cannot be used', () => {
    const dir = tempDir();
    try {
      assert.deepEqual(readConfig(dir.path), { config: defaults, problems: [] });
      const path = join(dir.path, 'config.json');
      writeFileSync(path, 'x');
      assert.ok(readConfig(dir.path).problems[0]?.startsWith(`${path}: this is not JSON`));
      const { config, problems } = readConfig(path);
      assert.deepEqual(config, defaults);
      assert.match(problems.join(), /config\.json cannot be read: ENOTDIR/);
    } finally {
      dir.remove();
    }
  });
});
