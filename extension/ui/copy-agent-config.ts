import * as vscode from 'vscode';
import { type AgentEndpoint, agentConfigs } from './agent-config.ts';

/** Lets the person pick an agent and puts that agent's configuration for this bridge on the clipboard. */
export async function copyAgentConfig(endpoint: AgentEndpoint): Promise<void> {
  const picked = await vscode.window.showQuickPick(
    agentConfigs(endpoint).map((config) => ({ label: config.label, detail: config.where, config })),
    {
      title: 'Copy the configuration of which agent?',
      placeHolder:
        'stdio heals by itself and needs no token; what is for HTTP holds it: keep that out of repositories.',
    },
  );
  if (picked === undefined) return;
  await vscode.env.clipboard.writeText(picked.config.text);
  void vscode.window.showInformationMessage(`Copied for ${picked.label}. ${picked.config.where}`);
}
