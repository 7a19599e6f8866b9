/** The settings of the person who sits before a VS Code of the tests. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  // In a browser VS Code saves after a delay by default; on the desktop it does not.
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'typescript.disableAutomaticTypeAcquisition': true,
  'npm.fetchOnlinePackageInfo': false,
  'remote.autoForwardPorts': false,
  'security.workspace.trust.startupPrompt': 'never',
  'window.title': '${rootName}',
};

/** Text of a `settings.json`. Without `trust` every workspace counts as trusted; with it a new folder is restricted. */
export function settingsFile(trust: boolean, own: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...quietSettings, 'security.workspace.trust.enabled': trust, ...own }, undefined, 2);
}
