import { RECOVERY_PAGE } from '@passfob/firmware/core/base/limits';
import { hasRecovery } from '@passfob/firmware/core/vault/headers';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect, it } from 'vitest';
import { Chips } from './kit/chips.ts';
import { adopted, KEYS } from './kit/facts.ts';
import { Token } from './kit/token.ts';

const PAGE_BYTES = 32;

/** The possible content of a page once its data is lost. */
const LOST: Readonly<Record<string, (page: Uint8Array) => void>> = {
  'all ones': page => void page.fill(0xff),
  'all zeros': page => void page.fill(0),
  'half of it': page => void page.fill(0xff, 16),
  'another bit': page => {
    page[20] = (page[20] ?? 0) ^ 4;
  },
};

function escrowed(): Chips {
  const token = adopted(new Chips(makeRandomness(1, 'escrow')));
  expect(token.escrowed).toBe(false);
  expect(token.vault.escrow(KEYS.recovery)).toBe(true);
  expect(token.escrowed).toBe(true);
  return token.chips;
}

/** Returns the fob's report about its recovery after a reboot, and whether the key opens anything. */
function saidAndSo(chips: Chips): { said: boolean; opens: boolean } {
  const token = new Token(chips.copy());
  return { said: token.escrowed, opens: token.recover(KEYS.recovery) !== undefined };
}

function lose(chips: Chips, how: string, ...copies: number[]): Chips {
  for (const copy of copies) {
    const at = (RECOVERY_PAGE + copy) * PAGE_BYTES;
    LOST[how]?.(chips.bytes.subarray(at, at + PAGE_BYTES));
  }
  return chips;
}

it.each(Object.keys(LOST))(
  'a fob reports an escrow as long as one of the two copies opens, whichever holds %s',
  how => {
    for (const copy of [0, 1])
      expect(saidAndSo(lose(escrowed(), how, copy))).toEqual({ said: true, opens: true });
    expect(saidAndSo(lose(escrowed(), how, 0, 1))).toEqual({ said: false, opens: false });
  },
);

it('a fob reports an escrow after a replaced recovery key, cut off anywhere, exactly when a key opens it', () => {
  for (let operation = 1; operation <= 3; operation++) {
    const chips = escrowed();
    const token = new Token(chips);
    chips.cutAt(operation, 'part');
    expect(() => token.vault.escrow(KEYS.otherRecovery)).toThrow();
    chips.keepPower();
    const after = new Token(chips.copy());
    const opens = [KEYS.recovery, KEYS.otherRecovery].some(key => after.recover(key) !== undefined);
    expect({ operation, said: after.escrowed, opens }).toEqual({ operation, said: true, opens: true });
  }
});

it('a replaced recovery key opens nothing any more, whichever copy is damaged later', () => {
  const chips = escrowed();
  expect(new Token(chips).vault.escrow(KEYS.otherRecovery)).toBe(true);
  for (const damaged of [[], [0], [1]]) {
    const token = new Token(lose(chips.copy(), 'all ones', ...damaged));
    expect(token.recover(KEYS.recovery)).toBeUndefined();
    expect(token.recover(KEYS.otherRecovery)).toEqual(KEYS.dataKey);
  }
});

it('a fob reports an escrow of an older vault without a named copy by copy A, after which copy B is whole', () => {
  const chips = escrowed();
  const before = new Token(chips);
  before.vault.policy.recoveryCrc = 0;
  expect(before.vault.policy.save()).toBe(true);
  expect(saidAndSo(chips)).toEqual({ said: true, opens: true });
  expect(saidAndSo(lose(chips, 'all ones', 0)).said).toBe(false);
});

it('a fob reports neither yes nor no about an escrow where the memory does not answer', () => {
  const chips = escrowed();
  const { recoveryCrc } = new Token(chips).vault.policy;
  chips.fail('deaf', 0, 2);
  expect(hasRecovery(chips.ports, recoveryCrc)).toBe(-1);
  chips.heal();
  expect(hasRecovery(chips.ports, recoveryCrc)).toBe(1);
});
