import { FobError } from '../errors.ts';
import { isSealed, OUT_FORMATS, type OutFormat } from '../formats/write/write.ts';
import type { CommonOptions } from './base/common-options.ts';
import { keyFileOption, passwordFileOption } from './import-options.ts';

/** Options of what hands new secrets on in a file. */

export function outOptions(command: CommonOptions) {
  return command
    .option('out', { string: true, requiresArg: true, describe: 'new file that hands the secret on' })
    .option('out-format', { choices: OUT_FORMATS, describe: 'of that file, default uri; pskc is encrypted' })
    .option('plain-seeds', {
      boolean: true,
      describe: 'the file may hold the secret for whoever reads it (all formats but pskc)',
    })
    .option('yes', { boolean: true, describe: 'do not ask here whether that is meant' })
    .option('password-file', passwordFileOption)
    .option('key-file', keyFileOption);
}

/** Those that mean nothing without `--out`. */
const WITH_OUT = ['out-format', 'plain-seeds', 'yes', 'password-file', 'key-file'] as const;
export const OUT_OPTIONS = ['out', ...WITH_OUT] as const;

/** A file that is asked for, before anybody was asked for a password or a yes. */
export interface OutWish {
  readonly path: string;
  readonly format: OutFormat;
  /** Whether the person has said beforehand that plain secrets are meant. */
  readonly isSure: boolean;
  readonly passwordFile: string | undefined;
  readonly keyFile: string | undefined;
}

type OutOptions = Awaited<ReturnType<ReturnType<typeof outOptions>['parse']>>;

/** @throws FobError `usage` */
export function readOut(options: OutOptions): OutWish | undefined {
  const { out: path, outFormat: format = 'uri', plainSeeds, yes, passwordFile, keyFile } = options;
  if (path === undefined) {
    const misplaced = WITH_OUT.filter(name => options[name] !== undefined);
    if (misplaced.length === 0) return undefined;
    throw new FobError('usage', { sentence: `--${misplaced.join(', --')} can stand with --out only.` });
  }
  if (!isSealed(format) && plainSeeds !== true) {
    throw new FobError('usage', {
      sentence: 'This file would hold the secret for everybody who reads it.',
      next: 'Have it encrypted with --out-format pskc, or say that it is meant with --plain-seeds.',
    });
  }
  const seals = [passwordFile, keyFile].filter(seal => seal !== undefined).length;
  if (seals > (isSealed(format) ? 1 : 0)) {
    throw new FobError('usage', {
      sentence: 'A file is sealed by one of --password-file and --key-file, and only one of format pskc is.',
    });
  }
  return { path, format, isSure: yes === true, passwordFile, keyFile };
}
