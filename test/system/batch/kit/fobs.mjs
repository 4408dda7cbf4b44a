// A process with simulated fobs on TCP ports, as built. Its parent asks by messages for the content of a screen.
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

const built = path => import(new URL(`../../../../simulator/dist/${path}`, import.meta.url).href);
const { boot } = await built('index.js');
const { pacedWire } = await built('ports/baud.js');
const { tcpFront } = await built('ports/tcp.js');

/** Number of fobs, the speed of their lines or 0, and whether every question of theirs is approved. */
const [count, baud, approves] = process.argv.slice(2).map(Number);
const fobs = new Map();

/** The fob's own words under a question. */
const QUESTION_HINT = 'Hold: yes  Press: no';
/**
 * Keys are deaf for 700 ms after a question was drawn, by the clock of the fob; then a hold of one second approves.
 */
const DEAF_MS = 740;
/** A press that began too early does not count. */
const PRESS_MS = 2_500;

/** On the system's monotonic clock, which all processes of a computer share. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Plays the person with the fob: holds its button as soon as that counts, until the question has gone. */
function holdYes(fob, port) {
  let question;
  const press = asked => {
    asked.presses++;
    asked.timer = setTimeout(() => {
      fob.keyDown();
      asked.timer = setTimeout(() => {
        fob.keyUp();
        press(asked);
      }, PRESS_MS);
    }, DEAF_MS);
  };
  fob.onScreen(() => {
    const isAsked = fob.screen().text.includes(QUESTION_HINT);
    if (isAsked && question === undefined) {
      question = { shownMs: nowMs(), presses: 0, timer: undefined };
      press(question);
    } else if (!isAsked && question !== undefined) {
      const { shownMs, presses, timer } = question;
      question = undefined;
      clearTimeout(timer);
      process.send({ answered: { port, shownMs, answeredMs: nowMs(), presses } });
      fob.keyUp();
    }
  });
}

/** A hold of the button, by the clock of the fob. */
const HOLD_MS = 1_300;
const HOLDS_MAX = 10;

/** Plays the person who wants a passcode: holds the button until six digits are on the screen. Undefined: never. */
async function passcode(port) {
  const { fob } = fobs.get(port);
  for (let holds = 0; holds < HOLDS_MAX; holds++) {
    const [, ...digits] = /(\d{3}) ?(\d{3})/.exec(fob.screen().text.join('\n')) ?? [];
    if (digits.length > 0) return digits.join('');
    fob.keyDown();
    await pause(HOLD_MS);
    fob.keyUp();
    await pause(HOLD_MS / 2);
  }
}

async function plugIn() {
  const seed = randomBytes(4).readUInt32LE();
  const files = { birth: new Uint8Array(randomBytes(32)) };
  const fob = boot({ board: 'pico', clock: 'real', seed, files });
  const link = baud > 0 ? pacedWire(fob.link, baud) : fob.link;
  const traffic = { toFob: 0, toHost: 0, requests: 0 };
  // A request is a line. A line that a host repeats, because it waited for the answer, is the same request.
  let [line, last] = ['', ''];
  const count = text => {
    const lines = `${line}${text}`.split('\n');
    line = lines.pop();
    for (const one of lines) {
      if (one !== last) traffic.requests++;
      last = one;
    }
  };
  fob.link.onData(bytes => {
    traffic.toHost += bytes.length;
  });
  const wire = {
    write: bytes => {
      traffic.toFob += bytes.length;
      count(Buffer.from(bytes).toString('latin1'));
      link.write(bytes);
    },
    onData: listener => link.onData(listener),
  };
  const front = await tcpFront(wire);
  const { port } = front;
  if (approves) holdYes(fob, port);
  fobs.set(port, { fob, front, traffic, before: fob.operations });
  return port;
}

const answers = {
  screen: port => fobs.get(port).fob.screen().text,
  passcode,
  traffic: port => ({
    ...fobs.get(port).traffic,
    writes: fobs.get(port).fob.operations - fobs.get(port).before,
  }),
  // Milliseconds of processor time that this process has used.
  cpu: () => (process.cpuUsage().user + process.cpuUsage().system) / 1000,
  unplug: port => fobs.get(port).front.unplug(),
  replug: port => fobs.get(port).front.replug(),
  power: port => {
    const { fob } = fobs.get(port);
    fob.cutPower();
    fob.powerOn();
  },
};

process.on('message', async ({ id, ask, port }) => process.send({ id, answer: await answers[ask](port) }));
process.on('disconnect', () => process.exit(0));

const ports = [];
while (ports.length < count) ports.push(await plugIn());
process.send({ ports });
