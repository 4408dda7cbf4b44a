import { systemCode } from './errors.ts';

/** In the words of `bindings`, by which better-sqlite3 looks for its native part. */
const MISSING = /could not locate the bindings file/i;

/** What to say where the native part of the package that opens databases is not there, or not for this Node. */
export const NATIVE_DATABASE_TEXT = {
  sentence:
    'The native part of the package better-sqlite3, which opens the databases, is missing or not for this Node.',
  next: 'Run in the folder of passfob: npm rebuild better-sqlite3 (an install with --ignore-scripts leaves it out).',
} as const;

/** Whether a database could not be opened because the native part of better-sqlite3 cannot be loaded: no folder is to blame. */
export function isNativeDatabaseMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return MISSING.test(error.message) || systemCode(error) === 'ERR_DLOPEN_FAILED';
}
