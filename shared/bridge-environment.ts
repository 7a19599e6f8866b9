import { environment } from './state-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of a bridge: without what VS Code sets for its own processes, which would change how Node runs. */
export function bridgeEnvironment(
  env: Environment,
  {
    stateDir,
    runAsNode,
  }: { readonly stateDir: string /** Its program is VS Code's own. */; readonly runAsNode: boolean },
): Record<string, string | undefined> {
  const ours = Object.entries(env).filter(
    ([name]) => !/^(ELECTRON_|VSCODE_)/i.test(name) && !/^NODE_OPTIONS$/i.test(name) && name !== environment.window,
  );
  return {
    ...Object.fromEntries(ours),
    [environment.stateDir]: stateDir,
    ...(runAsNode ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
  };
}
