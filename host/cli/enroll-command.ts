import { accountName } from '../commands/account-name.ts';
import type { Progress } from '../commands/context.ts';
import type { EnrolSettings, EnrolSource } from '../commands/enrol-source.ts';
import type { OutFile } from '../commands/out-file.ts';
import { ALPHABET_NAMES } from '../enrol/alphabets.ts';
import { CHARACTERS_DEFAULT, DIGITS_DEFAULT, PERIOD_SECONDS_DEFAULT } from '../enrol/limits.ts';
import { SECRET_ENCODINGS } from '../enrol/secret-encodings.ts';
import { FobError } from '../errors.ts';
import { command } from './base/command.ts';
import { type CommonOptions, issuerOption, LETTERS, labelOption } from './base/common-options.ts';
import { anInventory } from './base/needs.ts';
import { makeSure, type Prompts } from './base/prompts.ts';
import { reportOf } from './base/report.ts';
import { OUT_OPTIONS, outOptions, readOut, settleOut } from './out.ts';

export const enrollCommand = command({
  words: 'enroll',
  describe: 'write an account to the fob and verify it',
  json: '`serial`, `account` (as in `list`), `isClockSet`, `isResumed`, `warnings`, `savedTo`',
  options: enrolOptions,
  read: async given => ({
    source: await sourceOf(given),
    out: readOut(given, true),
    isSure: given.yes === true,
  }),
  needs: anInventory,
  // Reads and validates the account before any fob is searched for, so that wrong input never touches one.
  async run({ source, out, isSure }, { choice, context, prompts }) {
    const { readEnrolment } = await import('../commands/enrol-source.ts');
    const { enroll } = await import('../commands/enroll.ts');
    const { withFob } = await import('../commands/find.ts');
    const enrolment = await readEnrolment(source, {
      standardInput: prompts.uri,
      random: context.random,
      signal: context.signal,
    });
    const isFresh = source.from.startsWith('generate');
    const saveTo = out && (await settleOut(out, prompts, 'secret', context.signal));
    const name = accountName({ ...enrolment, id: '' });
    // The result says the same once more.
    const report = (progress: Progress) => {
      if (!('account' in progress && progress.account === name)) context.report(progress);
    };
    return withFob(
      choice,
      async fob => {
        const confirmNamesake = async (ids: readonly string[]) => {
          if (isSure || choice.wire?.isDryRun) return;
          await allowNamesake(prompts, `${name} (${ids.join(', ')})`, fob.hello.serial);
        };
        const options = { saveTo, isFresh, confirmNamesake };
        const result = await enroll({ ...context, report }, fob, enrolment, options);
        const note = [...result.warnings, ...whereTheSecretIs(isFresh, saveTo)];
        return reportOf(result, `${name} is enrolled on the fob ${result.serial}, and proved.`, note);
      },
      context.signal,
    );
  },
});

/**
 * Asks whether to write a second account of a name: names on the command line would mean both.
 * @throws FobError `cancelled` for a no, `bad-input` if nobody can be asked
 */
async function allowNamesake(prompts: Prompts, account: string, serial: string): Promise<void> {
  const sentence = `The fob ${serial} already holds ${account}.`;
  if (!(await prompts.canAsk())) {
    throw new FobError('bad-input', {
      sentence,
      next: 'Choose another --label, or add --yes to enrol a second account of this name.',
    });
  }
  await makeSure(prompts, `${sentence} Enrol a second account of this name?`, 'Nothing was enrolled.');
}

function whereTheSecretIs(isGenerated: boolean, out: OutFile | undefined): string[] {
  if (!isGenerated) return [];
  if (out === undefined)
    return ['The secret is on the fob and, encrypted, in the inventory. It was not exported.'];
  const where = out.sealing === undefined ? 'The secret is' : 'The encrypted secret is';
  return [
    `${where} in ${out.path}, for its service alone: delete the file after the service has imported it.`,
  ];
}

function enrolOptions(given: CommonOptions) {
  return outOptions(given)
    .option('uri', { string: true, requiresArg: true, describe: '"-": a key URI from standard input' })
    .option('uri-file', { string: true, requiresArg: true, describe: 'file that holds a key URI' })
    .option('qr', { string: true, requiresArg: true, describe: 'image file that holds it as a QR code' })
    .option('secret', {
      string: true,
      requiresArg: true,
      describe: '"-": a bare secret from standard input, in Base32 or hexadecimal',
    })
    .option('generate', { alias: LETTERS.generate, boolean: true, describe: 'generate a new secret' })
    .option('alphabet', {
      choices: ALPHABET_NAMES,
      describe: 'alphabet of its passcodes, default decimal',
    })
    .option('characters', {
      number: true,
      requiresArg: true,
      describe: `characters of a passcode in another alphabet: 5 to 8, default ${CHARACTERS_DEFAULT}`,
    })
    .option('ocra-suite', { string: true, requiresArg: true, describe: 'OCRA: OCRA-1:HOTP-SHA1-6:QN08 …' })
    .option('encoding', {
      choices: SECRET_ENCODINGS,
      describe: 'of --secret, where it can be read both ways',
    })
    .option('counter', { number: true, requiresArg: true, describe: 'next counter (HOTP), default 0' })
    .option('kind', { choices: ['totp', 'hotp'] as const, describe: 'default totp' })
    .option('algorithm', { choices: ['sha1', 'sha256', 'sha512'] as const, describe: 'default sha1' })
    .option('digits', { number: true, requiresArg: true, describe: '6 to 8, default 6' })
    .option('period', { number: true, requiresArg: true, describe: 'seconds (TOTP), default 30' })
    .option('issuer', issuerOption)
    .option('label', labelOption)
    .group(['uri', 'uri-file', 'qr', 'secret', 'generate'], 'Where the account comes from (one of):')
    .group([...SETTINGS], 'With --generate or --secret:')
    .group([...SECRET_ONLY], 'With --secret:')
    .group([...GENERATE_ONLY], 'With --generate:');
}

