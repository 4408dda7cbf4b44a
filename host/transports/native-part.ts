import { FobError } from '../errors.ts';

/** What each package with a native part is for, and what works without it. */
const PARTS = {
  serialport: { ports: 'Serial ports', without: 'HID devices and TCP work without it.' },
  'node-hid': { ports: 'HID devices', without: 'The serial port works without it.' },
} as const;

/** The shared library that the system's loader did not find, as it words it, or undefined. */
export function missingLibrary(words: string): string | undefined {
  return /(lib[\w.+-]+\.so[.\d]*): cannot open shared object file/.exec(words)?.[1];
}

/** Packages load their native part with the import or the first call; what is not there is said in the loader's words. */
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
