import { type ApprovalSettings, readApprovalSettings } from './approvals/policy.ts';

/** The extension's settings, read through one typed door. A contract test compares this table with the manifest. */
export interface Settings {
  /** What is asked for, per kind of call; see `policyOf`. */
  readonly approvals: ApprovalSettings;
  /** `auto`: start the bridge when none runs. `never`: only join one that someone else runs. */
  readonly bridgeStart: 'auto' | 'never';
  /** Whether new terminals get the window's name and the `holdfast` command. */
  readonly terminalEnvironment: boolean;
}

export const settingKeys = {
  approvals: 'approvals',
  bridgeStart: 'bridge.start',
  terminalEnvironment: 'terminal.environment',
} as const satisfies Record<keyof Settings, string>;

export const settingDefaults: Settings = { approvals: {}, bridgeStart: 'auto', terminalEnvironment: true };

/** Not among them: who wrote it matters, so it is read place by place; see `servers/read-settings.ts`. */
export const upstreamsSetting = 'upstreams';

/** Reads all settings; a value of the wrong type counts as its default, but for approvals: see `readApprovalSettings`. */
export function readSettings(get: (key: string) => unknown): Settings {
  const start = get(settingKeys.bridgeStart);
  const environment = get(settingKeys.terminalEnvironment);
  return {
    approvals: readApprovalSettings(get(settingKeys.approvals)),
    bridgeStart: start === 'auto' || start === 'never' ? start : settingDefaults.bridgeStart,
    terminalEnvironment: typeof environment === 'boolean' ? environment : settingDefaults.terminalEnvironment,
  };
}
