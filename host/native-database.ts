import { systemCode } from './errors.ts';

/** The error message of `bindings`, which loads better-sqlite3's native part. */
const MISSING = /could not locate the bindings file/i;

/** Shown if the native part of the database package is missing, or built for another Node. */
export const NATIVE_DATABASE_TEXT = {
  sentence:
    'The native part of the package better-sqlite3, which opens the databases, is missing or not for this Node.',
  next: 'Run in the folder of passfob: npm rebuild better-sqlite3 (an install with --ignore-scripts leaves it out).',
} as const;

/**
 * Whether a database could not be opened because better-sqlite3's native part cannot be loaded, so the folder is not
 * the cause.
 */
export function isNativeDatabaseMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return MISSING.test(error.message) || systemCode(error) === 'ERR_DLOPEN_FAILED';
}
