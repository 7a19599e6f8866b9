import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { policyChoices } from '../../../extension/approvals/policy.ts';
import { readSettings, settingDefaults, settingKeys, upstreamsSetting } from '../../../extension/settings.ts';
import { editorTools } from '../../../shared/catalog.ts';

const manifest = z
  .object({
    contributes: z.object({
      configuration: z.object({ properties: z.record(z.string(), z.looseObject({ default: z.unknown() })) }),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));

const choicesSchema = z.object({
  properties: z.record(z.string(), z.object({ default: z.string() })),
  additionalProperties: z.boolean(),
});

describe('settings', () => {
  it('are those of the manifest, with the same defaults', () => {
    const declared = Object.entries(manifest.contributes.configuration.properties)
      .filter(([key]) => key !== `holdfast.${upstreamsSetting}`)
      .map(([key, property]) => [key, property.default]);
    const known = [
      [`holdfast.${settingKeys.approvals}`, settingDefaults.approvals],
      [`holdfast.${settingKeys.bridgeStart}`, settingDefaults.bridgeStart],
      [`holdfast.${settingKeys.terminalEnvironment}`, settingDefaults.terminalEnvironment],
    ];
    assert.deepEqual(declared, known);
    assert.equal(known.length, Object.keys(settingDefaults).length);
  });

  it('offer a choice of approval for each kind of tool that there is, and for no other', () => {
    const { properties, additionalProperties } = choicesSchema.parse(
      manifest.contributes.configuration.properties['holdfast.approvals'],
    );
    const offered = Object.fromEntries(Object.entries(properties).map(([kind, choice]) => [kind, choice.default]));
    assert.deepEqual(offered, policyChoices(editorTools));
    assert.equal(additionalProperties, false);
  });

  it('fall back to their default on a value of the wrong type, but for approvals, which then ask', () => {
    assert.deepEqual(
      readSettings((key) => (key === 'bridge.start' ? 'sometimes' : 'yes')),
      { ...settingDefaults, approvals: 'ask' },
    );
    assert.deepEqual(
      readSettings((key) => ({ 'bridge.start': 'never', 'terminal.environment': false })[key]),
      { approvals: {}, bridgeStart: 'never', terminalEnvironment: false },
    );
  });
});
