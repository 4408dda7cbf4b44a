import { mayBecome, type TokenState, tokenStates, usableStates } from '@passfob/service/base/token-states';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const states = Object.keys(tokenStates) as TokenState[];

test('there are seven states; only assigned and active tokens are evaluated', () => {
  expect(states).toHaveLength(7);
  expect(usableStates).toEqual(['assigned', 'active']);
});

test('a token can be revoked from every other state, and never leaves revoked', () => {
  for (const state of states) {
    expect(mayBecome(state, 'revoked')).toBe(state !== 'revoked');
    expect(mayBecome('revoked', state)).toBe(false);
  }
});

test('property: with any moves, a new token is active only after it was assigned', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...states), { maxLength: 40 }), wishes => {
      let state: TokenState = 'initialised';
      let wasAssigned = false;
      for (const wish of wishes) {
        if (!mayBecome(state, wish)) continue;
        state = wish;
        wasAssigned ||= state === 'assigned';
        if (state === 'active' || state === 'suspended') expect(wasAssigned).toBe(true);
      }
    }),
  );
});
