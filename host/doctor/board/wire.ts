import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { FobError } from '../../errors.ts';
import type { BoardUnderTest } from './board.ts';
import { type BoardFinding, boardFinding } from './finding.ts';
import {
  FRAME_CHARS_MAX,
  FRAME_CHARS_MIN,
  KEPT_CHARS_MAX,
  PACKET_ANSWER_MS,
  PACKET_CHARS_MAX,
  TAKEOVER_DELAY_MS,
  TAKEOVER_MS,
  UNANSWERED_MAX,
  UNPACED_ANSWER_MS,
  UNPACED_FRAMES_MAX,
} from './limits.ts';

/** Characters of a frame: those of base64, without the mark that begins a frame of Passfob. */
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The line that ends the program on the board. */
const END = '!end\n';

/**
 * Takes the port from the console. It answers each packet with one character, and the end of a line with its length and
 * CRC-32. The line `!end` gives the port back.
 */
const PROGRAM =
  '(setTimeout(function(){var b="";E.setConsole(null,{force:true});USB.removeAllListeners("data");' +
  'USB.on("data",function(d){PFk();b+=d;' +
  'if(b.charCodeAt(b.length-1)!=10){' +
  `if(b.length>${KEPT_CHARS_MAX})b="";USB.write(".");return}` +
  `if(b==${JSON.stringify(END)}){USB.removeAllListeners("data");E.setConsole(USB,{force:true});USB.write("bye\\n");return}` +
  `USB.write(b.length+","+E.CRC32(b)+"\\n");b=""});USB.write("ready\\n")},${TAKEOVER_DELAY_MS}),1)`;

/** Sends random frames packet by packet, then at once, and counts those that arrive damaged or not at all. */
export async function checkWire(board: BoardUnderTest, frames: number): Promise<BoardFinding> {
  const port = new Answers(board);
  let isGivenBack = false;
  try {
    await board.ask(PROGRAM);
    await board.watch.pause(TAKEOVER_DELAY_MS);
    if (!(await port.untilLine(line => line.endsWith('ready'), TAKEOVER_MS))) throw silent(board);
    const lost = await lossOf(port, frames, true);
    const unpacedFrames = Math.min(frames, UNPACED_FRAMES_MAX);
    const unpacedLost = await lossOf(port, unpacedFrames, false);
    isGivenBack = await giveBack(port);
    if (!isGivenBack) throw silent(board);
    return lossFinding({ frames, lost, unpacedFrames, unpacedLost });
  } finally {
    // Otherwise the board would not read the last line of the test.
    if (!isGivenBack) await giveBack(port).catch(() => false);
    port.stop();
  }
}

function lossFinding(values: {
  readonly frames: number;
  readonly lost: number;
  readonly unpacedFrames: number;
  readonly unpacedLost: number;
}): BoardFinding {
  const [state, text] =
    values.lost === 0 ? (['ok', 'wire-good'] as const) : (['problem', 'wire-losing'] as const);
  return boardFinding('wire', state, text, values);
}

/** Ends the program on the board; false if it did not say so. */
async function giveBack(port: Answers): Promise<boolean> {
  // Ends what is left of a frame.
  await port.ask('\n', UNPACED_ANSWER_MS);
  await port.send(END);
  return port.untilLine(line => line === 'bye', TAKEOVER_MS);
}

const silent = (board: BoardUnderTest) => new FobError('no-answer', { subject: board.repl.name });

/** Returns how many of the frames were lost. */
async function lossOf(port: Answers, frames: number, isPaced: boolean): Promise<number> {
  let lost = 0;
  let unanswered = 0;
  for (let sent = 0; sent < frames; sent++) {
    const arrived = await (isPaced ? sendPaced(port, randomFrame()) : sendAtOnce(port, randomFrame()));
    if (arrived === 'whole') unanswered = 0;
    else lost++;
    if (arrived === 'silence') unanswered++;
    // The rest is lost, too.
    if (isPaced && unanswered >= UNANSWERED_MAX) return lost + frames - sent - 1;
    // Without its end a frame would become a part of the next one.
    if (arrived === 'silence') await port.ask('\n', UNPACED_ANSWER_MS);
  }
  return lost;
}

type Arrival = 'whole' | 'damaged' | 'silence';

function randomFrame(): string {
  const length = randomInt(FRAME_CHARS_MIN, FRAME_CHARS_MAX + 1) - 1;
  const characters = Array.from({ length }, () => CHARACTERS.charAt(randomInt(CHARACTERS.length)));
  return `${characters.join('')}\n`;
}

async function sendPaced(port: Answers, frame: string): Promise<Arrival> {
  for (let at = 0; at < frame.length; at += PACKET_CHARS_MAX) {
    const packet = frame.slice(at, at + PACKET_CHARS_MAX);
    const answer = await port.ask(packet, PACKET_ANSWER_MS);
    if (answer === undefined) return 'silence';
    if (at + PACKET_CHARS_MAX >= frame.length) return arrivalOf(frame, answer);
  }
  return 'silence';
}

async function sendAtOnce(port: Answers, frame: string): Promise<Arrival> {
  await port.send(frame);
  const isWhole = await port.untilLine(line => arrivalOf(frame, line) === 'whole', UNPACED_ANSWER_MS);
  return isWhole ? 'whole' : 'silence';
}

/** @param answer length and CRC-32, as the board received them */
function arrivalOf(frame: string, answer: string): Arrival {
  const [length, crc] = answer.replace(/^\.*/, '').split(',').map(Number);
  return length === frame.length && (crc ?? 0) >>> 0 === crc32(frame) ? 'whole' : 'damaged';
}

/** The answers of the program on the board. */
class Answers {
  private readonly board: BoardUnderTest;
  private heard = '';
  private wake: (() => void) | undefined;
  private lost: FobError | undefined;
  private readonly stops: readonly (() => void)[];

  constructor(board: BoardUnderTest) {
    this.board = board;
    const { repl } = board;
    this.stops = [
      repl.onText(text => {
        this.heard = (this.heard + text).slice(-KEPT_CHARS_MAX);
        this.wake?.();
      }),
      repl.onLost(reason => {
        this.lost = reason;
        this.wake?.();
      }),
    ];
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  async send(text: string): Promise<void> {
    await this.board.repl.send(text);
  }

  /** Sends a packet and returns its answer: a point, or a line; undefined if none came in time. */
  async ask(packet: string, waitMs: number): Promise<string | undefined> {
    this.heard = '';
    await this.send(packet);
    const isLine = packet.endsWith('\n');
    if (isLine) {
      let said: string | undefined;
      await this.untilLine(line => {
        said = line;
        return true;
      }, waitMs);
      return said;
    }
    return (await this.until(() => this.heard !== '', waitMs)) ? this.heard : undefined;
  }

  /** Whether a line came in time that is wanted. */
  async untilLine(isWanted: (line: string) => boolean, waitMs: number): Promise<boolean> {
    return this.until(() => {
      for (let end = this.heard.indexOf('\n'); end >= 0; end = this.heard.indexOf('\n')) {
        const line = this.heard.slice(0, end).trim();
        this.heard = this.heard.slice(end + 1);
        if (isWanted(line)) return true;
      }
      return false;
    }, waitMs);
  }

  /** @throws FobError `unplugged` */
  private async until(isDone: () => boolean, waitMs: number): Promise<boolean> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      if (this.lost) throw this.lost;
      if (isDone()) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
  }
}
