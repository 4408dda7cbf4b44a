import { validationLimits } from '@passfob/service/base/limits/validation';
import { type Acceptance, readRecent, withAcceptance } from '@passfob/service/base/recent';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const acceptance = fc.record({
  step: fc.maxSafeNat(),
  atMs: fc.maxSafeNat(),
  source: fc.oneof(fc.ipV4(), fc.string(), fc.string({ unit: fc.constantFrom('[', ']', '"', '\\', ',') })),
  letNobodyIn: fc.boolean(),
});

/** The stored form, by a parser instead of cuts. */
function parsedAndWritten(stored: string, { step, atMs, source, letNobodyIn }: Acceptance): string {
  const kept = (JSON.parse(stored) as unknown[]).slice(0, validationLimits.acceptancesKept - 1);
  return JSON.stringify([letNobodyIn ? [step, atMs, source, 1] : [step, atMs, source], ...kept]);
}

test('adding an acceptance by cutting the stored text gives the same text as by parsing it', () => {
  fc.assert(
    fc.property(fc.array(acceptance, { maxLength: 2 * validationLimits.acceptancesKept }), added => {
      let stored = '[]';
      for (const one of added) {
        const next = withAcceptance(stored, one);
        expect(next).toBe(parsedAndWritten(stored, one));
        stored = next;
      }
      expect(readRecent(stored)).toEqual(added.reverse().slice(0, validationLimits.acceptancesKept));
    }),
    { numRuns: 300 },
  );
});
