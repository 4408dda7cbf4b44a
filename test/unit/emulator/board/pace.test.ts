import { RealPace } from '@passfob/emulator/board/pace';
import { describe, expect, it } from 'vitest';

const STEP_US = 1000;

/** A machine whose clock moves by hand, and a board on it that costs `costMs` of it for each ms of its own. */
function paced(costMs: number) {
  const world = { nowMs: 0, wallAheadMs: 0, boardUs: 0, skippedUs: 0 };
  const timers: { readonly dueMs: number; readonly action: () => void }[] = [];
  const pace = new RealPace(
    {
      monotonicMs: () => world.nowMs,
      epochMs: () => 1_800_000_000_000 + world.nowMs + world.wallAheadMs,
      after(ms, action) {
        const timer = { dueMs: world.nowMs + ms, action };
        timers.push(timer);
        return () => timers.splice(timers.indexOf(timer), 1);
      },
    },
    {
      nowUs: () => world.boardUs,
      run(untilUs, isLate) {
        while (world.boardUs < untilUs && !isLate()) {
          world.boardUs += Math.min(STEP_US, untilUs - world.boardUs);
          world.nowMs += costMs;
        }
      },
      skip(us) {
        world.boardUs += us;
        world.skippedUs += us;
      },
    },
  );
  /** Lets the machine run its timers until a time. */
  const until = (ms: number) => {
    for (let next = timers.shift(); next; next = timers.shift()) {
      if (next.dueMs > ms) {
        timers.unshift(next);
        break;
      }
      world.nowMs = Math.max(world.nowMs, next.dueMs);
      next.action();
    }
    world.nowMs = Math.max(world.nowMs, ms);
  };
  return { world, pace, until, timers };
}

describe('a board in step with the time of the machine', () => {
  it('is never far behind if it is fast', () => {
    const { world, until, pace } = paced(0.1);
    for (let ms = 0; ms <= 1000; ms += 50) {
      until(ms);
      expect(world.nowMs - world.boardUs / 1000).toBeLessThan(10);
    }
    pace.follow();
    expect(world.boardUs / 1000).toBeCloseTo(world.nowMs, 0);
    expect(world.skippedUs).toBe(0);
  });

  it('a slow one is a second behind at most, and leaves out what it missed', () => {
    const { world, until } = paced(3);
    until(20_000);
    expect(world.nowMs - world.boardUs / 1000).toBeLessThan(1100);
    expect(world.skippedUs).toBeGreaterThan(10_000_000);
  });

  it('follows the wall clock after the machine slept', () => {
    const { world, until } = paced(0.1);
    until(100);
    world.wallAheadMs = 3_600_000;
    until(2000);
    expect(world.boardUs / 1e6).toBeGreaterThan(3600);
    expect(world.skippedUs / 1e6).toBeGreaterThan(3590);
  });

  it('stops', () => {
    const { world, until, pace, timers } = paced(0.1);
    until(100);
    pace.stop();
    const { boardUs } = world;
    until(200);
    expect(timers).toEqual([]);
    expect(world.boardUs).toBe(boardUs);
  });
});
