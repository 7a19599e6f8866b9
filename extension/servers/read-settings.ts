import type { ServerSetting } from './server-setting.ts';

/** What VS Code tells of one setting, place by place. */
interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

interface SettingFolder {
  readonly name: string;
  /** Undefined for one that is no folder on this machine's disk. */
  readonly path: string | undefined;
  /** URI of its own settings. */
  readonly settingsFile: string;
  readonly inspect: () => Inspected | undefined;
}

export interface SettingPlaces {
  readonly inspect: () => Inspected | undefined;
  readonly folders: readonly SettingFolder[];
  /** URI of the `.code-workspace`, in a window that has one. */
  readonly workspaceFile: string | undefined;
}

/** The setting in each place that has it, from the weakest to the strongest. */
export function readServerSettings({ inspect, folders, workspaceFile }: SettingPlaces): readonly ServerSetting[] {
  const [first] = folders;
  const folder = first?.path;
  const { globalValue, workspaceValue } = inspect() ?? {};
  const user: ServerSetting = { scope: 'user', where: 'user settings', folder, value: globalValue };
  // Without such a file the workspace is its one folder, whose settings are the workspace's.
  const places: readonly ServerSetting[] =
    workspaceFile === undefined
      ? [{ ...ofFolder(first), folder, value: workspaceValue }]
      : [
          { scope: 'workspace', where: 'the workspace file', file: workspaceFile, folder, value: workspaceValue },
          ...folders.map((each) => ({
            ...ofFolder(each),
            where: `${each.name}/.vscode/settings.json`,
            folder: each.path,
            value: each.inspect()?.workspaceFolderValue,
          })),
        ];
  return [user, ...places].filter(({ value }) => value !== undefined);
}

function ofFolder(folder: SettingFolder | undefined): Pick<ServerSetting, 'scope' | 'where' | 'file'> {
  const file = folder?.settingsFile;
  return { scope: 'workspace', where: '.vscode/settings.json', ...(file === undefined ? {} : { file }) };
}
