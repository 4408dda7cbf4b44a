import { tmpdir } from 'node:os';
import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS } from '@passfob/protocol/commands';
import { encodeClear, FRAME_REQUEST } from '@passfob/protocol/frame';
import { PACKET_ANSWER, PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import { boot, type EspruinoVersion, type Fob } from '@passfob/simulator';
import { connect, pairingCode, pairingKey, readPairingCode, type Transport } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { paced } from 'passfob/transports/paced';
import { pipe } from 'passfob/transports/pipe';
import { expect, it, onTestFinished } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { about, Interpreter, losesBytes, READ_CHARS } from '../../kit/interpreter.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, needsEspruino } from '../../kit/tools.ts';
import { ECHO, echoed } from './kit/echo.ts';
import { Randomness } from './kit/randomness.ts';

/**
 * A cable that takes time: all that is written before the board's turn reaches the board together. So a host that does
 * not wait for the answer to a packet loses the next one.
 */
function slowCable(fob: Fob): { readonly transport: Transport; readonly writes: number } {
  let waiting = '';
  let writes = 0;
  const { transport, receive } = pipe({
    name: 'cable',
    async write(text) {
      writes++;
      if (waiting === '') {
        setImmediate(() => {
          const arriving = waiting;
          waiting = '';
          fob.link.write(Buffer.from(arriving, 'latin1'));
        });
      }
      waiting += text;
    },
    release: async () => undefined,
  });
  fob.link.onData(bytes => setImmediate(() => receive(bytes)));
  return {
    transport,
    get writes() {
      return writes;
    },
  };
}

function echoBoard(espruino: EspruinoVersion): Fob {
  const source = `E.setConsole(null,{force:true});${ECHO('USB')}`;
  const fob = boot({ board: 'pico', image: { '.bootcde': Buffer.from(source) }, espruino });
  onTestFinished(() => fob.close());
  return fob;
}

/** Returns the text of requests of all lengths in the clear, for a command that no fob has. */
function unknownRequests(count: number): string[] {
  const sizes = dice();
  return Array.from({ length: count }, (_, sequence) => {
    const out = new Writer(PAYLOAD_BYTES_MAX).number(FRAME_REQUEST, 1).number(sequence & 255, 1);
    out.number(200, 1).raw(new Uint8Array(sizes.below(250)));
    return encodeClear(hostPrimitives, out);
  });
}

const dice = () => new Randomness(firstSeed());
/** An echo comes within some turns; longer than the wait after a lost answer to a packet. */
const ECHO_MS = 2_000;
/** How long an echo of a whole frame is waited for. */
const LOST_MS = 50;
const FRAMES = countOf(300, 10_000);

it('no frame is lost in packets by the Espruino that loses input', {
  ...LONG,
  timeout: 600_000,
}, async () => {
  const cable = slowCable(echoBoard('2v29'));
  const { lost, chars } = await echoed(paced(cable.transport), FRAMES, dice(), ECHO_MS);
  expect(lost).toBe(0);
  // As few packets as there can be: no frame was written in pieces smaller than a packet.
  expect(cable.writes).toBeLessThan(chars / 63 + FRAMES);
});

it('whole frames are lost by the Espruino that loses input, and by no other', async () => {
  const lost = async (espruino: EspruinoVersion, waitMs: number) =>
    (await echoed(slowCable(echoBoard(espruino)).transport, 50, dice(), waitMs)).lost;
  expect(await lost('2v29', LOST_MS)).toBeGreaterThan(30);
  expect([await lost('2v25', ECHO_MS), await lost('2v30', ECHO_MS)]).toEqual([0, 0]);
});

it('no frame is lost in packets by the Espruino of before and after, either', async () => {
  for (const espruino of ['2v25', '2v30'] as const) {
    const { transport } = slowCable(echoBoard(espruino));
    expect((await echoed(paced(transport), 50, dice(), ECHO_MS)).lost).toBe(0);
  }
});

it.each(['pico', 'rpi-pico', 'banglejs2', 'bench'] as const)(
  'the %s image answers a packet before it responds, once, and whether or not it understands it',
  board => {
    const fob = boot({ board });
    onTestFinished(() => fob.close());
    let said = '';
    fob.link.onData(bytes => {
      said += Buffer.from(bytes).toString('latin1');
    });
    const hello = new Writer(16).number(FRAME_REQUEST, 1).number(0, 1).number(COMMANDS.hello[0], 1);
    for (const text of ['~', encodeClear(hostPrimitives, hello), 'noise\n', '~AAAA\n']) {
      fob.link.write(Buffer.from(text, 'latin1'));
    }
    const ANSWER = String.fromCharCode(PACKET_ANSWER);
    expect(said.replace(/~[^\n]+\n/, '<response>')).toBe(`${ANSWER}${ANSWER}<response>${ANSWER}${ANSWER}`);
  },
);

it.each(['pico', 'rpi-pico', 'banglejs2', 'bench'] as const)(
  'the %s image answers requests of every length on the Espruino that loses input, the first time',
  async board => {
    const fob = boot({ board, files: { birth: new Uint8Array(32).fill(7) } });
    onTestFinished(() => fob.close());
    if (board === 'bench') fob.serial('Serial2').write(Buffer.from('{"ms":1,"utc":1770000000}\n'));
    const cable = slowCable(fob);
    const client = connect(cable.transport, { patience: { answerTimeoutMs: 1_000, sendsMax: 1 } });
    expect([(await client.hello()).state, cable.writes]).toEqual(['blank', 1]);
    const link = paced(cable.transport);
    for (const frame of unknownRequests(countOf(60, 2_000))) {
      const answer = new Promise<string>((resolve, reject) => {
        setTimeout(() => reject(new Error('no answer')), 1_000);
        const stop = link.onText(text => {
          stop();
          resolve(text);
        });
      });
      await link.send(frame);
      expect(await answer).toMatch(/^~[\w+/]+=*\n$/);
    }
  },
);

/** A blank fob on the Espruino that loses input. */
function blankFob(): Fob {
  const fob = boot({ board: 'pico', files: { birth: new Uint8Array(32).fill(7) } });
  onTestFinished(() => fob.close());
  return fob;
}

/** A request of so many characters that every fob refuses, as its client sends it: twice at most. */
async function asks(transport: Transport): Promise<void> {
  const client = connect(transport, { patience: { answerTimeoutMs: 2_500, sendsMax: 2 } });
  expect((await client.hello()).state).toBe('blank');
  await client.startPairing();
  const shared = new Uint8Array(32).fill(9);
  // Its second half, a frame of 5 + 52 characters and more, is never sent: the fob is blank.
  await expect(client.openSession(pairingKey(shared))).rejects.toMatchObject({ refusal: 'not-paired' });
}

it('a client sends its long requests in packets by itself: the fob takes an owner the first time', async () => {
  const fob = blankFob();
  const { transport } = slowCable(fob);
  const client = connect(transport, { patience: { answerTimeoutMs: 1_000, sendsMax: 1 } });
  await client.hello();
  await client.startPairing();
  const groups = fob.screen().text.filter(line => /^[a-z0-9]{3} [a-z0-9]{3}$/.test(line));
  await client.openSession(pairingCode(secret(readPairingCode(groups.join('')) ?? '')));
  const key = () => secret(crypto.getRandomValues(new Uint8Array(32)));
  const keys = { deviceSecret: key(), pairingKey: key(), entropy: key(), recoveryKey: key() };
  expect((await client.call('take', { ...keys, utc: 1_800_000_000 })).done).toBe(3);
  await client.openSession(pairingKey(keys.pairingKey));
  expect((await client.call('info', {})).accounts).toBe(0);
});

const ANSWER = String.fromCharCode(PACKET_ANSWER);
const FAULTS: readonly (readonly [string, (text: string, nth: number) => string])[] = [
  ['are lost now and then', (text, nth) => (nth % 9 === 4 ? text.replaceAll(ANSWER, '') : text)],
  ['come twice', text => text.replaceAll(ANSWER, ANSWER + ANSWER)],
  ['are forged between frames', text => `${ANSWER}${text}${ANSWER}${ANSWER}`],
  ['are inserted in frames', text => text.replaceAll(/[~A-Z]/g, char => char + ANSWER)],
];

it.each(FAULTS)('an owner does its work where answers to packets %s', async (_what, spoil) => {
  const fob = blankFob();
  const cable = slowCable(fob);
  let nth = 0;
  const spoiled: Transport = {
    ...cable.transport,
    onText: listener => cable.transport.onText(text => listener(spoil(text, nth++))),
  };
  await asks(spoiled);
  const link = paced(spoiled);
  let answers = 0;
  link.onText(text => {
    answers += text.split('\n').length - 1;
  });
  // As `Link` does: a lost frame is sent again.
  for (const frame of unknownRequests(12)) {
    const before = answers;
    for (let sends = 0; sends < 3 && answers === before; sends++) {
      await link.send(frame);
      for (let turns = 0; turns < 20 && answers === before; turns++) await new Promise(setImmediate);
    }
    expect(answers).toBeGreaterThan(before);
  }
});

it('a new owner is understood after the one before ended within a frame', async () => {
  const fob = blankFob();
  const before = slowCable(fob);
  const [frame = ''] = unknownRequests(1).map(text => text.padStart(100, '~'));
  await before.transport.send(frame.slice(0, 63));
  await new Promise(setImmediate);
  await asks(slowCable(fob).transport);
});

it('the fob is understood after its cable was pulled within a frame', async () => {
  const fob = blankFob();
  const cable = slowCable(fob);
  await cable.transport.send('~AAAA'.padEnd(63, 'A'));
  await new Promise(setImmediate);
  fob.setUsb(false);
  fob.advance(500);
  fob.setUsb(true);
  fob.advance(500);
  await asks(cable.transport);
});

it('two programs that listen at one port both do their work, one after the other', async () => {
  const fob = blankFob();
  const { transport } = slowCable(fob);
  await asks(transport);
  await asks(transport);
  const { transport: another } = slowCable(fob);
  await asks(another);
  await asks(transport);
});

/** Keeps the Linux build from looking for input only 20 times a second: it looks again soon after it has written. */
const AWAKE = 'setInterval(function(){Serial1.write(" ")},1);';

describeNeeds(needsEspruino(), 'frames in packets on the real interpreter', binary => {
  /** Sends frames to an interpreter that echoes them. */
  async function echoedBy(frames: number, wrap: (port: Transport) => Transport, waitMs: number) {
    const folder = temporaryFolder('echo');
    const interpreter = new Interpreter([binary], folder);
    await interpreter.startWith(
      ({ link }) => `Serial1.setup(115200,{path:${JSON.stringify(link)}});${AWAKE}${ECHO('Serial1')}`,
    );
    let packets = 0;
    const { transport, receive } = pipe({
      name: 'interpreter',
      packetChars: READ_CHARS,
      async write(text) {
        packets++;
        interpreter.send(text);
      },
      release: async () => undefined,
    });
    interpreter.onText = text => receive(Buffer.from(text, 'latin1'));
    try {
      // The first frame comes while it starts.
      const link = wrap(transport);
      await echoed(link, 1, dice(), 2_000);
      const begunMs = performance.now();
      packets = 0;
      const { lost, chars } = await echoed(link, frames, dice(), waitMs);
      const ms = performance.now() - begunMs;
      process.stdout.write(
        `${frames} frames of ${(chars / frames).toFixed(0)} characters: ${lost} lost, ` +
          `${(packets / frames).toFixed(1)} packets and ${(ms / frames).toFixed(1)} ms each\n`,
      );
      return lost;
    } finally {
      await interpreter.stop();
    }
  }

  it('no frame is lost in packets', { ...LONG, timeout: 3_600_000 }, async () => {
    expect(await echoedBy(countOf(60, 10_000), paced, 5_000)).toBe(0);
  });

  it('frames are lost as a whole only by a version that loses input', { timeout: 120_000 }, async () => {
    const lost = await echoedBy(60, port => port, 1_000);
    expect(lost > 0).toBe(losesBytes(await about(new Interpreter([binary], tmpdir()))));
  });
});
