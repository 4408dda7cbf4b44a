import { FobError } from '../errors.ts';

/** Nothing is known of a fob by its serial alone; whose it is only the fob could say. */
export function unknownFob(serial: string): FobError {
  return new FobError('not-in-inventory', {
    sentence: `This inventory does not know the fob ${serial}, or not any more.`,
    next: 'Check the serial with: passfob inventory list. PASSFOB_HOME names another inventory.',
  });
}
