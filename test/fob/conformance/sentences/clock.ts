import { expect, it } from 'vitest';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';

/** Who may set the clock, and how far. */
export function clock(stage: Stage): void {
  it('a fob refuses a time that its clock cannot hold', async () => {
    if (stage.driver.utcMax === Number.MAX_SAFE_INTEGER) return;
    await refused(stage.owner.setClock(stage.driver.utcMax + 1), 'clock-failed');
  });

  it('a fob sets the clock back, or forward beyond its possible drift, only after a press', async () => {
    await stage.owner.setClock(1_800_000_000);
    const deny = { onPressNeeded: stage.owner.deny };
    await refused(stage.owner.client.call('setClock', { utc: 1_799_999_000 }, deny), 'press-denied');
    await refused(stage.owner.client.call('setClock', { utc: 1_800_001_000 }, deny), 'press-denied');
    const { state, utc } = await stage.owner.client.call('clock', {});
    expect(state).toBe(1);
    expect(utc - 1_800_000_000).toBeLessThan(60);
    // Within the drift budget nobody has to press.
    await stage.owner.client.call('setClock', { utc: utc + 3 });
  });
}
