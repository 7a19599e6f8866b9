import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readSettings, settingDefaults, settingKeys } from '../../../extension/settings.ts';

const manifest = z
  .object({
    contributes: z.object({
      configuration: z.object({ properties: z.record(z.string(), z.object({ default: z.unknown() })) }),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));

describe('settings', () => {
  it('are those of the manifest, with the same defaults', () => {
    const declared = Object.entries(manifest.contributes.configuration.properties).map(([key, property]) => [
      key,
      property.default,
    ]);
    const known = [
      [`holdfast.${settingKeys.bridgeStart}`, settingDefaults.bridgeStart],
      [`holdfast.${settingKeys.terminalEnvironment}`, settingDefaults.terminalEnvironment],
    ];
    assert.deepEqual(declared, known);
    assert.equal(known.length, Object.keys(settingDefaults).length);
  });

  it('fall back to their default on a value of the wrong type', () => {
    assert.deepEqual(
      readSettings((key) => (key === 'bridge.start' ? 'sometimes' : 'yes')),
      settingDefaults,
    );
    assert.deepEqual(
      readSettings((key) => (key === 'bridge.start' ? 'never' : false)),
      { bridgeStart: 'never', terminalEnvironment: false },
    );
  });
});
