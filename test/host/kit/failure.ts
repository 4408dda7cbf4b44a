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
