import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { errorCodeOf, success, textOf } from '../host/agent.ts';
import { Stage } from '../host/stage.ts';

describe('a window in restricted mode', () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open({ trust: true });
  });
  after(() => stage?.close());

  it('links and answers reading tools, and refuses an edit as untrusted', async () => {
    const folder = stage.scratch.sample('greeter');
    const page = await stage.linkedWindow(folder);
    await page.getByText('Restricted Mode').first().waitFor();
    const agent = await stage.agent();
    const [window] = await agent.windows();
    assert.equal(window?.trusted, false);
    assert.match(textOf(success(await agent.call('read_buffer', { path: 'src/people.ts' }))), /Grace/);

    const file = path.join(folder, 'src/people.ts');
    const before = readFileSync(file, 'utf8');
    const edit = { path: file, old: 'Grace', new: 'Linus' };
    const refused = await agent.call('edit_buffer', { edits: [edit], save: true });
    assert.equal(errorCodeOf(refused), 'untrusted');
    assert.equal(readFileSync(file, 'utf8'), before);
    assert.match(textOf(success(await agent.call('read_buffer', { path: 'src/people.ts' }))), /Grace/);
    await stage.screenshot(page, 'restricted-mode');
  });
});
