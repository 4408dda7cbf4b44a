import {
  REFUSED_ALREADY_OWNED,
  REFUSED_FULL,
  REFUSED_INTERNAL,
  REFUSED_NO_SESSION,
  REFUSED_PRESS_DENIED,
  REFUSED_STORAGE_FAILED,
} from '@passfob/protocol/refusals';
import { FobError, isOutcomeUnknown, refusalError } from 'passfob/errors';
import { expect, it } from 'vitest';

// Keys are dropped only where the outcome is known: a fob whose memory failed half-way may have stored them.
it.each([REFUSED_STORAGE_FAILED, REFUSED_INTERNAL, REFUSED_NO_SESSION])(
  'refusal %d leaves it open whether the fob executed the request',
  status => expect(isOutcomeUnknown(refusalError(status))).toBe(true),
);

it.each([REFUSED_ALREADY_OWNED, REFUSED_FULL, REFUSED_PRESS_DENIED])(
  'refusal %d says that nothing was done',
  status => expect(isOutcomeUnknown(refusalError(status))).toBe(false),
);

it('silence and a pulled cable leave it open whether the fob executed the request', () => {
  for (const kind of ['no-answer', 'unplugged'] as const) {
    expect(isOutcomeUnknown(new FobError(kind))).toBe(true);
  }
});
