import type { FobError } from 'passfob/client';
import { expect } from 'vitest';

/** Fails unless the fob refuses with this name. */
export async function refused(work: Promise<unknown>, name: string): Promise<void> {
  const error = (await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as FobError | undefined;
  expect(error?.refusal ?? error?.kind).toBe(name);
}
