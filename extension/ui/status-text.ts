import type { LinkState } from '../link/link-state.ts';

/** What the status bar shows for one state of the link. No `vscode`, so that it is tested as text. */
export interface StatusView {
  /** With codicon markup. */
  readonly text: string;
  /** For screen readers: changes with the state, never with each second. */
  readonly label: string;
  readonly severity: 'normal' | 'warning' | 'error';
  /** Whether `text` counts down and must be made again each second. */
  readonly ticking: boolean;
}

const reasonMaxChars = 60;

function shorten(text: string): string {
  return text.length <= reasonMaxChars ? text : `${text.slice(0, reasonMaxChars - 1)}…`;
}

function countAgents(agents: number): string {
  return agents === 1 ? '1 agent' : `${agents} agents`;
}

export function presentStatus(state: LinkState, nowMs: number, agents: number): StatusView {
  switch (state.kind) {
    case 'stopped':
      return { text: '$(debug-disconnect) Holdfast: off', label: 'Holdfast: off', severity: 'normal', ticking: false };
    case 'connecting':
      return {
        text: '$(sync~spin) Holdfast: connecting',
        label: 'Holdfast: connecting to the bridge',
        severity: 'normal',
        ticking: false,
      };
    case 'online': {
      const suffix = agents === 0 ? '' : ` (${countAgents(agents)})`;
      return {
        text: `$(plug) Holdfast: connected${suffix}`,
        label: `Holdfast: connected, ${countAgents(agents)}`,
        severity: 'normal',
        ticking: false,
      };
    }
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((state.untilMs - nowMs) / 1_000));
      return {
        text: `$(clock) Holdfast: waiting ${seconds} s (attempt ${state.attempt})`,
        label: `Holdfast: waiting to reconnect, attempt ${state.attempt}. ${state.reason}`,
        severity: 'warning',
        ticking: true,
      };
    }
    case 'refused':
      return {
        text: `$(error) Holdfast: refused: ${shorten(state.reason)}`,
        label: `Holdfast: refused. ${state.reason}`,
        severity: 'error',
        ticking: false,
      };
  }
}
