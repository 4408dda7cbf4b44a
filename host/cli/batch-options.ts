import type { ReportFormat } from '../batch/report.ts';
import { readSerial } from '../client/fob-serial.ts';
import { FobError } from '../errors.ts';
import { addressText, readAddress } from '../transports/discover.ts';
import { type CommonOptions, without } from './base/common-options.ts';
import type { Invocation } from './invocation.ts';

export function batchOptions(command: CommonOptions) {
  return without(command, 'fob', 'trace')
    .positional('plan', { type: 'string', demandOption: true, describe: 'CSV file: one account a row' })
    .option('ports', {
      string: true,
      requiresArg: true,
      describe: 'ports to work on at once, with commas between',
    })
    .option('all', { boolean: true, default: false, describe: 'every port with a board, at once' })
    .option('wait', {
      boolean: true,
      describe: 'wait for the next fob until the plan is done; default at a terminal',
    })
    .option('codes-from', {
      string: true,
      requiresArg: true,
      describe: 'pipe or file with lines of serial and pairing code, "-" for standard input',
    })
    .option('name', {
      string: true,
      requiresArg: true,
      describe: "of the journal; default: the plan's file name",
    })
    .option('release', {
      string: true,
      requiresArg: true,
      describe: 'give the rows of this fob to others first',
    })
    .option('report', { string: true, requiresArg: true, describe: 'new file: .csv, .json or .html' })
    .option('entra', { string: true, requiresArg: true, describe: 'new file for Entra ID, with the secrets' })
    .option('secrets-in-clear', {
      boolean: true,
      default: false,
      describe: 'yes, the file shows the secrets',
    })
    .option('dry-run', {
      boolean: true,
      default: false,
      describe: 'judge the plan and say what is left of it',
    });
}

type BatchOptions = Awaited<ReturnType<typeof batchOptions>['argv']>;
type Asked = Omit<Extract<Invocation, { command: 'batch' }>, 'choice'>;

/** @throws FobError `usage`, `bad-input` */
export function readBatch(options: BatchOptions): Asked {
  const { plan, ports, all, wait, codesFrom, name, release, report, entra, secretsInClear, dryRun } = options;
  if (ports !== undefined && all)
    throw new FobError('usage', { sentence: '--ports and --all exclude each other.' });
  if (entra !== undefined && !secretsInClear) {
    throw new FobError('usage', {
      sentence: 'The file for Entra ID shows the secrets of all accounts to whoever reads it.',
      next: 'If that is meant, add --secrets-in-clear, and delete the file when it has been uploaded.',
    });
  }
  return {
    command: 'batch',
    plan,
    ports: ports?.split(',').map(port => addressText(readAddress(port.trim()))),
    isAll: all,
    waits: wait,
    codesFrom,
    name,
    release: release === undefined ? undefined : readSerial(release),
    report: report === undefined ? undefined : { path: report, format: formatOf(report) },
    entra,
    isDry: dryRun,
  };
}

function formatOf(path: string): ReportFormat {
  const [, ending = ''] = /\.(csv|json|html)$/i.exec(path) ?? [];
  const format = (['csv', 'json', 'html'] as const).find(name => name === ending.toLowerCase());
  if (format !== undefined) return format;
  throw new FobError('usage', { sentence: '--report takes a file that ends in .csv, .json or .html.' });
}
