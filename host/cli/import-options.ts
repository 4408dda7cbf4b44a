import type { ImportSource } from '../commands/import-source.ts';
import { FobError } from '../errors.ts';
import { FORMAT_NAMES } from '../formats/detect.ts';
import type { CommonOptions } from './base/common-options.ts';

/** Options of `import`. */

export function importOptions(command: CommonOptions) {
  return command
    .positional('files', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'files that other programs exported, and images of QR codes',
    })
    .option('format', { choices: FORMAT_NAMES, describe: 'of the files; by default what they look like' })
    .option('only', {
      string: true,
      array: true,
      // One each time, so that the files may stand behind it.
      nargs: 1,
      default: [] as string[],
      describe: 'only accounts of these names: label, issuer or issuer:label',
    })
    .option('password-file', passwordFileOption)
    .option('key-file', keyFileOption);
}

export const passwordFileOption = {
  string: true,
  requiresArg: true,
  describe: 'file (or /dev/fd/N) whose first line is the password; without it you are asked',
} as const;

export const keyFileOption = {
  string: true,
  requiresArg: true,
  describe: 'file with the pre-shared key of PSKC, as bytes or in hexadecimal',
} as const;

/** Options that may be given several times. */
export const REPEATABLE: readonly string[] = ['files', 'only', 'serials', 'behind-proxy', 'behindProxy'];

type ImportOptions = Awaited<ReturnType<typeof importOptions>['argv']>;

/** @throws FobError `usage` */
export function importSource(options: ImportOptions): ImportSource {
  const { files, format, only, passwordFile, keyFile } = options;
  if (files.some(file => file === '')) throw new FobError('usage', { sentence: 'A file has an empty name.' });
  return { files, format, only, passwordFile, keyFile };
}
