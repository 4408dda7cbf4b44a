import { PRESS_DEAF_MS } from '@passfob/protocol/limits';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { Bench } from './bench.ts';
import { until } from './kit.ts';

const AT_ONCE = 16;

/**
 * A press by the fob's clock: when the button goes down before or after the request arrives, and how long it is held.
 */
interface Press {
  readonly downMs: number;
  readonly heldMs: number;
  /** The fob's screen before the request: its list, nothing, or an older request. */
  readonly before: 'list' | 'asleep' | 'older request';
}

const presses: fc.Arbitrary<Press> = fc.record({
  downMs: fc.integer({ min: -3_000, max: PRESS_DEAF_MS - 1 }),
  heldMs: fc.integer({ min: 20, max: 8_000 }),
  before: fc.constantFrom('list', 'asleep', 'older request'),
});

it(
  'a press that began before the request arrived, or before the fob reads its button, approves nothing',
  LONG,
  async () => {
    await using bench = await Bench.open();
    let runs = 0;
    const oneRun = async ({ downMs, heldMs, before }: Press) => {
      const own = await bench.fobOf(`user-${runs++}`);
      await bench.plugged(await bench.agent(), own);
      const { fob, user } = own;
      if (before === 'asleep') fob.run(200_000);
      if (before === 'list') fob.press();
      const older = before === 'older request' ? await bench.ask(user) : undefined;
      if (older !== undefined) await until(() => fob.screen.includes(older.number), 'the older request');
      if (downMs < 0) {
        // The button is down when the request arrives.
        fob.key(true);
        // A longer press would answer the older request.
        fob.run(older === undefined ? -downMs : Math.min(-downMs, 900));
      }
      const asked = await bench.ask(user);
      await bench.becomes(asked, 'shown');
      await until(() => fob.screen.includes(asked.number), 'the request');
      if (downMs >= 0) {
        fob.run(downMs);
        fob.key(true);
      }
      // The service keeps polling the request while the button is held.
      for (let left = heldMs; left > 0; left -= 1_000) fob.run(Math.min(left, 1_000));
      fob.key(false);
      fob.run(50);
      expect([downMs, heldMs, before, await bench.take(asked, 400)]).toEqual([
        downMs,
        heldMs,
        before,
        'waiting',
      ]);
      if (older !== undefined) expect(await bench.take(older, 0)).toBe('waiting');
      // The same person then presses for this request.
      await until(() => fob.screen.includes(asked.number), 'the request again');
      fob.approve();
      expect(await bench.take(asked)).toBe('accepted');
    };
    const many = fc.array(presses, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(many, async batch => {
      await Promise.all(batch.map(oneRun));
    });
    await fc.assert(property, { numRuns: countOf(2, 8), endOnFailure: true });
  },
);
