import type { StaleRuleName } from '../../server/recovery/classify.ts';

/** How a server that is not run here says that it does not know a session. */
export interface RecordedAnswer {
  readonly server: string;
  /** Where the answer was taken from: repository, version and file. */
  readonly source: string;
  readonly status: number;
  /** Beside the length and the date. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly rule: StaleRuleName;
}

const json = { 'content-type': 'application/json' };
/** What Go's `http.Error` sets. */
const goText = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

const pythonRepo = 'modelcontextprotocol/python-sdk';
const pythonManager = 'src/mcp/server/streamable_http_manager.py';
const pythonTransport = 'src/mcp/server/streamable_http.py';
const rustServer = 'crates/rmcp/src/transport/streamable_http_server/tower.rs';

/** Read from the sources, and each byte kept: members in the order in which they are written, headers that are absent. */
export const recordedAnswers: readonly RecordedAnswer[] = [
  {
    server: 'Python SDK 1.26 to 1.29, an unknown id',
    source: `${pythonRepo} v1.29.0 ${pythonManager}`,
    status: 404,
    headers: json,
    body: '{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Session not found"}}',
    rule: 'error_404',
  },
  {
    server: 'Python SDK 1.29, an ended session',
    source: `${pythonRepo} v1.29.0 ${pythonTransport}`,
    status: 404,
    headers: { ...json, 'mcp-session-id': 'old' },
    body: '{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Not Found: Session has been terminated"}}',
    rule: 'error_404',
  },
  {
    server: 'Python SDK 1.29, one transport with another id',
    source: `${pythonRepo} v1.29.0 ${pythonTransport}`,
    status: 404,
    headers: { ...json, 'mcp-session-id': 'another' },
    body: '{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Not Found: Invalid or expired session ID"}}',
    rule: 'error_404',
  },
  {
    // Starlette sends no content type with a text whose media type nobody named.
    server: 'Python SDK 1.10 to 1.25, an unknown id',
    source: `${pythonRepo} v1.25.0 ${pythonManager}`,
    status: 400,
    headers: {},
    body: 'Bad Request: No valid session ID provided',
    rule: 'session_id_400',
  },
  {
    server: 'Python SDK 2.0, an unknown id',
    source: `${pythonRepo} v2.0.0 ${pythonManager}`,
    status: 404,
    headers: json,
    body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Session not found"}}',
    rule: 'error_404',
  },
  {
    server: 'Python SDK 2.0, an ended session',
    source: `${pythonRepo} v2.0.0 ${pythonTransport}`,
    status: 404,
    headers: { ...json, 'mcp-session-id': 'old' },
    body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Not Found: Session has been terminated"}}',
    rule: 'error_404',
  },
  {
    server: 'Go SDK 0.2 to 1.7',
    source: 'modelcontextprotocol/go-sdk v1.7.0 mcp/streamable.go',
    status: 404,
    headers: goText,
    body: 'session not found\n',
    rule: 'words_404',
  },
  {
    server: 'Rust SDK (rmcp) 0.17 to 3.1',
    source: `modelcontextprotocol/rust-sdk rmcp-v3.1.4 ${rustServer}`,
    status: 404,
    headers: {},
    body: 'Not Found: Session not found',
    rule: 'words_404',
  },
  {
    server: 'Rust SDK (rmcp) up to 0.16',
    source: `modelcontextprotocol/rust-sdk rmcp-v0.16.0 ${rustServer}`,
    status: 401,
    headers: {},
    body: 'Unauthorized: Session not found',
    rule: 'text_401',
  },
  {
    server: 'mcp-go 1.0, an unknown id',
    source: 'mark3labs/mcp-go v1.0.0-beta.1 server/streamable_http.go',
    status: 404,
    headers: goText,
    body: 'Invalid session ID\n',
    rule: 'words_404',
  },
  {
    server: 'mcp-go 0.40, an unknown id',
    source: 'mark3labs/mcp-go v0.40.0 server/streamable_http.go',
    status: 400,
    headers: goText,
    body: 'Invalid session ID\n',
    rule: 'session_id_400',
  },
  {
    server: 'mcp-go 0.40 to 1.0, an ended session',
    source: 'mark3labs/mcp-go v1.0.0-beta.1 server/streamable_http.go',
    status: 404,
    headers: goText,
    body: 'Session terminated\n',
    rule: 'words_404',
  },
  {
    // Not installed here because of what it brings along; recorded from a process that was killed and started again.
    server: 'mcp-proxy 6.7, which fastmcp for TypeScript serves with',
    source: 'mcp-proxy 6.7.19 from npm',
    status: 404,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: '{"error":{"code":-32001,"message":"Session not found"},"id":null,"jsonrpc":"2.0"}',
    rule: 'code_404',
  },
];
