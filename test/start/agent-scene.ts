/** An agent at work in the window: finds the type error, fixes it in the buffer, sees the diagnostics turn clean. */
import assert from 'node:assert/strict';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { limits } from '../../shared/limits.ts';
import { diagnosticsTools, type FileDiagnostics } from '../../shared/tools/diagnostics.ts';
import { type Agent, success, textOf } from '../host/agent.ts';
import { until } from '../host/deadline.ts';
import { sourceFilesIn } from './source-files.ts';
import type { Steps } from './steps.ts';

const faultyFile = 'src/main.ts';
const fix = { path: faultyFile, old: 'const longest: number', new: 'const longest: string' };
/** A language server that starts cold on a busy machine. */
const analysedMs = 60_000;
const reportedFiles = 20;

export interface AgentSceneDeps {
  readonly steps: Steps;
  readonly agent: Agent;
  readonly folder: string;
}

/** The tools, the window, and what is wrong in the workspace. */
export async function lookAround({ steps, agent, folder }: AgentSceneDeps): Promise<void> {
  await steps.run(
    'the agent lists the tools',
    () => agent.tools(),
    (tools) => tools.join(', '),
  );
  await steps.run(
    'list_windows finds the window',
    () => findWindow(agent, folder),
    (window) => window,
  );
}

/** For a workspace of the person: only read. */
export async function reportDiagnostics({ steps, agent, folder }: AgentSceneDeps): Promise<void> {
  const paths = sourceFilesIn(folder, reportedFiles);
  if (paths.length === 0) steps.skip('get_diagnostics', 'no source file that VS Code looks at by itself');
  else {
    await steps.run(
      `get_diagnostics of ${paths.length} files`,
      async () => success(await agent.call('get_diagnostics', { paths, wait_ms: limits.diagnosticsWaitMaxMs })),
      (result) => lineOf(result, 0),
    );
  }
  steps.skip('fixing a type error', 'your own files are only read');
}

export async function fixTypeError({ steps, agent }: AgentSceneDeps): Promise<void> {
  await steps.run(
    'get_diagnostics finds the type error',
    async () => {
      const file = await until('the file is analysed', analysedMs, () => analysed(agent));
      assert.equal(file.counts.error, 1);
      return file;
    },
    ({ items }) => `${faultyFile}:${items?.[0]?.line} ${items?.[0]?.message}`,
  );
  await steps.run(
    'edit_buffer fixes it in the buffer',
    async () => success(await agent.call('edit_buffer', { edits: [fix] })),
    (result) => lineOf(result, 1),
  );
  await steps.run(
    'get_diagnostics turns clean',
    () =>
      until('the file is clean', analysedMs, async () => {
        const file = await analysed(agent);
        return file?.counts.error === 0 && file;
      }),
    ({ counts, freshness }) => `${counts.error} errors, buffer ${freshness.dirty ? 'not saved' : 'saved'}`,
  );
}

/** The window of `folder`, once its bridge knows it. */
export async function findWindow(agent: Agent, folder: string): Promise<string> {
  const windows = await agent.windows();
  const window = windows.find((each) => each.folders.includes(folder));
  assert.ok(window !== undefined, `no window on ${folder}: ${windows.map((each) => each.name).join(', ') || 'none'}`);
  return `${window.id} ${window.name}, ${window.readiness}`;
}

async function analysed(agent: Agent): Promise<FileDiagnostics | undefined> {
  const { structuredContent } = success(await agent.call('get_diagnostics', { paths: [faultyFile] }));
  const [file] = diagnosticsTools.get_diagnostics.output.parse(structuredContent).files;
  return file?.state === 'analyzed' ? file : undefined;
}

function lineOf(result: CallToolResult, index: number): string {
  return textOf(result).split('\n')[index] ?? '';
}
