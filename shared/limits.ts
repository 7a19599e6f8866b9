/** Every number of the product, with its unit in the name and its reason beside it. */
export const limits = {
  // --- link: reconnect (docs/architecture.md, "The link") ---
  /** Steps of the reconnect backoff; the last one repeats for ever. */
  reconnectStepsMs: [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 60_000],
  /** After a healthy link the bridge is usually back at once; the spread keeps fifty windows from arriving together. */
  firstReconnectMaxMs: 250,
  /** Only a link that lived this long resets the attempt count: a bridge that accepts and drops must not loop. */
  healthyAfterMs: 10_000,
  /** Upgrade, proof, hello and welcome must be done within this time. */
  handshakeMs: 5_000,
  /** Beat of the heartbeat; a link silent for three beats is dead. */
  heartbeatMs: 10_000,
  heartbeatMissed: 3,
  /** A timer later than this, or a wall clock that ran ahead of the monotonic one by this, means the machine slept. */
  resumeGapMs: 15_000,
  /** A waiting link looks at its clocks this often, so that a resume is noticed without waiting out a 60 s step. */
  resumeCheckMs: 5_000,
  /** A beat this late was held up by a busy event loop: the silence before it says nothing about the other side. */
  heartbeatLateMs: 1_000,
  /** A link that does not finish its closing handshake within this time is cut off. */
  closeMs: 1_000,
  /** A window beside which another one claims its id, or has the same claim to a call, must show its page within this time. */
  presenceMs: 3_000,
  /** A window reload takes 5-15 s; calls for that window wait this long for it to return. */
  graceMs: 30_000,
  /** A coalesced event leaves at most this often: selections change with each key. */
  eventCoalesceMs: 150,

  // --- link: messages ---
  /** Largest message on the link, either way: a 4 MiB request body plus its envelope. */
  linkMaxPayloadBytes: 8 * 1024 * 1024,
  /** Links that have not proven themselves yet; fifty windows that lost one bridge are back within the same moment. */
  unprovenMaxSockets: 64,
  /** Results kept for a repeated call. */
  journalMaxEntries: 500,
  journalMaxBytes: 16 * 1024 * 1024,
  journalKeepMs: 10 * 60_000,
  /** The journal's file grows up to this beyond what it has to hold before it is written anew. */
  journalFileMaxChars: 1024 * 1024,
  /** Of one result in the file: changing tools answer with a few lines. */
  journalKeptResultMaxChars: 256 * 1024,
  /** What a file says of calls older than this is nobody's business any more. */
  journalReadMaxAgeMs: 24 * 3_600_000,
  /** Files of windows that never came back. */
  journalUnusedMs: 30 * 24 * 3_600_000,
  /** A reloading window's old extension host has so long to let go of the journal: VS Code gives it five seconds. */
  journalLockWaitMs: 6_000,
  journalLockPollMs: 50,
  /** A stopped handler may still say what it did; then the call is answered without it. Less than `callMarginMs`. */
  callStopMs: 250,
  /** After a call's time the page has so long to show that it is there. With `callStopMs` less than `callMarginMs`. */
  pageAnswerMs: 200,

  // --- bridge process ---
  /** The bridge leaves after this time with no link, no open stream and no request. */
  idleExitMs: 10 * 60_000,
  /** A started bridge must print its first line within this time; a cold disk takes seconds. */
  bridgeStartMs: 15_000,
  /** So many failed starts in a row and the window gives up until the user asks. */
  bridgeStartFailures: 3,
  /** A window that lost the race to start the bridge looks this often whether the winner is done. */
  bridgeStartPollMs: 200,
  /** Lines of the bridge's own words shown when it does not start. */
  bridgeStartLogLines: 12,
  /** `node --version` on a cold disk. */
  nodeVersionMs: 5_000,
  /** Several writes to the state directory count as one. */
  stateChangeMs: 50,
  /** A state directory that is missing is looked for this often, only while a window waits for it. */
  stateMissingMs: 500,
  /** A bridge looks this often whether the state directory still names it: one small file. */
  stateCheckMs: 5_000,
  /** Proof of a bridge: one loopback round trip. */
  proofMs: 2_000,
  /** Where a user's port is chosen: below the ports that systems hand out by themselves, above the well-known ones. */
  portMin: 17_000,
  portMax: 29_999,
  /** So many random ports are tried before any free one is taken. */
  portAttempts: 20,
  /** A second starter asks again this often whether the first one is up. */
  claimRetryMs: 50,
  /** `holdfast rotate` looks this often whether the bridge has left, to be there before the next one. */
  rotateRetryMs: 10,
  /** A bridge that was asked to leave for a rotation has to be gone by then. */
  rotateMs: 15_000,
  /** A shutdown that hangs is cut off. */
  shutdownMs: 3_000,
  /** From the moment that requests are held back until the successor serves them: reading a few files. */
  handoverMs: 5_000,
  /** A window asks for a replacement and waits so long: a start and the handover. */
  replaceMs: 25_000,
  /** The successor waits so long for the lock that its predecessor lets go of. */
  handoverLockMs: 1_000,
  /** A bridge that was replaced still answers its calls, then it leaves: `callMaxMs`, `approvalWaitMs`, `callMarginMs` and a little. */
  drainMs: 80_000,
  /** Meanwhile it looks this often whether all is answered. */
  drainPollMs: 50,
  /** Versions of the bridge that stay installed beside the running one: the newest, and one to go back to. */
  installedVersions: 2,
  /** A bridge that is asked to end has this long before it is killed. */
  endBridgeMs: 2_000,
  logMaxBytes: 1024 * 1024,
  logMaxFiles: 3,

  // --- agents (HTTP) ---
  /** MCP requests larger than this are answered 413. */
  bodyMaxBytes: 4 * 1024 * 1024,
  /** A body must arrive within this time. */
  bodyMs: 30_000,
  /** MCP session ids are at most this long, visible ASCII. */
  sessionIdMaxChars: 512,
  sessionMaxAgeMs: 30 * 24 * 3_600_000,
  /** Keep-alive comment on an open SSE stream, so that proxies and clients do not drop it. */
  streamKeepAliveMs: 15_000,
  /** A refused client gets this long to read the answer before its unread body is cut off. */
  lingerMs: 1_000,
  /** Messages in one JSON-RPC batch (2025-03-26 only). */
  batchMaxMessages: 100,
  /** Agent sessions that stay in memory while nothing pins them, about 7 KB each; the others come back from their id. */
  sessionsIdleMax: 256,
  /** An unused session leaves memory after this time. Until then its agent counts as present. */
  sessionIdleMs: 30 * 60_000,
  /** When a session was used last is known in steps of this: moving it to the end of the list costs each request. */
  sessionUseStepMs: 1_000,
  /** Pinned sessions that one arrival may step over in search of one that can leave: bounds the work, not the result. */
  sessionEvictScan: 8,
  /** Ids of ended sessions that are remembered as such, over restarts too: about 1 MB. The first to end go first. */
  terminatedMax: 10_000,
  /** Sessions whose log level and subscriptions are remembered over restarts. */
  sessionRecordsMax: 1_000,
  /** Subscriptions of one session that are; beyond it the agent is told that some were lost. */
  sessionRecordMaxUris: 100,
  /** Lines of `sessions.jsonl` that say nothing any more, before it is written anew. */
  sessionRecordsStaleLines: 2_000,
  /** Stale session ids that are remembered as answered once: a client that ignores the answer repeats the id soon. */
  staleIdsMax: 1_000,
  /** Dead session ids that stand for the fresh session that was made for them. */
  sessionAliasesMax: 1_000,
  /** The same thing happening to the same agent's sessions is logged at most this often. */
  sessionEventMs: 10_000,
  /** What happened to agents' sessions lately, as windows are told. */
  sessionEventsMax: 10,
  /** Ended sessions that windows are told of: more end in no coalescing time. */
  endedSessionsTold: 100,
  /** Values of one completion: MCP's own limit. */
  completionsMax: 100,
  /** An agent that declared roots must name them within this time, or routing goes on without. */
  rootsMs: 1_000,

  /** A modern agent has no session: it counts as present this long after its last request. */
  agentSeenMs: 5 * 60_000,
  /** Modern agents that are remembered as present; beyond it the one unseen for longest goes. */
  agentsSeenMax: 200,
  /** Modern clients may keep a list this long: an upgrade of the bridge, which may change it, shows within a minute. */
  listCacheMs: 60_000,
  /** Open `subscriptions/listen` streams. */
  subscriptionsMax: 1_000,
  /** Resources that one agent session or one stream may be subscribed to. */
  subscriptionMaxUris: 1_000,

  // --- recovering client: shim and upstream servers (docs/architecture.md, "The shim") ---
  /** Waits between attempts to reach a server; a connection gives up after `recoveryWaitMs`, which exceeds their sum. */
  recoveryStepsMs: [1_000, 2_000, 4_000, 8_000, 16_000],
  recoveryWaitMs: 35_000,
  /** Agents give up on `initialize` after 10 to 30 s: it fails with so many attempts, while the connection goes on. */
  recoverySoonAttempts: 2,
  /** One attempt to reach a server, and one `initialize`. */
  recoveryConnectMs: 10_000,
  /** One request may be sent again this often after its connection broke; its budget ends it before. */
  recoveryRepeatsMax: 8,
  /** After an answer such as 503 that names no time; a longer one than the maximum is not waited for. */
  transientWaitMs: 500,
  transientWaitMaxMs: 5_000,
  /** Transport failures in a row after which requests fail at once, and for how long. */
  breakerFailures: 5,
  breakerOpenMs: 10_000,
  /** Largest answer, or event of a stream, that is kept whole: the largest result of a window and its envelope. */
  exchangeMaxBytes: 16 * 1024 * 1024,
  /** An agent's request, with waiting, recovery and repeat: agents give up at 60 s. */
  agentRequestMs: 55_000,
  /** Largest line on stdin; the bridge refuses what is over `bodyMaxBytes` with a better message. */
  lineMaxBytes: 16 * 1024 * 1024,
  /** Of a longer one each end is kept: there its id is, beside what is small. */
  lineEndBytes: 1_024,
  /** Delivered keys that wait for the next request to carry them; beyond it the journal forgets by age. */
  ackMaxKeys: 64,
  /** After the end of stdin running requests may still be answered this long, and the session be ended that long. */
  lastAnswersMs: 500,
  endSessionMs: 250,
  /** Of a list that an agent asked for once, told from memory while the bridge is away. */
  knownListMaxChars: 1024 * 1024,

  // --- upstream servers ---
  /** The first listing waits this long for the servers behind the bridge: agents ask for it once, at their start. */
  upstreamFirstListMs: 3_000,
  /** Servers that one window may offer: each is a process or a connection, and its tools stand in every agent's list. */
  windowUpstreamsMax: 50,
  /** A window that is back offers its servers right after the welcome; one that has not by then does not. */
  windowOfferMs: 1_000,
  /** Pages of one listing, which may hold one item each, and the tools, prompts or resources that are kept of it. */
  upstreamListPagesMax: 500,
  upstreamItemsMax: 500,
  /** What of one listing is not shown to agents, named in the log. */
  upstreamHiddenMax: 10,
  /** An answer to the question which era a server speaks; one that ignores what it does not know is of the older. */
  upstreamProbeMs: 3_000,
  /** A command may have to be installed first, as by `npx` and `uvx`, before it answers `initialize`. */
  serverBeginMs: 60_000,
  /** After its end a server's pipes, which others may hold, are read no longer than this. */
  serverPipesMs: 1_000,
  /** From the end of its stdin to SIGTERM, and from there to SIGKILL: together less than `shutdownMs`, with `endSessionMs`. */
  serverEndMs: 1_000,
  serverTermMs: 1_500,
  /** Requests that wait for one server. */
  upstreamPendingMax: 64,
  /** Answers that are kept for repeats under their keys, in characters over all of them. */
  upstreamKeptMaxChars: 16 * 1024 * 1024,

  // --- calls ---
  /** An idempotency key: a UUID has 36 characters. */
  callKeyMaxChars: 128,
  /** Keys in one acknowledgement; more than a client can have in flight. */
  acknowledgedMaxKeys: 512,
  /** Keyed calls that the bridge remembers beside the windows' journals, a few hundred bytes each. */
  keyedCallsMax: 5_000,
  /** Forgotten windows whose calls are remembered, for `journalKeepMs`. */
  goneWindowsMax: 100,
  /** Budget of a tool call unless its definition says otherwise. */
  callMs: 10_000,
  /** No definition may ask for more: agents give up at 60 s. */
  callMaxMs: 45_000,
  /** A call waits so long for the person's answer, beside its own time, and then ends as `approval_pending`. */
  approvalWaitMs: 30_000,
  /** What is left of `agentRequestMs` for the call's own work after such a wait. */
  approvalReserveMs: 15_000,
  /** An unanswered question is a no: the person may be away for a while, but not for the day. */
  approvalExpiryMs: 10 * 60_000,
  /** An answer that came while nobody waited is kept so long for the repeated call. */
  approvalKeepMs: 10 * 60_000,
  /** Questions that stand, with answers that nobody has fetched: more than a person reads. */
  approvalsMax: 50,
  /** Answers about servers of a workspace that are remembered with it: the newest, over its branches. */
  serverConsentsMax: 100,
  /** Of a call's input shown with its question: beside it, and in its one line. */
  approvalInputMaxChars: 2_000,
  approvalLineMaxChars: 100,
  /** Added to the editor's own budget before the bridge answers for it. */
  callMarginMs: 500,
  pendingCallsMax: 256,
  /** Finished calls that `status` shows. */
  recentCallsMax: 50,

  // --- answers ---
  /** Wrong arguments that one refusal names: more of them are the same mistake again. */
  inputProblemsMax: 20,
  /** About 2,000 tokens: the default size of one answer. */
  answerChars: 8_000,
  /** Hard cap of an answer: well below 25,000 tokens. */
  answerMaxChars: 60_000,
  /** The selection shown by get_editor_context is cut at this size. */
  selectionMaxChars: 16_384,
  /** A file larger than this is not read into an answer or searched for an edit. */
  fileMaxBytes: 16 * 1024 * 1024,
  /** get_diagnostics waits at most this long for the language server. */
  diagnosticsWaitMaxMs: 20_000,
  diagnosticsWaitDefaultMs: 10_000,
  /** On top of the agent's wait: reading files and putting the answer together. */
  diagnosticsMarginMs: 5_000,
  /** VS Code reloads a clean buffer about 120 ms after a write on disk; a watcher under load takes longer. */
  reloadWaitMs: 3_000,
  /** The same for files that the agent did not ask about: one that takes longer is taken from the language server. */
  shownReloadMs: 1_000,
  /** After this long VS Code has most likely missed the change, and its watcher is made to tell of the file again. */
  reloadOverdueMs: 400,
  /** While waiting for that reload, disk and buffer are compared this often. */
  reloadPollMs: 100,
  /** Language servers answer in several batches; after this long without a new one they are done. */
  diagnosticsQuietMs: 200,
  /** A language whose server has never reported in this window is not waited for any longer than this. */
  diagnosticsSilenceMs: 1_500,
  /** VS Code's file watcher tells of a change after about 230 ms, under load after seconds. */
  watcherLagMaxMs: 5_000,
  /** The TypeScript extension gathers what the watcher tells for 100 ms before it passes it on; some of its watchers lag. */
  watcherPassOnMs: 300,
  /** Paths whose last watcher event is remembered. */
  diskWatchMaxPaths: 10_000,
  /** A package that is called missing although it was installed so recently may just not have been noticed. */
  installNoticeMs: 60_000,
  /** So many files are looked at for such changes; a larger workspace is flagged. */
  recentScanMaxFiles: 10_000,
  /** So many changed files are shown to a language server directly; VS Code keeps about 50 unseen documents. */
  recentOpenMax: 20,
  /** Files that one get_diagnostics call looks at; the rest is on the next page. */
  diagnosticsMaxFiles: 30,
  /** Of one diagnostic's message; some type errors print whole types. */
  diagnosticMessageMaxChars: 600,
  /** Cursors that get_diagnostics remembers, each with the diagnostics it stood for. */
  diagnosticsMaxCursors: 50,
  /** Texts that agents were shown, in characters: the bases on which later edits are merged. */
  knownTextsMaxChars: 8 * 1024 * 1024,
  /** Lines added and removed between two texts that are told apart one by one (time grows with the square). */
  diffMaxEdits: 2_000,
  /** Of what others changed meanwhile, shown over all files of one answer. */
  meanwhileMaxChars: 4_000,
  /** An edit is planned again on the new text so often when the person types at that moment. */
  editAttempts: 3,
  /** The edited text must have come back from the workbench within this time. */
  editConfirmMs: 2_000,
  /** VS Code counts a buffer as changed within this time after its text has changed. */
  editDirtyMs: 1_000,
  /** Symbol tools wait at most this long for a project to load: agents give up at 60 s. */
  symbolWaitMs: 25_000,
  /** On top of that: the answer itself. */
  symbolMarginMs: 10_000,
  /** A language server that has not registered by then does not come; the built-in ones need 0.5 to 4 s. */
  symbolServerMs: 8_000,
  /** VS Code tells nobody that a server has registered: it is asked this often. */
  symbolPollMs: 100,
  /** A server that indexes the workspace may give more when it is asked again after this time … */
  symbolSettleMs: 400,
  /** … until it has been there for so long. */
  symbolWarmMs: 15_000,
  /** Re-exports of re-exports that are followed to a definition. */
  symbolHopsMax: 8,
  /** Places of one name that are compared, or listed as candidates. */
  symbolWordsMax: 20,
  /** TypeScript projects that a search of the workspace loads. */
  symbolProjectsMax: 8,
  /** Files whose text is searched for a name, and up to which size. */
  symbolScanMaxFiles: 3_000,
  symbolScanMaxBytes: 512 * 1024,
  /** Files whose symbols one call asks for; VS Code keeps about 50 documents that extensions opened. */
  symbolFilesMax: 25,
  /** The TypeScript extension asks its server for at most this many matches. */
  symbolServerMax: 256,
  /** Related places that are shown with their lines; more would not fit anyway. */
  relatedMaxLines: 120,
  /** Places of one part of inspect_symbol, declarations that are shown whole, and texts of hovers. */
  inspectPlacesMax: 10,
  inspectBodyMaxLines: 12,
  inspectHoverMaxChars: 2_500,
  /** Library sources that agents may read because a language server pointed there. */
  librarySourcesMax: 1_000,
  /** Code actions that are listed; each is worked out when it is. */
  codeActionsMax: 30,
  /** Changes that were shown and may be applied by their id; a listing of code actions takes one each. */
  plansMax: 100,
  /** Files of one review: more than a person looks through in one go. */
  reviewMaxFiles: 50,
  /** Texts of one review, old and new together. */
  reviewMaxChars: 8 * 1024 * 1024,
  /** Reviews that wait for the person at the same time; more would only bury them. */
  reviewsMax: 20,
  /** Decided reviews whose outcome can still be asked for. */
  reviewsKept: 100,
  /** A review that nobody decided on for a day is given up. */
  reviewExpiryMs: 24 * 3_600_000,
  /** Longest wait of one call for the person, in milliseconds: below what agents allow a call. */
  reviewWaitMaxMs: 20_000,
  /** A tab that moves to another group is closed there before it opens here. */
  reviewTabMoveMs: 300,
  /** Of a line shown with a place. */
  symbolLineMaxChars: 200,
  /** Tabs and unsaved files listed by get_editor_context. */
  contextMaxTabs: 100,
} as const;
