import { FobError } from '../errors.ts';

/** The inventory has no data for a serial; only the fob itself knows its owner. */
export function unknownFob(serial: string): FobError {
  return new FobError('not-in-inventory', {
    subject: serial,
    sentence: `This inventory does not know the fob ${serial}, or not any more.`,
    next: 'Check the serial with: passfob inventory list. PASSFOB_HOME names another inventory.',
  });
}
