import assert from 'node:assert/strict';
import { readServerSettings, type SettingPlaces } from '../../../../extension/servers/read-settings.ts';

describe('The places of holdfast.upstreams', () => {
  const folder = (name: string, workspaceFolderValue?: unknown): SettingPlaces['folders'][number] => ({
    name,
    path: `/${name}`,
    settingsFile: `file:///${name}/.vscode/settings.json`,
    inspect: () => ({ globalValue: 'user', workspaceValue: 'workspace', workspaceFolderValue }),
  });
  const places = (change: Partial<SettingPlaces>): SettingPlaces => ({
    inspect: () => ({ globalValue: 'user', workspaceValue: 'workspace' }),
    folders: [folder('a', 'workspace')],
    workspaceFile: undefined,
    ...change,
  });
  const user = { scope: 'user', where: 'user settings', folder: '/a', value: 'user' };

  it("are the person's and, in a window with one folder, that folder's once", () => {
    assert.deepEqual(readServerSettings(places({})), [
      user,
      {
        scope: 'workspace',
        where: '.vscode/settings.json',
        file: 'file:///a/.vscode/settings.json',
        folder: '/a',
        value: 'workspace',
      },
    ]);
  });

  it("are the workspace file and each folder's own settings in a window with such a file", () => {
    const given = places({ folders: [folder('a'), folder('b', 'b')], workspaceFile: 'file:///x.code-workspace' });
    assert.deepEqual(readServerSettings(given), [
      user,
      {
        scope: 'workspace',
        where: 'the workspace file',
        file: 'file:///x.code-workspace',
        folder: '/a',
        value: 'workspace',
      },
      {
        scope: 'workspace',
        where: 'b/.vscode/settings.json',
        file: 'file:///b/.vscode/settings.json',
        folder: '/b',
        value: 'b',
      },
    ]);
  });

  it("are the person's alone in a window without a folder, and none where nothing is written", () => {
    const empty = { folders: [], inspect: () => ({ globalValue: 'user' }) };
    assert.deepEqual(readServerSettings(places(empty)), [{ ...user, folder: undefined }]);
    assert.deepEqual(readServerSettings(places({ ...empty, inspect: () => undefined })), []);
  });
});
