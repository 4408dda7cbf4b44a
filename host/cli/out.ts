import { extname } from 'node:path';
import type { OutFile } from '../commands/out-file.ts';
import { FobError } from '../errors.ts';
import { OUT_FORMAT_NAMES, OUT_FORMATS, type OutFormat } from '../formats/write/names.ts';
import type { PskcEncryption } from '../formats/write/pskc.ts';
import type { Output } from '../formats/write/write.ts';
import { type CommonOptions, keyFileOption, LETTERS, passwordFileOption } from './base/common-options.ts';
import { makeSure, type Prompts } from './base/prompts.ts';

/** Options for a file that hands on secrets, and the checks and questions for them. */

export function outOptions(command: CommonOptions) {
  return command
    .option('out', {
      alias: LETTERS.out,
      string: true,
      requiresArg: true,
      describe: 'new file to export the secrets to',
    })
    .option('out-format', {
      choices: OUT_FORMAT_NAMES,
      describe: 'format of that file, default uri; pskc is encrypted',
    })
    .option('plain-seeds', {
      boolean: true,
      describe: 'allow a file with unencrypted secrets; needed for all formats except pskc',
    })
    .option('yes', { alias: LETTERS.yes, boolean: true, describe: 'do not ask for confirmation' })
    .option('password-file', passwordFileOption)
    .option('key-file', keyFileOption)
    .option('realm', {
      string: true,
      requiresArg: true,
      describe: 'privacyidea: realm of the users to whom the tokens are assigned',
    })
    .option('factor-profile', {
      string: true,
      requiresArg: true,
      describe: 'okta: id of the factor profile',
    });
}

/** Options about the file. */
export const OUT_OPTIONS = [
  ...['out', 'out-format', 'plain-seeds', 'password-file', 'key-file', 'realm', 'factor-profile'],
] as const;

/** The requested file, before the questions for a password or a confirmation. */
export interface OutWish extends Omit<Output, 'sealing'> {
  readonly path: string;
  readonly isEncrypted: boolean;
  /** Whether an option already confirms plain secrets. */
  readonly isSure: boolean;
  readonly passwordFile: string | undefined;
  readonly keyFile: string | undefined;
}

type OutOptions = Awaited<ReturnType<ReturnType<typeof outOptions>['parse']>>;

/**
 * @param answersMore whether `--yes` answers other questions of the command, too
 * @throws FobError `usage`
 */
export function readOut(options: OutOptions, answersMore = false): OutWish | undefined {
  const { out: path, outFormat: format = 'uri', plainSeeds = false, yes, passwordFile, keyFile } = options;
  if (path === undefined) {
    const names = answersMore ? OUT_OPTIONS : ([...OUT_OPTIONS, 'yes'] as const);
    const misplaced = names.filter(name => options[name] !== undefined);
    if (misplaced.length === 0) return undefined;
    throw new FobError('usage', { sentence: `--${misplaced.join(', --')} can be used only with --out.` });
  }
  if (options.outFormat === undefined) refuseOtherEnding(path);
  const isEncrypted = OUT_FORMATS[format].isSealed === true && !plainSeeds;
  if (!isEncrypted && !plainSeeds) {
    throw new FobError('usage', {
      sentence: 'This file would hold the secret unencrypted.',
      next: 'Encrypt it with --out-format pskc, or allow it with --plain-seeds.',
    });
  }
  const seals = [passwordFile, keyFile].filter(seal => seal !== undefined).length;
  if (seals > (isEncrypted ? 1 : 0)) {
    throw new FobError('usage', {
      sentence:
        'Give only one of --password-file and --key-file, and only with --out-format pskc, without --plain-seeds.',
    });
  }
  return {
    ...{ path, format, isEncrypted, isSure: yes === true, passwordFile, keyFile },
    ...formatOptions(format, options),
  };
}

/** The default is for a person; a service would refuse its file. @throws FobError `usage` for a service's ending */
function refuseOtherEnding(path: string): void {
  const ending = extname(path).toLowerCase();
  const others = OUT_FORMAT_NAMES.filter(name => OUT_FORMATS[name].ending === ending);
  if (others.length === 0 || others.includes('uri')) return;
  throw new FobError('usage', {
    sentence: `A file that ends in ${ending} can be one of ${others.join(', ')}.`,
    next: 'Name its format: --out-format',
  });
}

/** @throws FobError `usage` for an option of another format, or a missing one */
function formatOptions(format: OutFormat, options: OutOptions): Pick<Output, 'realm' | 'factorProfile'> {
  const { option } = OUT_FORMATS[format];
  for (const name of ['realm', 'factor-profile'] as const) {
    const text = options[name];
    if (text === undefined && option?.name === name && option.isNeeded)
      throw new FobError('usage', { sentence: `--out-format ${format} needs --${name}.` });
    if (text === undefined) continue;
    if (option?.name !== name)
      throw new FobError('usage', { sentence: `--${name} cannot be used with --out-format ${format}.` });
    if (!NAME.test(text))
      throw new FobError('usage', { sentence: `--${name} takes letters, digits, ".", "_" and "-".` });
  }
  return { realm: options.realm, factorProfile: options.factorProfile };
}

/** The name of a realm, or the id of a profile. */
const NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;

/**
 * Completes the request for the file, asking the person for missing parts.
 * @param what the content of the file, for the question
 * @throws FobError `bad-input`, `cancelled`, `usage` if nobody can be asked
 */
export async function settleOut(
  wish: OutWish,
  prompts: Prompts,
  what: 'secret' | 'secrets',
  signal: AbortSignal | undefined,
): Promise<OutFile> {
  const { path, format, isEncrypted, realm, factorProfile } = wish;
  if (isEncrypted) return { path, format, sealing: await sealingOf(wish, prompts, signal) };
  const question = `Write the ${what} unencrypted to ${path}?`;
  if (!wish.isSure) await makeSure(prompts, question, 'Nothing was written.');
  return { path, format, realm, factorProfile };
}

async function sealingOf(
  { path, passwordFile, keyFile }: OutWish,
  prompts: Prompts,
  signal: AbortSignal | undefined,
): Promise<PskcEncryption> {
  const { readKey, readPassword } = await import('../commands/import-source.ts');
  const { checkPskcEncryption } = await import('../formats/write/write.ts');
  if (keyFile !== undefined) return { key: await readKey(keyFile, signal) };
  const isTyped = passwordFile === undefined;
  const sealing = {
    password: isTyped
      ? await prompts.secret(`New password of ${path} (not shown):`)
      : await readPassword(passwordFile, signal),
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
