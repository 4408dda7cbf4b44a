import { readPlainFile } from 'passfob/read-whole';
import { systemCode } from '../../base/errors.ts';
import { processLimits } from '../../base/limits/process.ts';
import { sourceTexts } from '../../base/texts/serve.ts';
import { holdsPassword, type ReadValue } from './values.ts';

class TooLarge extends Error {}

/** The contents of a configuration file, by name. */
export type FileValues = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration file.
 *
 * @param isOptional whether a missing file counts as empty
 * @returns its values, unchecked, or why it cannot be used
 */
export function readFileValues(path: string, isOptional: boolean): ReadValue<FileValues> {
  let mode = 0;
  let text: string;
  try {
    const bytes = readPlainFile(path, processLimits.configurationFileMaxBytes, facts => {
      ({ mode } = facts);
      if (facts.size > processLimits.configurationFileMaxBytes) throw new TooLarge();
    });
    text = bytes.toString('utf8');
  } catch (error) {
    if (error instanceof TooLarge) return sourceTexts.tooLarge;
    if (systemCode(error) !== 'ENOENT') return sourceTexts.unreadable;
    return isOptional ? { value: {} } : sourceTexts.missing;
  }
  const values = parse(text);
  if (values === undefined) return sourceTexts.notJson;
  const isExposed = process.platform !== 'win32' && (mode & 0o077) !== 0;
  const { databaseUrl } = values;
  const hasPassword = typeof databaseUrl === 'string' && holdsPassword(databaseUrl);
  return isExposed && hasPassword ? sourceTexts.exposed : { value: values };
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
