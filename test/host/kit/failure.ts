import { FobError } from 'passfob/errors';

/** The error that a piece of work ends with; anything but an error of ours ends the test. */
export async function failure(work: Promise<unknown>): Promise<FobError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FobError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}
