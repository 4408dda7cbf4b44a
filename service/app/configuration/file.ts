import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import { processLimits } from '../../base/limits/process.ts';
import { sourceTexts } from '../../base/texts/serve.ts';
import { holdsPassword, type ReadValue } from './values.ts';

/** What a configuration file holds, by the names in it. */
export type FileValues = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration file.
 *
 * @param isOptional whether its absence is an empty file
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
    // Through one descriptor, so that what was checked is what is read.
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

/** A JSON object, or undefined; the parser's own words would quote the file. */
function parse(text: string): FileValues | undefined {
  try {
    const values: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const isObject = typeof values === 'object' && values !== null && !Array.isArray(values);
    return isObject ? { ...values } : undefined;
  } catch {
    return undefined;
  }
}
