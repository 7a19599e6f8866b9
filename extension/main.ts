import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { editorTools } from '../shared/catalog.ts';
import { systemClock } from '../shared/clock.ts';
import { type Disposable, DisposableStore } from '../shared/disposable.ts';
import { defaultStateDirName, stateFiles } from '../shared/state-files.ts';
import { Approvals } from './approvals/approvals.ts';
import { approvalProblems, policyOf } from './approvals/policy.ts';
import { BridgeProcess } from './bridge-process.ts';
import { JournalFolder } from './journal-folder.ts';
import { CallRouter } from './link/call-router.ts';
import type { EditorIdentity } from './link/hello.ts';
import { JournalPlace } from './link/journal-place.ts';
import { LastingJournal } from './link/lasting-journal.ts';
import { Link } from './link/link.ts';
import { openLinkSocket } from './link/socket.ts';
import { Reviews } from './reviews/reviews.ts';
import { Consents } from './servers/consents.ts';
import { readServerSettings, type SettingPlaces } from './servers/read-settings.ts';
import { WindowServers } from './servers/window-servers.ts';
import { readSettings, settingKeys, upstreamsSetting } from './settings.ts';
import { createHandlers } from './tools/handlers.ts';
import { acceptReview } from './tools/support/accept-review.ts';
import type { AgentEndpoint } from './ui/agent-config.ts';
import { registerCommands } from './ui/commands.ts';
import { createOutputLog } from './ui/output-log.ts';
import { QuestionBar } from './ui/question-bar.ts';
import { registerQuestionCommands } from './ui/question-commands.ts';
import { QuestionDiff } from './ui/question-diff.ts';
import { QuestionView } from './ui/question-view.ts';
import { registerReviewCommands } from './ui/review-commands.ts';
import { ReviewDocuments } from './ui/review-documents.ts';
import { ReviewTabs } from './ui/review-tabs.ts';
import { ReviewView } from './ui/review-view.ts';
import { registerServerCommands } from './ui/server-commands.ts';
import { ServerLog } from './ui/server-log.ts';
import { serverLines } from './ui/server-text.ts';
import { SessionLog } from './ui/session-log.ts';
import { shimCommand } from './ui/shim-config.ts';
import { StatusBar } from './ui/status-bar.ts';
import { applyTerminalEnvironment } from './ui/terminal-environment.ts';
import { WindowObserver } from './ui/window-observer.ts';

/** Put in by the bundler. */
declare const HOLDFAST_VERSION: string;

let running: { readonly store: Disposable; readonly journal: LastingJournal } | undefined;

/** The only place where the extension's parts are made and joined. */
export function activate(context: vscode.ExtensionContext): void {
  const store = new DisposableStore();
  context.subscriptions.push(store);

  const clock = systemClock;
  const random = Math.random;
  const channel = store.add(vscode.window.createOutputChannel('Holdfast', { log: true }));
  const log = createOutputLog(channel);
  const setting = (key: string) => vscode.workspace.getConfiguration('holdfast').get(key);
  const settings = () => readSettings(setting);
  const mayStartBridge = () => settings().bridgeStart === 'auto';

  const bridge = new BridgeProcess({
    clock,
    log: log.area('bridge'),
    random,
    env: process.env,
    platform: process.platform,
    homeDir: homedir(),
    tempDir: tmpdir(),
    execPath: process.execPath,
    bundlePath: context.asAbsolutePath('dist/holdfast.cjs'),
    version: HOLDFAST_VERSION,
  });
  const nameTerminals = () =>
    applyTerminalEnvironment(context.environmentVariableCollection, {
      enabled: settings().terminalEnvironment,
      editorId: identity.editorId,
      binDir: bridge.binDir,
    });
  const { identity, fresh } = createIdentity(context.workspaceState, () => {
    nameTerminals();
    journalPlace.moved();
  });
  nameTerminals();

  const journal = store.add(new LastingJournal({ clock, log: log.area('calls') }));
  running = { store, journal };
  const journals = new JournalFolder({
    folder: join(context.globalStorageUri.fsPath, 'journal'),
    platform: process.platform,
    tempDir: tmpdir(),
    clock,
    random,
    log: log.area('calls'),
  });
  const journalPlace = store.add(
    new JournalPlace({
      journal,
      identity,
      lock: (editorId) => journals.lock(editorId),
      disk: (editorId) => journals.disk(editorId),
      clock,
      log: log.area('calls'),
    }),
  );
  const reviews = store.add(
    new Reviews({ clock, log: log.area('reviews'), newId: () => randomBytes(8).toString('hex') }),
  );
  const handlers = store.add(createHandlers({ clock, epoch: identity.epoch, reviews }));
  const approvals = store.add(
    new Approvals({ clock, log: log.area('approvals'), newId: () => randomBytes(3).toString('hex') }),
  );
  const tellApprovalProblems = () => {
    for (const problem of approvalProblems(setting(settingKeys.approvals), editorTools))
      log.area('approvals').warn(problem);
  };
  tellApprovalProblems();
  const calls = store.add(
    new CallRouter({
      definitions: editorTools,
      handlers: handlers.table,
      journal,
      clock,
      log: log.area('calls'),
      isTrusted: () => vscode.workspace.isTrusted,
      approvals,
      policy: (kind) => policyOf(kind, settings().approvals),
    }),
  );
  const diff = store.add(new QuestionDiff({ approvals }));
  const servers = store.add(
    new WindowServers({
      settings: () => readServerSettings(settingPlaces()),
      isTrusted: () => vscode.workspace.isTrusted,
      consents: new Consents(context.workspaceState),
      env: (name) => process.env[name],
    }),
  );
  store.add(new QuestionBar({ approvals, servers, command: 'holdfast.answerQuestions' }));
  store.add(new QuestionView({ approvals, servers, command: 'holdfast.answerQuestions' }));
  store.add(registerQuestionCommands({ approvals, servers, diff }));
  store.add(registerServerCommands({ servers }));
  const documents = store.add(new ReviewDocuments({ reviews, wallMs: () => clock.wallMs() }));
  const tabs = store.add(new ReviewTabs({ reviews, documents, clock, log: log.area('reviews') }));
  store.add(new ReviewView({ reviews, command: 'holdfast.showProposal' }));
  const closing = new AbortController();
  store.add({ dispose: () => closing.abort() });
  store.add(
    registerReviewCommands({
      reviews,
      documents,
      tabs,
      accept: (file, finalText) => acceptReview(file, finalText, { clock, signal: closing.signal }),
    }),
  );
  const observer = store.add(new WindowObserver({ clock }));
  const link = store.add(
    new Link({
      clock,
      log: log.area('link'),
      random,
      identity,
      extensionVersion: HOLDFAST_VERSION,
      describeWindow: () => observer.describe(),
      toolNames: Object.keys(editorTools),
      calls,
      bridge,
      openSocket: openLinkSocket,
      mayStartBridge,
      present: pagePresence(),
    }),
  );

  link.offer(servers.offers);
  store.add(servers.onDidChange(() => link.offer(servers.offers)));
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => servers.update()));
  store.add(vscode.workspace.onDidChangeWorkspaceFolders(() => servers.update()));

  const serverLog = new ServerLog(log.area('servers'));
  const sessionLog = new SessionLog(log.area('agents'));
  store.add(
    link.onDidReceiveStatus((status) => {
      reviews.agentsEnded(status.endedSessions ?? []);
      serverLog.take(serverLines(servers, link.state, status));
      if (link.state.kind === 'online') sessionLog.take(status, link.state.bridge.instance);
    }),
  );
  const statusBar = store.add(
    new StatusBar({ clock, link, servers, onDidReceiveStatus: link.onDidReceiveStatus, command: 'holdfast.menu' }),
  );
  store.add(
    registerCommands({
      summary: () => statusBar.label,
      isOnline: () => link.state.kind === 'online',
      reconnectNow: () => link.reconnectNow(),
      showLog: () => channel.show(),
      restartBridge: () => link.restartBridge(),
      mayStartBridge,
      findEndpoint: () => findEndpoint(bridge),
    }),
  );

  store.add(observer.onDidChange((changes) => link.sendWindow(changes)));
  store.add(vscode.window.onDidChangeWindowState(({ focused }) => focused && link.wake()));
  store.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration('holdfast')) return;
      if (change.affectsConfiguration(`holdfast.${settingKeys.approvals}`)) tellApprovalProblems();
      nameTerminals();
      servers.update();
      link.settingsChanged();
    }),
  );
  // The bridge is told at once which calls this window knows, so that it need not ask twice.
  void journalPlace.open(fresh).then(() => link.start());
}

