import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { EXIT_CODES, exitCodeOf } from 'passfob/cli/base/exit-codes';
import { flash } from 'passfob/commands/flash';
import { type BoardPort, boardPort, builtImage } from 'passfob/commands/flash-steps';
import { pair } from 'passfob/commands/pair';
import { update } from 'passfob/commands/update';
import type { FobError } from 'passfob/errors';
import { type FlashBoardName, readBoardName } from 'passfob/flash/boards';
import { readImage } from 'passfob/flash/image';
import { pipe } from 'passfob/transports/pipe';
import { expect, it, onTestFinished } from 'vitest';
import { failure } from '../../unit/host/kit/failure.ts';
import { microPython, SHOWN } from '../../unit/host/kit/strangers.ts';
import { Board } from './kit.ts';
import { flashed, imageOfVersion, NO_QUESTIONS, onFob, ownerOf } from './owner.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

async function flashFailure(port: BoardPort, board: FlashBoardName = 'pico'): Promise<FobError> {
  const { context } = ownerOf(() => new Board());
  return failure(flash(context, port, { board, isDryRun: false, ...NO_QUESTIONS }));
}

/** Returns the two sentences a person reads, and the exit code. */
function said(error: FobError) {
  const exit = Object.entries(EXIT_CODES).find(([, { code }]) => code === exitCodeOf(error))?.[0];
  return [error.message, error.next, exit];
}

/** A device on a port that answers each line. */
function talker(answer: (line: string) => string): BoardPort {
  return {
    address: 'cable',
    patience: { probe: { answerTimeoutMs: 50, sendsMax: 1 }, consoleMs: 200, restartMs: 100 },
    async open() {
      const cable = pipe({
        name: 'cable',
        write: async text => cable.receive(Buffer.from(answer(text), 'latin1')),
        release: async () => undefined,
      });
      return cable.transport;
    },
  };
}

