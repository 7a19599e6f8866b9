/** Product mode: the scenarios that say something of any server, against the real bridge with a window. */
import { BridgeProcess } from '../support/bridge-process.ts';
import { FakeEditor } from '../support/fake-editor.ts';
import { type Check, runSuite, type Suite, type SuiteResults } from './suite.ts';
import type { LeftOut } from './verdict.ts';

const legacy = '2025-11-25';
const modern = '2026-07-28';

/** By revision of MCP. */
export const productScenarios = {
  [legacy]: [
    'server-initialize',
    'server-session-lifecycle',
    'ping',
    'tools-list',
    'logging-set-level',
    'resources-list',
    'prompts-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
  ],
  [modern]: [
    'tools-list',
    'resources-list',
    'prompts-list',
    'caching',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
    'sep-2164-resource-not-found',
    'http-header-validation',
    'server-stateless',
  ],
} as const;
export type Revision = keyof typeof productScenarios;

const noDiagnosticTool = 'needs a diagnostic tool that a product has no business to have; the fixture has it';

export const productLeftOut: Readonly<Record<Revision, LeftOut>> = {
  [legacy]: {},
  [modern]: {
    'server-stateless:sep-2575-server-rejects-undeclared-capability': noDiagnosticTool,
    'server-stateless:sep-2575-missing-capability-http-400': noDiagnosticTool,
    'server-stateless:sep-2575-http-server-no-independent-requests-on-stream': noDiagnosticTool,
    'server-stateless:sep-2575-server-no-log-without-loglevel': noDiagnosticTool,
  },
};

export async function runProduct(suite: Suite, revision: Revision): Promise<SuiteResults> {
  const bridge = await BridgeProcess.start();
  try {
    const editor = await FakeEditor.connect({
      port: bridge.port,
      secret: bridge.editorSecret,
      handlers: {
        get_editor_context: () => ({ structured: { active: null, selection: null, tabs: [], dirty: [] } }),
        get_diagnostics: () => ({ structured: { files: [] } }),
      },
    });
    try {
      const results = new Map<string, readonly Check[]>();
      for (const scenario of productScenarios[revision]) {
        const args = ['--scenario', scenario, '--spec-version', revision];
        const name = `product-${revision}/${scenario}`;
        for (const [found, checks] of await runSuite(suite, bridge, name, args)) results.set(found, checks);
      }
      return results;
    } finally {
      await editor.dispose();
    }
  } finally {
    await bridge.dispose();
  }
}
