import { expect, it } from 'vitest';
import { ProofBounds } from '../../../host/service/agents/proving.ts';
import { limits } from '../../../host/service/limits.ts';

it('a flood of invented serials does not have a fob tried more often than it may be', () => {
  let nowMs = 0;
  const bounds = new ProofBounds(() => nowMs);
  const tries = (serial: string, from = '192.0.2.1') => {
    const isBegun = bounds.begin(from, serial);
    if (isBegun) bounds.end(from);
    return isBegun;
  };
  for (let count = 0; count < limits.agentFobProofBucket.burst; count++) expect(tries('PF-1')).toBe(true);
  expect(tries('PF-1')).toBe(false);
  for (let count = 0; count < 3 * limits.bucketsKept; count++) tries(`PF-X${count}`);
  nowMs += 1_000;
  expect(tries('PF-1')).toBe(false);
  expect(tries('PF-1', '192.0.2.2')).toBe(true);
});
