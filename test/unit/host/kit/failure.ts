import { FobError } from 'passfob/errors';

/** Returns the error of ours that a piece of work ends with; any other error ends the test. */
export async function failure(work: Promise<unknown>): Promise<FobError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FobError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

/** The same of work that ends at once. */
export function refusal(work: () => unknown): FobError {
  try {
    work();
  } catch (error) {
    if (error instanceof FobError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}
