import { type BenchAnswer, RUNS } from '../../kit/interpreter.ts';
import type { Order, Side } from './side.ts';

const START_UTC = 1_770_000_000;
/** Orders of one wait; a longer one jumps to its end, as a board that slept too long would. */
const STEPS_OF_A_WAIT = 16;

/** ACK. */
const PACKET_ANSWER = '\x06';

const TERMINAL_CONTROL = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*[A-Za-z]`, 'g');

/** Lines of a stack trace, and its mark under the source: the two interpreters number lines and columns differently. */
const PLACE = /^\s+(?:at |in function |\^)|^\s*\^?\s*$/;

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Returns the lines that the image or its interpreter printed, without banner, prompts, terminal control and this
 * project's own line. */
function printedLines(output: string): string[] {
  // The banner of each boot of the Linux build.
  const text = output.replace(/\r?\n ____ [\s\S]*?\/Donate\r?\n/g, '').replaceAll('\r', '');
  const lines = text.replace(TERMINAL_CONTROL, '').split('\n');
  return lines.map(line => line.replace(/^>+/, '')).filter(line => !PLACE.test(line) && line !== RUNS);
}

/** Drives one side in its own time and writes down everything that can be seen of it, line by line. */
export class Recorder {
  readonly lines: string[] = [];
  private readonly side: Side;
  private ms = 0;
  private last: BenchAnswer | undefined;
  private files: ReadonlyMap<string, Uint8Array> = new Map();
  private flash: Uint8Array = new Uint8Array();
  private printed = 0;
  private typed = 0;

  constructor(side: Side) {
    this.side = side;
  }

  private write(line: string): void {
    this.lines.push(line);
  }

  get screen(): readonly string[] {
    return this.last?.screen ?? [];
  }

  /**
   * Seconds since 1970 outside, in quarters, as a double holds them exactly: Espruino reads other decimals with an error
   * in their last bit.
   */
  private get outside(): number {
    return START_UTC + Math.floor(this.ms / 250) / 4;
  }

  /** Whole seconds since 1970 outside. */
  get utc(): number {
    return Math.floor(this.outside);
  }

  async tell(order: Order = {}): Promise<void> {
    const all = { ms: this.ms, utc: this.outside, ...order };
    const answer = await this.side.order(all);
    const { screen, typed, deadline } = answer;
    const shown = `${JSON.stringify(order)} at ${this.ms}: next at ${deadline}, screen ${screen.join(' | ')}`;
    this.write(shown);
    if (typed.length !== this.typed) this.write(`typed ${typed.slice(this.typed).join(' ')}`);
    this.typed = typed.length;
    this.last = answer;
  }

  /** Moves on in the steps that the core requests, and gives the order at the end. */
  async advance(ms: number, order: Order = {}): Promise<void> {
    const end = this.ms + ms;
    for (let steps = 0; steps < STEPS_OF_A_WAIT; steps++) {
      const deadline = this.last?.deadline ?? -1;
      if (deadline < 0 || deadline >= end) break;
      this.ms = Math.max(this.ms + 1, deadline);
      if (this.ms >= end) break;
      await this.tell();
    }
    this.ms = end;
    await this.tell(order);
  }

  async press(key: number, heldMs: number): Promise<void> {
    await this.tell({ down: true, key });
    await this.advance(heldMs, { down: false, key });
  }

  /** Sends characters and returns those that came back, without answers to packets: those depend on their number. */
  async send(text: string): Promise<string> {
    this.write(`> ${JSON.stringify(text)}`);
    const back = (await this.side.send(text)).replaceAll(PACKET_ANSWER, '');
    if (back !== '') this.write(`< ${JSON.stringify(back)}`);
    return back;
  }

  async cut(): Promise<void> {
    this.write('power off and on');
    await this.side.cut();
    this.typed = 0;
    this.last = undefined;
    await this.tell();
  }

  /** Begins a step by a line of its own. */
  step(title: string): void {
    this.write(`- ${title}`);
  }

  /** Ends a step: its screen, what is stored now and was not before, and what was printed. */
  async endStep(): Promise<void> {
    await this.tell();
    const files = this.side.files();
    for (const name of [...new Set([...this.files.keys(), ...files.keys()])].sort()) {
      const [before, after] = [this.files.get(name), files.get(name)];
      const [old, now] = [before && hex(before), after && hex(after)];
      if (old !== now) this.write(`file ${name} ${now ?? 'is gone'}`);
    }
    this.files = new Map([...files].map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
    this.writeFlash(Uint8Array.from(this.side.flash()));
    const printed = printedLines(this.side.console());
    for (const line of printed.slice(this.printed)) this.write(`printed ${line}`);
    this.printed = printed.length;
  }

  private writeFlash(now: Uint8Array): void {
    const before = this.flash;
    this.flash = now;
    if (Buffer.compare(before, now) === 0) return;
    let from = 0;
    let end = now.length;
    while (before[from] === now[from]) from++;
    while (end > from && before[end - 1] === now[end - 1]) end--;
    // At first it is the image.
    const bytes = now.subarray(from, Math.min(end, from + 200));
    this.write(`Storage ${from} to ${end}: ${hex(bytes)} sum ${sumOf(now.subarray(from, end))}`);
  }
}

/** FNV-1a of 32 bits: to tell two contents apart. */
function sumOf(bytes: Uint8Array): string {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return (sum >>> 0).toString(16);
}
