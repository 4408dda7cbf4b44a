import yargs from 'yargs';
import { readSerial } from '../client/fob-serial.ts';
import { type FobChoice, readDevice } from '../commands/find.ts';

/** Options that every command has. */
export function commonOptions() {
  return yargs()
    .scriptName('passfob')
    .usage('$0 <command> [options]\n\nProvisions and manages Passfob one-time-password fobs.')
    .option('device', {
      string: true,
      requiresArg: true,
      describe: 'which fob: its serial, such as PF-7Q4M-K2XZ, or its port',
      conflicts: ['port', 'fob'],
    })
    .option('port', {
      string: true,
      requiresArg: true,
      describe: 'port of the fob: /dev/ttyACM0, COM3, hid:PATH, tcp:HOST:PORT [PASSFOB_PORT]',
    })
    .option('fob', { string: true, requiresArg: true, describe: 'serial of the fob, such as PF-7Q4M-K2XZ' })
    .option('json', { boolean: true, describe: 'print one JSON document' });
}

export type CommonOptions = ReturnType<typeof commonOptions>;

/** Makes the choice of a fob of what `commonOptions` has read. @throws FobError `bad-input` */
export type ReadChoice = (options: {
  device?: string | undefined;
  port?: string | undefined;
  fob?: string | undefined;
}) => FobChoice;

export function choiceReader(environment: Readonly<Record<string, string | undefined>>): ReadChoice {
  return options => {
    const named = options.device === undefined ? {} : readDevice(options.device);
    return {
      port: options.port ?? named.port ?? environment.PASSFOB_PORT,
      serial: options.fob === undefined ? named.serial : readSerial(options.fob),
    };
  };
}

export const asItIs = (command: CommonOptions) => command;

export function yesOption(command: CommonOptions) {
  return command.option('yes', { boolean: true, default: false, describe: 'do not ask here' });
}
