import { FobError } from '../errors.ts';

/** The purpose of each package with a native part, and what works without it. */
const PARTS = {
  serialport: { ports: 'Serial ports', without: 'HID devices and TCP work without it.' },
  'node-hid': { ports: 'HID devices', without: 'The serial port works without it.' },
} as const;

/** Finds the missing shared library in the loader's error message, or returns undefined. */
export function missingLibrary(words: string): string | undefined {
  return /(lib[\w.+-]+\.so[.\d]*): cannot open shared object file/.exec(words)?.[1];
}

/**
 * Makes the error for a missing native part. Packages load it with the import or the first call, so the loader's
 * message says what is missing.
 */
export function cannotLoad(name: keyof typeof PARTS, cause: unknown): FobError {
  const library = missingLibrary(cause instanceof Error ? cause.message : String(cause));
  const { ports, without } = PARTS[name];
  if (library === undefined) {
    return new FobError('port-failed', {
      sentence: `${ports} cannot be reached: ${name} cannot be loaded.`,
      next: `Run: passfob doctor. ${without}`,
      cause,
    });
  }
  return new FobError('port-failed', {
    sentence: `${ports} cannot be reached: ${library} is not installed.`,
    next: `Run: passfob doctor, which says how to install it. ${without}`,
    cause,
  });
}
