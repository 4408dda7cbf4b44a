import { afterAll, beforeAll, expect } from 'vitest';
import type { Driver } from './driver.ts';
import { Owner } from './owner.ts';

/** A fob and its owner, ready from the first test of a group on. */
export interface Stage {
  readonly driver: Driver;
  readonly owner: Owner;
}

/** Sets a fob up for the calling group, paired where `owned`; it must have printed no error by the end. */
export function stageOf(make: () => Promise<Driver> | Driver, owned: boolean): Stage {
  let driver: Driver | undefined;
  let owner: Owner | undefined;
  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('the stage is used before the group runs');
    return thing;
  };
  beforeAll(async () => {
    driver = await make();
    owner = new Owner(driver);
    if (owned) await owner.pair();
  });
  afterAll(async () => {
    expect(driver?.complaints()).toBe('');
    await driver?.close();
  });
  return {
    get driver() {
      return there(driver);
    },
    get owner() {
      return there(owner);
    },
  };
}
