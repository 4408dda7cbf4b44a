import { expect } from 'vitest';
import type { FobError } from '../../host/client/index.ts';

/** Fails unless the fob refuses with this name. */
export async function refused(work: Promise<unknown>, name: string): Promise<void> {
  const error = (await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as FobError | undefined;
  expect(error?.refusal ?? error?.kind).toBe(name);
}
