import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import { processLimits } from '../../base/limits/process.ts';
import { sourceTexts } from '../../base/texts/serve.ts';
import { holdsPassword, type ReadValue } from './values.ts';

/** The contents of a configuration file, by name. */
export type FileValues = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration file.
 *
 * @param isOptional whether a missing file counts as empty
 * @returns its values, unchecked, or why it cannot be used
 */
export function readFileValues(path: string, isOptional: boolean): ReadValue<FileValues> {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') return sourceTexts.unreadable;
    return isOptional ? { value: {} } : sourceTexts.missing;
  }
  try {
    // Through one descriptor, so that the checked file is the file that is read.
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) return sourceTexts.unreadable;
    if (facts.size > processLimits.configurationFileMaxBytes) return sourceTexts.tooLarge;
    const values = parse(readFileSync(descriptor, 'utf8'));
    if (values === undefined) return sourceTexts.notJson;
    const isExposed = process.platform !== 'win32' && (facts.mode & 0o077) !== 0;
    const { databaseUrl } = values;
    const hasPassword = typeof databaseUrl === 'string' && holdsPassword(databaseUrl);
    return isExposed && hasPassword ? sourceTexts.exposed : { value: values };
  } catch {
    return sourceTexts.unreadable;
  } finally {
    closeSync(descriptor);
  }
}

/** Returns a JSON object, or undefined. The parser's own message is not used: it would quote the file. */
function parse(text: string): FileValues | undefined {
  try {
    const values: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const isObject = typeof values === 'object' && values !== null && !Array.isArray(values);
    return isObject ? { ...values } : undefined;
  } catch {
    return undefined;
  }
}
