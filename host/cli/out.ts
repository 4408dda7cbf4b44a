import type { OutFile } from '../commands/out-file.ts';
import { FobError } from '../errors.ts';
import { isSealed, OUT_FORMATS, type OutFormat } from '../formats/write/names.ts';
import type { PskcEncryption } from '../formats/write/pskc.ts';
import { type CommonOptions, keyFileOption, LETTERS, passwordFileOption } from './base/common-options.ts';
import { makeSure, type Prompts } from './base/prompts.ts';

/** Options for a file that hands on a new secret, and the checks and questions for them. */

export function outOptions(command: CommonOptions) {
  return command
    .option('out', {
      alias: LETTERS.out,
      string: true,
      requiresArg: true,
      describe: 'new file to export the secret to',
    })
    .option('out-format', {
      choices: OUT_FORMATS,
      describe: 'format of that file, default uri; pskc is encrypted',
    })
    .option('plain-seeds', {
      boolean: true,
      describe: 'allow a file with the unencrypted secret (all formats except pskc)',
    })
    .option('yes', { alias: LETTERS.yes, boolean: true, describe: 'do not ask for confirmation' })
    .option('password-file', passwordFileOption)
    .option('key-file', keyFileOption);
}

/** Options that are allowed only with `--out`. */
const WITH_OUT = ['out-format', 'plain-seeds', 'yes', 'password-file', 'key-file'] as const;
export const OUT_OPTIONS = ['out', ...WITH_OUT] as const;

/** The requested file, before the questions for a password or a confirmation. */
export interface OutWish {
  readonly path: string;
  readonly format: OutFormat;
  /** Whether an option already confirms plain secrets. */
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
    throw new FobError('usage', { sentence: `--${misplaced.join(', --')} can be used only with --out.` });
  }
  if (!isSealed(format) && plainSeeds !== true) {
    throw new FobError('usage', {
      sentence: 'This file would hold the secret unencrypted.',
      next: 'Encrypt it with --out-format pskc, or allow it with --plain-seeds.',
    });
  }
  const seals = [passwordFile, keyFile].filter(seal => seal !== undefined).length;
  if (seals > (isSealed(format) ? 1 : 0)) {
    throw new FobError('usage', {
      sentence: 'Give only one of --password-file and --key-file, and only with --out-format pskc.',
    });
  }
  return { path, format, isSure: yes === true, passwordFile, keyFile };
}

/**
 * Completes the request for the file, asking the person for missing parts.
 * @throws FobError `bad-input`, `cancelled`, `usage` if nobody can be asked
 */
export async function settleOut(wish: OutWish, prompts: Prompts): Promise<OutFile> {
  const { path, format } = wish;
  if (format === 'pskc') return { path, format, sealing: await sealingOf(wish, prompts) };
  const question = `Write the secret unencrypted to ${path}?`;
  if (!wish.isSure) await makeSure(prompts, question, 'Nothing was written.');
  return { path, format };
}

async function sealingOf(
  { path, passwordFile, keyFile }: OutWish,
  prompts: Prompts,
): Promise<PskcEncryption> {
  const { readKey, readPassword } = await import('../commands/import-source.ts');
  const { checkPskcEncryption } = await import('../formats/write/write.ts');
  if (keyFile !== undefined) return { key: await readKey(keyFile) };
  const isTyped = passwordFile === undefined;
  const sealing = {
    password: isTyped
      ? await prompts.secret(`New password of ${path} (not shown):`)
      : await readPassword(passwordFile),
  };
  checkPskcEncryption(sealing);
  if (isTyped && (await prompts.secret('Once more:')) !== sealing.password) {
    throw new FobError('bad-input', {
      sentence: 'The two passwords are not the same.',
      next: 'Run the command again.',
    });
  }
  return sealing;
}
