import { describe } from 'vitest';
import type { Driver } from './driver.ts';
import { accounts, memory } from './sentences/accounts.ts';
import { blankFob } from './sentences/blank.ts';
import { clock } from './sentences/clock.ts';
import { edges, edgesOfBlank } from './sentences/edges.ts';
import { erasure } from './sentences/erasure.ts';
import { hints } from './sentences/hints.ts';
import { names } from './sentences/names.ts';
import { challenges } from './sentences/ocra.ts';
import { passcodes } from './sentences/passcodes.ts';
import { pin } from './sentences/pin.ts';
import { provisioning } from './sentences/provisioning.ts';
import { wire } from './sentences/wire.ts';
import { stageOf } from './stage.ts';

/** The behaviour of every fob, whatever its hardware: one set of tests for simulator, interpreter and board. */
export function conformance(make: () => Promise<Driver> | Driver): void {
  describe('a blank fob', () => {
    const stage = stageOf(make, false);
    blankFob(stage);
    provisioning(stage);
  });
  describe('a blank fob and an unusual owner', () => edgesOfBlank(stageOf(make, false)));
  describe('an owned fob', () => {
    const stage = stageOf(make, true);
    passcodes(stage);
    clock(stage);
    accounts(stage);
    memory(stage);
    names(stage);
    hints(stage);
    challenges(stage);
    pin(stage);
    wire(stage);
    edges(stage);
    erasure(stage);
  });
}