/** What a key URI would say. */
const SETTINGS = ['kind', 'algorithm', 'digits', 'period', 'issuer', 'label'] as const;
const SECRET_ONLY = ['encoding', 'counter'] as const;
const GENERATE_ONLY = ['ocra-suite', ...OUT_OPTIONS] as const;

/** Options that an OCRA suite determines itself, or does not have. */
const NOT_WITH_SUITE = ['kind', 'algorithm', 'digits', 'period', 'alphabet', 'characters'] as const;

type EnrolOptions = Awaited<ReturnType<typeof enrolOptions>['argv']>;

/** @throws FobError `usage` */
async function sourceOf(options: EnrolOptions): Promise<EnrolSource> {
  const { uri, uriFile, qr, secret, generate } = options;
  const given = [uri, uriFile, qr, secret, generate || undefined].filter(source => source !== undefined);
  if (given.length !== 1) {
    throw new FobError('usage', {
      sentence: 'enroll takes exactly one of --uri -, --uri-file, --qr, --secret - and --generate.',
      next: 'Run: passfob enroll --help',
    });
  }
  if (options.characters !== undefined && (options.alphabet ?? 'decimal') === 'decimal') {
    throw new FobError('usage', { sentence: '--characters needs an --alphabet other than decimal.' });
  }
  if (!generate) refuseOptions(options, GENERATE_ONLY, '--generate');
  if (secret === undefined) refuseOptions(options, SECRET_ONLY, '--secret');
  if (generate) return generated(options);
  if (secret !== undefined) return bareSecret(options, secret);
  refuseOptions(options, SETTINGS, '--generate or --secret');
  const form = formOf(options);
  if (uriFile !== undefined) return { from: 'uri-file', path: uriFile, form };
  if (qr !== undefined) return { from: 'qr', path: qr, form };
  if (uri === '-') return { from: 'stdin', form };
  throw new FobError('usage', { sentence: '--uri takes "-" only: key URIs are piped in.' });
}

/** @throws FobError `usage` */
function refuseOptions(options: EnrolOptions, names: readonly (keyof EnrolOptions)[], source: string): void {
  const misplaced = names.filter(name => options[name] !== undefined);
  if (misplaced.length === 0) return;
  throw new FobError('usage', { sentence: `--${misplaced.join(', --')} can be used only with ${source}.` });
}

/** @throws FobError `usage` */
function bareSecret(options: EnrolOptions, secret: string): EnrolSource {
  if (secret !== '-')
    throw new FobError('usage', {
      sentence:
        'A secret on the command line can be read by every program on this machine and stays in the history of the shell.',
      next: 'Treat it as exposed. Then pipe in a new one with: passfob enroll --secret - --label NAME',
    });
  const { encoding, counter = 0, kind = 'totp' } = options;
  if (kind === 'totp' && options.counter !== undefined) {
    throw new FobError('usage', { sentence: '--counter is for --kind hotp.' });
  }
  return { from: 'secret', encoding, counter, settings: settingsOf(options, '--secret') };
}

/** The alphabet, which key URIs of other programs do not contain. Decimal ones contain their number of digits. */
function formOf({ alphabet = 'decimal', characters = CHARACTERS_DEFAULT }: EnrolOptions) {
  return alphabet === 'decimal' ? undefined : { alphabet, digits: characters };
}

async function generated(options: EnrolOptions): Promise<EnrolSource> {
  const settings = settingsOf(options, '--generate');
  const { ocraSuite } = options;
  if (ocraSuite !== undefined) return generatedOcra(options, ocraSuite, settings.issuer, settings.label);
  return { from: 'generate', ...settings };
}

/** @param source names the option that needs them @throws FobError `usage` */
function settingsOf(options: EnrolOptions, source: string): EnrolSettings {
  const { kind = 'totp', algorithm = 'sha1', issuer = '', label } = options;
  if (label === undefined) {
    throw new FobError('usage', { sentence: `${source} needs --label: the user of the passcode.` });
  }
  const form = formOf(options);
  if (form !== undefined && options.digits !== undefined) {
    throw new FobError('usage', { sentence: '--digits is for the decimal alphabet; use --characters.' });
  }
  const { digits = DIGITS_DEFAULT, period = PERIOD_SECONDS_DEFAULT } = options;
  const { alphabet, digits: length } = form ?? { alphabet: 'decimal', digits };
  return { kind, algorithm, alphabet, digits: length, period, issuer, label };
}

async function generatedOcra(
  options: EnrolOptions,
  suite: string,
  issuer: string,
  label: string,
): Promise<EnrolSource> {
  const misplaced = NOT_WITH_SUITE.filter(name => options[name] !== undefined);
  if (misplaced.length > 0) {
    throw new FobError('usage', {
      sentence: `--${misplaced.join(', --')} cannot be used with --ocra-suite.`,
    });
  }
  const { readOcraSuite } = await import('../enrol/ocra.ts');
  return { from: 'generate-ocra', suite: readOcraSuite(suite), issuer, label };
}