/** The answers of an Espruino of another version or build, as far as flash asks. */
function espruinoOf(version: string, build = 'PICO_R1_3', lacking: readonly string[] = []): BoardPort {
  const answers: [asked: RegExp, value: unknown][] = [
    [/6\*7/, 42],
    [/require\("crypto"\)/, lacking],
    [/process\.env/, [build, version, '0-0']],
    [/getStats/, [262_144, 262_144, 0, 0]],
    [/reduce/, 0],
    [/\.list\(\)/, []],
    [/\.map\(/, []],
    [/"app"|"keys"/, false],
  ];
  return talker(line => {
    if (line === 'process.env.BOARD\n') return `\r\n="${build}"\r\n>`;
    const value = answers.find(([asked]) => asked.test(line))?.[1];
    return line.includes('print(') ? `< << ${JSON.stringify(value)} >> >\r\n>` : '\r\n>';
  });
}

it('flash refuses a missing port, and a port in use', async () => {
  const server = createServer(socket => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const name = `tcp:127.0.0.1:${port}`;
  expect(said(await flashFailure(await boardPort({ port: name })))).toEqual([
    `The fob at ${name} closed the connection at once: another program uses it, or it is unplugged.`,
    'End the other program or plug the fob in, then run the command again.',
    'port-busy',
  ]);
  server.close();
  await once(server, 'close');
  expect(said(await flashFailure(await boardPort({ port: name })))).toEqual([
    `There is no port ${name}.`,
    'Plug the fob in; passfob devices lists what is there.',
    'no-fob',
  ]);
});

it.each([
  ['nothing', ''],
  ['something that is no prompt', 'login: '],
  ['a prompt that is not an Espruino', '\r\n>'],
])('flash refuses a port where %s answers', async (_, answer) => {
  expect(said(await flashFailure(talker(() => answer)))).toEqual([
    'No Espruino answers at cable.',
    'Check that the board runs Espruino and that its console is on this port; take its power off and on and run the command again.',
    'no-answer',
  ]);
});

it('flash refuses an Espruino that is too old, and accepts a newer one', async () => {
  for (const version of ['1v99', '2v20', '2v20.5']) {
    expect(said(await flashFailure(espruinoOf(version)))).toEqual([
      `The Espruino on the board is too old for Passfob: ${version}.`,
      'Install Espruino 2v21 or later on it (espruino.com/Download), then run the command again.',
      'old-firmware',
    ]);
  }
  expect((await flashFailure(espruinoOf('2v21'))).kind).not.toBe('old-firmware');
  expect((await flashFailure(espruinoOf('3v00'))).kind).not.toBe('old-firmware');
});

it('flash refuses another kind of board', async () => {
  expect(said(await flashFailure(new Board('bench').port))).toEqual([
    'The board says that it is LINUX; the firmware pico is for PICO_R1_3.',
    'Run the command with --board bench.',
    'bad-input',
  ]);
  expect(said(await failure((async () => readBoardName('pixljs'))()))).toEqual([
    'Passfob does not flash this kind of board.',
    'Name one of: pico, espruino-wifi, rpi-pico, rpi-pico2, banglejs2, bench',
    'bad-input',
  ]);
});

it.each([
  'ESP32',
  'ESP32_IDF4',
  'ESP32C3_IDF4',
  'ESP32S3_IDF4',
  'ESP32_CYD',
  'EPAPER_BADGE',
  'CURIO',
  'ESP8266_4MB',
  'BANGLEJS3',
])('flash refuses a %s, whose random numbers can be predicted', async build => {
  for (const board of ['pico', 'rpi-pico'] as const) {
    expect(said(await flashFailure(espruinoOf('2v29', build), board))).toEqual([
      `The board says that it is ${build}. Its Espruino draws random numbers that are the same after each start, so anybody could work out its keys.`,
      'Use another board: docs/boards.md lists those that Passfob runs on.',
      'bad-input',
    ]);
  }
});

it.each([
  [
    'rpi-pico',
    'ESPR_RP2040_PICO',
    ['crypto'],
    'has no module crypto, which Passfob needs for its keys.',
    '--uf2 FILE',
  ],
  ['rpi-pico2', 'RP2350_PICO2', ['SHA512', 'AES'], 'lacks SHA512, AES.', '--uf2 FILE'],
  ['espruino-wifi', 'ESPRUINOWIFI', ['SHA512'], 'lacks SHA512.', 'espruino.com/Download'],
] as const)(
  'flash refuses a %s whose Espruino lacks cryptography, before anything is written',
  async (board, build, lacking, sentence, next) => {
    const [message, nextStep, exit] = said(await flashFailure(espruinoOf('2v29', build, lacking), board));
    expect([message, nextStep, exit]).toEqual([
      expect.stringContaining(sentence),
      expect.stringContaining(next),
      'old-firmware',
    ]);
  },
);

it.each(SHOWN)(
  'flash sends %s at the port of a Raspberry Pi Pico a newline and nothing else',
  async (_, shown) => {
    const sent: string[] = [];
    const port = talker(line => {
      sent.push(line);
      return shown.join('');
    });
    expect(said(await flashFailure(port, 'rpi-pico'))).toEqual([
      'Neither a fob nor an Espruino answers at cable, whose USB id programs of others have, too.',
      'Unplug it, plug it in again and run the command again. If a board of yours stays silent, erase its flash by its boot loader (docs/boards/rpi-pico.md), then run the command with --uf2 FILE.',
      'no-answer',
    ]);
    expect(sent).toEqual(['\n']);
  },
);

it('flash does MicroPython no harm at a port of its USB id, whichever board was named', async () => {
  const python = microPython();
  const port = { ...talker(line => python.answer(line)), isShared: true };
  expect((await flashFailure(port, 'pico')).kind).toBe('no-answer');
  expect((await failure(update(ownerOf(() => new Board()).context, port, { isDryRun: false }))).kind).toBe(
    'no-answer',
  );
  expect(python.harm).toEqual([]);
});

it('flash refuses another board than the intended one', async () => {
  const board = new Board();
  const port = { ...board.port, serial: 'PF-QQQQ-QQQQ' };
  expect(said(await flashFailure(port))).toEqual([
    expect.stringMatching(/^The board at cable is PF-\S+, not PF-QQQQ-QQQQ\.$/),
    'Name the port of the right board with --port.',
    'no-fob',
  ]);
});

it('flash refuses an image that is not built', async () => {
  expect(said(await failure((async () => readImage('/nonexistent', 'pico'))()))).toEqual([
    'The firmware image for pico is missing or incomplete.',
    'Run: npm run build',
    'bad-input',
  ]);
});

it('flash refuses a Storage without room, before anything is changed', async () => {
  const board = new Board('pico', { notes: new Uint8Array(20_000) });
  const before = board.fob.operations;
  expect(said(await flashFailure(board.port))).toEqual([
    expect.stringMatching(
      /^The firmware does not fit: it needs \d+ bytes of the board's Storage, and only \d+ are available\.$/,
    ),
    'Delete files of your own from its Storage, then run the command again.',
    'refused',
  ]);
  expect(board.fob.operations).toBe(before);
});

it('flash refuses an upload that arrives changed', async () => {
  const board = new Board();
  board.onTheWay = text => text.replace(/(write\("app",atob\(")..../, '$1AAAA');
  const { context } = ownerOf(() => board);
  const error = await failure(flashed(context, board));
  expect(error.details).toMatchObject({ bytesDone: expect.any(Number), bytesTotal: expect.any(Number) });
  expect(said(error)).toEqual([
    expect.stringMatching(
      /^The board does not hold app as it was uploaded\. [1-9]\d* of \d+ bytes were written to the board before\.$/,
    ),
    'Run the command again; if it fails again, the memory of the board is worn out or damaged.',
    'verification-failed',
  ]);
  board.onTheWay = text => text;
  await flashed(context, board);
  expect(await onFob(board, async fob => fob.hello.state)).toBe('owned');
});

it('flash refuses a board that does not come back', async () => {
  const board = new Board();
  board.onTheWay = text => {
    if (text.includes('E.reboot')) board.fob.cutPower();
    return text;
  };
  expect(said(await flashFailure(board.port))).toEqual([
    'The board at cable does not answer after its restart.',
    'Take its power off and on, then run the same command again: it goes on where it was.',
    'no-answer',
  ]);
});

it('flash refuses a fob: blank, of this inventory, of another one', async () => {
  const image = Object.fromEntries(builtImage('pico').files.map(file => [file.name, file.bytes]));
  const board = new Board('pico', { ...image, birth: bytes('x'.repeat(32)) });
  const { context } = ownerOf(() => board);
  const serial = await onFob(board, async fob => fob.hello.serial);
  expect(said(await failure(flashed(context, board)))).toEqual([
    `The board is a fob already: ${serial}, which has no owner yet.`,
    'Run: passfob pair',
    'refused',
  ]);
  const code = async () => board.fob.screen().text.slice(2).join('').replaceAll(' ', '');
  await onFob(board, fob => pair(context, fob, { askCode: code }));
  expect(said(await failure(flashed(context, board)))).toEqual([
    `The board is a fob of this inventory already: ${serial}.`,
    'To renew its firmware and keep its accounts, run: passfob update. To start anew, run: passfob erase',
    'refused',
  ]);
  expect(said(await flashFailure(board.port))).toEqual([
    `The board is a fob of another owner: ${serial}.`,
    'Have its owner erase it, then run: passfob pair',
    'refused',
  ]);
});

it('update refuses a device that is no fob of this inventory', async () => {
  const board = new Board();
  onTestFinished(() => board.fob.close());
  const { context } = ownerOf(() => board);
  expect(said(await failure(update(context, board.port, { isDryRun: false })))).toEqual([
    expect.stringMatching(
      /^The board PF-\S+ runs no Passfob, and this inventory has no fob of this serial\.$/,
    ),
    'To make it a fob, run: passfob flash --board pico',
    'not-paired',
  ]);
});

it('an update that its person declines leaves the fob unchanged', async () => {
  const board = new Board();
  const { context } = ownerOf(() => board);
  await flashed(context, board);
  const before = board.fob.wear().flashWrites;
  board.answer = () => {
    board.fob.advance(900);
    board.fob.press(0, 100);
  };
  expect(said(await failure(update(context, board.port, { isDryRun: false })))[2]).toBe('no-press');
  expect(board.fob.wear().flashWrites).toBe(before);
});

it('update refuses a fob of 0.1.0 before it writes, with and without its keys, and names 0.2.0', async () => {
  const board = new Board();
  const { context, reported } = ownerOf(() => board);
  const { serial } = await flash(context, board.port, {
    board: 'pico',
    isDryRun: false,
    image: imageOfVersion('0.1.0'),
    ...NO_QUESTIONS,
  });
  const before = board.fob.wear();
  reported.length = 0;
  for (const isDryRun of [true, false])
    expect(said(await failure(update(context, board.port, { isDryRun })))).toEqual([
      `The fob ${serial} has firmware 0.1.0, whose memory this passfob cannot read.`,
      'Run: passfob update with Passfob 0.2.0 first, then with this version. Nothing was changed.',
      'old-firmware',
    ]);
  expect(board.fob.wear()).toEqual(before);
  board.loseFile('keys');
  expect((await failure(update(context, board.port, { isDryRun: false }))).next).toContain('Passfob 0.2.0');
  expect(reported).toEqual([]);
});