export async function deactivate(): Promise<void> {
  const ending = running;
  running = undefined;
  ending?.store.dispose();
  await ending?.journal.close();
}

/**
 * Resolves once the window's page has answered. Any command of the page would do; while the page is away VS Code keeps the
 * question, for hours where windows are in the browser or on a remote machine, so there is one at a time.
 */
function pagePresence(): () => Promise<void> {
  let asked: Promise<void> | undefined;
  const ask = async () => {
    try {
      await vscode.commands.executeCommand('setContext', 'holdfast.active', true);
    } catch {
      // The page has answered, or the extension host is about to end.
    }
    asked = undefined;
  };
  return () => (asked ??= ask());
}

/** VS Code has no stable id of a window: one is kept with the workspace, and the bridge tells when two share it. */
function createIdentity(
  state: vscode.Memento,
  changed: () => void,
): { readonly identity: EditorIdentity; readonly fresh: boolean } {
  const key = 'editorId';
  const mint = () => {
    const id = `w-${randomBytes(4).toString('hex')}`;
    void state.update(key, id);
    return id;
  };
  const kept = state.get(key);
  let editorId = typeof kept === 'string' ? kept : mint();
  return {
    fresh: typeof kept !== 'string',
    identity: {
      get editorId() {
        return editorId;
      },
      epoch: randomUUID(),
      renew() {
        editorId = mint();
        changed();
      },
    },
  };
}

function settingPlaces(): SettingPlaces {
  const { workspaceFolders = [], workspaceFile } = vscode.workspace;
  return {
    inspect: () => vscode.workspace.getConfiguration('holdfast').inspect(upstreamsSetting),
    folders: workspaceFolders.map(({ name, uri }) => ({
      name,
      path: uri.scheme === 'file' ? uri.fsPath : undefined,
      settingsFile: vscode.Uri.joinPath(uri, '.vscode/settings.json').toString(),
      inspect: () => vscode.workspace.getConfiguration('holdfast', uri).inspect(upstreamsSetting),
    })),
    workspaceFile: workspaceFile?.toString(),
  };
}

async function findEndpoint(bridge: BridgeProcess): Promise<AgentEndpoint | undefined> {
  const { found } = await bridge.find(AbortSignal.timeout(5_000));
  if (found.kind !== 'proven') return undefined;
  const token = await readFile(join(bridge.stateDir, stateFiles.token), 'utf8');
  const launcher = join(bridge.binDir, 'holdfast');
  const { platform } = process;
  const defaultStateDir = join(homedir(), defaultStateDirName);
  return {
    url: `http://127.0.0.1:${found.port}/mcp`,
    token: token.trim(),
    shim: existsSync(launcher)
      ? shimCommand({ platform, launcher, stateDir: bridge.stateDir, defaultStateDir })
      : undefined,
  };
}
