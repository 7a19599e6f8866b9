import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import * as vscode from 'vscode';
import { catalog } from '../../shared/catalog.ts';
import { closeAll, createToolRig, type ToolRig, unseen } from './tool-rig.ts';

const files = 220;
/** What one answer may cost an agent by default, in tokens: 8,000 characters of code and names, and a little. */
const usual = 3_500;

/** One symbol that each file uses twice, and a problem in each. */
function project(rig: ToolRig): void {
  // In this process: one more for each file would hold up the extension host for seconds.
  const write = (file: string, text: string) => writeFileSync(rig.uri(file).fsPath, text);
  const methods = Array.from(
    { length: 400 },
    (_, n) => `  method${n}(value: number): number {\n    return value + ${n};\n  }`,
  );
  write(
    'hub.ts',
    `export function hub(value: number): number {\n  return value;\n}\n\nexport class Large {\n${methods.join('\n')}\n}\n`,
  );
  for (let n = 0; n < files; n += 1) {
    write(
      `user-${n}.ts`,
      `import { hub } from './hub';\n\nexport const first${n} = hub(${n});\nexport const second${n}: string = hub(first${n});\n`,
    );
  }
}

describe(`answers about a workspace of ${files + 1} files`, () => {
  let rig: ToolRig;
  before(async () => {
    await closeAll();
    rig = createToolRig('large');
    project(rig);
    await vscode.workspace.openTextDocument(rig.uri('hub.ts'));
  });
  after(() => rig.dispose());

  /** Tokens of the text that a model reads, and of everything that a client is sent. */
  async function cost(tool: string, answering: Promise<unknown>): Promise<{ text: number; whole: number }> {
    const definition = catalog[tool];
    assert.ok(definition !== undefined);
    const output = definition.output.parse(await unseen(() => answering));
    const text = definition.render(output);
    assert.ok(text.length > 1_000, `${tool} has much to say here: ${text}`);
    return { text: countTokens(text), whole: countTokens(text) + countTokens(JSON.stringify(output)) };
  }

  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    read_buffer: () => rig.tools.read_buffer({ path: rig.name('hub.ts') }, rig.context),
    outline: () => rig.tools.outline({ path: rig.name('hub.ts'), symbol: 'Large' }, rig.context),
    find_symbol: () => rig.tools.find_symbol({ query: 'method', path: rig.name('hub.ts') }, rig.context),
    find_related: () => rig.tools.find_related({ path: rig.name('hub.ts'), symbol: 'hub' }, rig.context),
    rename_symbol: () =>
      rig.tools.rename_symbol({ path: rig.name('hub.ts'), symbol: 'hub', new_name: 'center' }, rig.context),
    get_diagnostics: () =>
      rig.tools.get_diagnostics(
        { paths: Array.from({ length: 50 }, (_, n) => rig.name(`user-${n}.ts`)), wait_ms: 20_000 },
        rig.context,
      ),
  };
  for (const [tool, call] of Object.entries(calls)) {
    it(`of ${tool} stay within what an agent can afford, and show nothing to the person`, async function () {
      this.timeout(120_000);
      const { text, whole } = await cost(tool, call());
      assert.ok(text <= usual && whole <= 4 * usual, `${text} tokens of text, ${whole} in all`);
    });
  }
});
