import { FobError } from '../errors.ts';
import { command } from './base/command.ts';
import { ABOUT_FOB, type CommonOptions, without } from './base/common-options.ts';
import { nothing } from './base/needs.ts';
import { jsonLine } from './base/terminal.ts';

/** `passfob trace`: decodes a recorded trace, or prints the dissector with which Wireshark does. */
export const traceCommand = command({
  words: 'trace [file]',
  describe: 'decode a recorded trace of a fob, or print the dissector for Wireshark',
  options: traceOptions,
  read({ file, key, from, to, frames, secrets, dissector }) {
    if (dissector !== (file === undefined))
      throw new FobError('usage', { sentence: 'trace takes a file, or --dissector without one.' });
    if (secrets && key === undefined)
      throw new FobError('usage', { sentence: '--secrets needs --key: without it all secrets are sealed.' });
    return { file, key, frames, secrets, fromSeconds: seconds(from), toSeconds: seconds(to) };
  },
  needs: nothing,
  async run({ file, ...asked }, { terminal, isJson, signal }) {
    if (file === undefined) {
      const { dissectorText } = await import('@passfob/protocol/trace/dissector');
      terminal.out(dissectorText());
      return undefined;
    }
    const { decodeTrace } = await import('../commands/trace.ts');
    const { itemLine } = await import('@passfob/protocol/trace/text');
    const { standardInput } = await import('../read-whole.ts');
    const source = file === '-' ? standardInput(terminal.stdin) : file;
    const result = await decodeTrace(source, asked, signal, async (item, sinceUs) => {
      terminal.out(isJson ? jsonLine(item) : `${itemLine(item, sinceUs)}\n`);
      await terminal.drained?.();
    });
    if (result.isCutOff)
      terminal.note('The file ends in the middle of a record, as after a process that was killed.\n');
    return undefined;
  },
});

function traceOptions(given: CommonOptions) {
  return without(given, ...ABOUT_FOB, 'dry-run')
    .positional('file', {
      type: 'string',
      describe: 'file of passfob simulate --trace or --trace-file; "-" for standard input',
    })
    .option('key', {
      string: true,
      requiresArg: true,
      describe: 'file with pairing keys of a test, 64 hexadecimal digits a line: opens sealed frames',
    })
    .option('secrets', {
      boolean: true,
      default: false,
      describe: 'with --key: show secrets and passcodes in opened frames, too',
    })
    .option('frames', { boolean: true, default: false, describe: 'only frames, and what was left out' })
    .option('from', { number: true, requiresArg: true, describe: 'begin N seconds after the first record' })
    .option('to', { number: true, requiresArg: true, describe: 'end N seconds after the first record' })
    .option('dissector', {
      boolean: true,
      default: false,
      describe: 'print the dissector for Wireshark, a Lua plugin',
    });
}

/** @throws FobError `usage` */
function seconds(given: number | undefined): number | undefined {
  if (given === undefined || given >= 0) return given;
  throw new FobError('usage', { sentence: '--from and --to take seconds, 0 or more.' });
}
