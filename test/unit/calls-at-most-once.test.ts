import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CallWorld } from '../support/call-world/call-world.ts';

/** What can happen to a world, each within a window of its own choice. */
const faults = {
  link: 'the link breaks',
  bridge: 'the bridge is killed',
  host: 'the extension host is killed',
  away: 'the window goes away for longer than its grace',
  reload: 'the window reloads',
  'full disk': 'the disk is full',
  'stuck disk': 'the disk cannot be written at all',
} as const;
type FaultKind = keyof typeof faults;
const faultKinds = ['link', 'bridge', 'host', 'away', 'reload', 'full disk', 'stuck disk'] as const;
interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly window: number;
}

/** All is over long before: grace, budget and what the agent waits between its repeats. */
const patienceMs = 5 * 60_000;

async function hit(world: CallWorld, { kind, window, atMs }: Fault): Promise<void> {
  const target = world.windows[window % world.windows.length];
  if (kind === 'bridge') world.killBridge();
  else if (kind === 'link') target?.dropLink();
  else if (kind === 'host') target?.killHost();
  else if (kind === 'away') target?.killHost(35_000 + atMs * 10);
  else if (kind === 'reload') await target?.reload();
  else await target?.breakDisk(kind === 'full disk' ? 'full' : 'readOnly');
}

/** What an agent was told must be true of what happened. */
function judge(world: CallWorld, keys: readonly string[]): void {
  for (const key of keys) {
    const effects = world.effects.get(key) ?? 0;
    const answers = world.told.get(key) ?? [];
    const story = `${key}: ${effects} effects, told ${JSON.stringify(answers)}`;
    assert.ok(answers.length > 0, `${story}: the call hangs`);
    assert.ok(effects <= 1, `${story}: it ran twice`);
    for (const { executed } of answers) {
      if (executed === 'yes') assert.equal(effects, 1, `${story}: it was said to be done`);
      if (executed === 'no') assert.equal(effects, 0, `${story}: it was said not to be done`);
    }
  }
  assert.deepEqual(world.errors, []);
}

interface Play {
  readonly seed: number;
  readonly calls: number;
  readonly faults: readonly Fault[];
  /** The agent cancels that call at that time. */
  readonly cancel?: { readonly call: number; readonly atMs: number } | undefined;
  /** Which calls name their window: every second pair, when left out. */
  readonly names?: 'none' | 'some' | 'all';
}

/** Of the two windows in turn. */
function whereOf(n: number, names: Play['names']): Parameters<CallWorld['call']>[1] {
  const letter = n % 2 === 0 ? 'a' : 'b';
  const path = `/${letter}/x`;
  return names === 'all' || (names === 'some' && n % 4 > 1) ? { path, window: `window-${letter}` } : { path };
}

async function play({
  seed,
  calls,
  faults: planned,
  cancel,
  names = 'some',
}: Play): Promise<{ world: CallWorld; keys: readonly string[] }> {
  const world = new CallWorld(seed);
  // The windows link first: faults fall on calls.
  await world.clock.advance(2_000);
  const keys = Array.from({ length: calls }, (_, n) => `call-${n}`);
  for (const [n, key] of keys.entries()) {
    world.clock.after(n * 3, () => {
      void world.call(key, whereOf(n, names)).then(() => world.acknowledge(key));
    });
  }
  for (const fault of planned) world.clock.after(fault.atMs, () => void hit(world, fault));
  if (cancel !== undefined) world.clock.after(cancel.atMs, () => world.cancel(keys[cancel.call % calls] ?? ''));
  await world.clock.advance(patienceMs);
  world.dispose();
  return { world, keys };
}

const anyFault = (...kinds: FaultKind[]) =>
  fc.record({
    atMs: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 4_000 })),
    kind: fc.constantFrom(...kinds),
    window: fc.integer({ min: 0, max: 1 }),
  });
const plays = (kinds: readonly FaultKind[], maxFaults: number) =>
  fc.record({
    seed: fc.nat(),
    calls: fc.integer({ min: 1, max: 4 }),
    faults: fc.array(anyFault(...kinds), { maxLength: maxFaults }),
  });

describe('A keyed call', function () {
  this.timeout(60_000);

  for (const kind of faultKinds) {
    it(`runs at most once, and is answered truly, when ${faults[kind]} at any millisecond of it`, async () => {
      for (let atMs = 0; atMs <= 40; atMs += 1) {
        for (let seed = 0; seed < 5; seed += 1) {
          const { world, keys } = await play({
            seed,
            calls: 1,
            faults: [{ atMs, kind, window: 0 }],
            names: seed % 2 === 0 ? 'none' : 'all',
          });
          judge(world, keys);
        }
      }
    });
  }

  it('runs at most once, and is answered truly, whatever fails how often', async () => {
    const cancel = fc.option(fc.record({ call: fc.nat(3), atMs: fc.integer({ min: 0, max: 2_000 }) }), {
      nil: undefined,
    });
    await fc.assert(
      fc.asyncProperty(plays(faultKinds, 8), cancel, async (given, cancelled) => {
        const { world, keys } = await play({ ...given, cancel: cancelled });
        judge(world, keys);
      }),
      { numRuns: 1_500 },
    );
  });

  it('that names its window runs exactly once, and its result is not lost, while another window stays away', async () => {
    const here = anyFault('bridge', 'link').map((fault) => ({ ...fault, window: 0 }));
    const elsewhere = anyFault(...faultKinds.filter((kind) => kind !== 'bridge')).map((fault) => ({
      ...fault,
      window: 1,
    }));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.oneof(here, elsewhere), { maxLength: 8 }), async (seed, planned) => {
        const { world, keys } = await play({ seed, calls: 1, faults: planned, names: 'all' });
        judge(world, keys);
        for (const key of keys) assert.ok(world.told.get(key)?.every(({ ok }) => ok));
      }),
      { numRuns: 500 },
    );
  });

  it('runs exactly once, and its result is not lost, through any deaths of the bridge and drops of links', async () => {
    await fc.assert(
      fc.asyncProperty(plays(['bridge', 'link'], 8), async (given) => {
        const { world, keys } = await play(given);
        judge(world, keys);
        for (const key of keys) assert.ok(world.told.get(key)?.every(({ ok }) => ok));
      }),
      { numRuns: 1_000 },
    );
  });
});
