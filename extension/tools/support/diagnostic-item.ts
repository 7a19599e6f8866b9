import type * as vscode from 'vscode';
import { limits } from '../../../shared/limits.ts';
import { type DiagnosticItem, severities } from '../../../shared/tools/diagnostics.ts';

/** A diagnostic as agents see it. */
export function toItem({ range, severity, message, code, source }: vscode.Diagnostic): DiagnosticItem {
  const { start, end } = range;
  const value = typeof code === 'object' ? code.value : code;
  return {
    line: start.line + 1,
    column: start.character + 1,
    ...(end.line === start.line ? {} : { end_line: end.line + 1 }),
    end_column: end.character + 1,
    // VS Code's own order: Error 0, Warning 1, Information 2, Hint 3.
    severity: severities[severity] ?? 'error',
    message:
      message.length > limits.diagnosticMessageMaxChars
        ? `${message.slice(0, limits.diagnosticMessageMaxChars)}…`
        : message,
    ...(value === undefined ? {} : { code: String(value) }),
    ...(source === undefined ? {} : { source }),
  };
}
