import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EditorHandlers } from '../../extension/tools/handlers.ts';
import type { ToolContext } from '../../extension/tools/tool-context.ts';
import { catalog } from '../../shared/catalog.ts';
import { exampleCalls, exampleFile } from '../docs/example-calls.ts';
import recorded from '../docs/tool-examples.json' with { type: 'json' };
import { closeAll, createToolRig, type ToolRig } from './tool-rig.ts';

describe('the reference of the tools', () => {
  let rig: ToolRig;
  before(async () => {
    await closeAll();
    rig = createToolRig('examples');
  });
  after(() => rig.dispose());

  it('shows what the tools really answer (npm run docs takes over what this test recorded)', async () => {
    await rig.show(exampleFile.name, exampleFile.text);
    // The servers learn of the new file from a watcher.
    const noticed = async () => {
      const { freshness } = await rig.tools.find_related(
        { path: rig.name(exampleFile.name), symbol: 'visit' },
        rig.context,
      );
      return freshness.complete;
    };
    while (!(await noticed()));
    const answers: Record<string, unknown> = {};
    for (const { tool, input } of exampleCalls) {
      const output = await call(rig.tools, tool, input, rig.context);
      const text = catalog[tool]?.render(catalog[tool].output.parse(output));
      answers[tool] = JSON.parse(JSON.stringify({ input, text, output }));
    }
    const results = process.env.HOLDFAST_TEST_RESULTS;
    assert.ok(results);
    const file = path.join(path.dirname(results), '../tool-examples.json');
    writeFileSync(file, `${JSON.stringify(answers, undefined, 2)}\n`);
    assert.deepEqual(answers, recorded, 'run npm run docs, then look at the difference in docs/tools.md');
  });
});

/** Calls a handler by its name, as the call router does. */
function call(tools: EditorHandlers['table'], tool: string, input: unknown, context: ToolContext): Promise<unknown> {
  const handler: unknown = Reflect.get(tools, tool);
  assert.ok(typeof handler === 'function', tool);
  return Promise.resolve(Reflect.apply(handler, tools, [catalog[tool]?.input.parse(input), context]));
}
