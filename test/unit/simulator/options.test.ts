import { parseOptions } from '@passfob/simulator/program/options';
import { parseRunOptions } from '@passfob/simulator/scenarios/cli/options';
import { expect, it } from 'vitest';

it.each<[readonly string[], string]>([
  [[], 'nothing would reach the fob: add one of --web, --terminal, --pty, --tcp, --usbip, --control'],
  [['--bogus', '--tcp', '0'], 'Unknown option --bogus. Run: simulator --help'],
  [['--wbe', '0'], 'Unknown option --wbe. Did you mean --web? Run: simulator --help'],
  [
    ['--tcp', '0', '--web-kye=secret'],
    'Unknown option --web-kye. Did you mean --web-key? Run: simulator --help',
  ],
  [['surplus', '--tcp', '0'], 'Unknown argument. Run: simulator --help'],
  [['--tcp', '65536'], 'a port is a whole number from 0 to 65535 (0: any free one)'],
  [['--no-web-key', '--tcp', '0'], '--no-web-key belongs to the faceplate page: add --web'],
  [['--web', 'http'], 'a port is a whole number from 0 to 65535 (0: any free one)'],
  [['--tcp', '0', '--seed', 'luck'], '--seed takes a whole number'],
  [
    ['--tcp', '0', '--update-image'],
    '--update-image renews the firmware of a fob that is kept: use it with --storage alone',
  ],
  [['--tcp', '0', '--baud', '1'], '--baud takes a whole number from 300 to 4000000'],
  [['--control', '--baud', '9600'], '--baud is the speed of a serial port: add --pty or --tcp'],
  [
    ['--terminal', '--control'],
    '--terminal needs standard input for itself: leave out --control and --exit-with-parent',
  ],
  [['--usbip=nowhere'], '--usbip takes HOST:PORT, or PORT alone'],
  [['--usbip=65536'], '--usbip takes HOST:PORT, or PORT alone'],
  [['--usbip', '--tcp', '0'], 'the board has one USB cable: use --usbip without --pty and --tcp'],
  [
    ['--usbip', '--board', 'bench'],
    '--usbip needs a board with USB: --board=pico, --board=pico-hid, --board=espruino-wifi, --board=rpi-pico, --board=rpi-pico2',
  ],
  [['--attach', '--tcp', '0'], '--attach needs --usbip'],
  [['--clock', 'virtual', '--tcp', '0'], 'virtual time is moved by --control or --control-socket: add one'],
  // yargs would read each of these as false, whatever it says.
  ...['1', '0', 'yes', 'no', 'TRUE', ''].map((value): [string[], string] => [
    ['--web', '0', `--web-key=${value}`],
    '--web-key takes no value but true or false',
  ]),
  [['--tcp', '0', '-j1'], '-j takes no value but true or false'],
  [['--tcp', '0', '-j=1'], '-j takes no value but true or false'],
  [['--tcp', '0', '--no-json=1'], '--json takes no value but true or false'],
  [['--tcp', '0', '--updateImage=1'], '--update-image takes no value but true or false'],
  [['--tcp', '0', '--unflashed.x'], '--unflashed takes no value but true or false'],
])('%j is wrong usage of the simulator', (args, reason) =>
  expect(async () => parseOptions(args, 'simulator')).rejects.toThrow(reason),
);

it('an option without a value may say true or false', async () => {
  const parsed = await parseOptions(['--tcp', '0', '--web=0', '--web-key=false', '-j=true'], 'simulator');
  expect(parsed).toMatchObject({ webKey: false, json: true });
});

it.each([['--json=1'], ['-j1'], ['--show=yes'], ['--update=0']])('%s is wrong usage of "run"', word =>
  expect(parseRunOptions([word, 'a.yaml'], 'simulator run')).rejects.toThrow(
    'takes no value but true or false',
  ),
);
