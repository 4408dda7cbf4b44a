import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { piecesOf } from './pieces.ts';
import { Pty } from './pty.ts';
import { within } from './within.ts';

/** Returns the folder of a board's built image. */
export function imageFolder(board: string): string {
  return fileURLToPath(new URL(`../../firmware/dist/image/${board}/`, import.meta.url));
}

/** The bench's answer to every line of control. */
export interface BenchAnswer {
  readonly screen: string[];
  /** Usages of the keyboard's reports so far. */
  readonly typed: number[];
  readonly deadline: number;
  readonly usage: number;
  readonly peak: number;
}

export interface StartOptions {
  /**
   * `flash` as on a board: the loader, out of Storage; on Linux that reads a file for every character. `memory`
   * (default): the same application out of scripts, some hundred times faster.
   */
  readonly from?: 'flash' | 'memory';
  /**
   * For measurements: nothing runs in the interpreter but the image, and nothing tells when the link is quiet.
   */
  readonly isStill?: boolean;
  /** Script that runs before the application. */
  readonly prelude?: string;
}

const CHUNK_BYTES = 8192;
const JS_STRING = (bytes: Uint8Array) => `atob("${Buffer.from(bytes).toString('base64')}")`;

/** Much longer than any order takes: for an interpreter that hangs. Out of flash the Linux build is slow. */
const ANSWER_TIMEOUT_MS = { memory: 120_000, flash: 600_000 };
const SCRIPT_TIMEOUT_MS = 600_000;
const EXIT_TIMEOUT_MS = 120_000;

/**
 * Characters that the thread for the ports reads at once, and of one write to a build that loses bytes: Espruino 2v26
 * to 2v29 drop what they read before the image has taken the last read, where a variable is small (`losesBytes`).
 */
export const READ_CHARS = 32;
/**
 * Pause behind a packet where nothing reports that it was taken. The thread for the ports itself pauses for 50 ms
 * (targets/linux/jshardware.c).
 */
const STILL_PAUSE_MS = 200;

/**
 * Reports what the image has read and written so far, whenever it has changed: the characters of the link in both
 * directions, the characters of the control channel and the answers on it. A written number is one character. It
 * defines no name: the image has short ones of its own.
 */
const REPORTS =
  'BENCH.n=[0,0,0,0];Serial3.setup(115200,{path:BENCH.report});' +
  'Serial1.on("data",function(d){BENCH.n[0]+=d.length});Serial2.on("data",function(d){BENCH.n[2]+=d.length});' +
  '(function(a,b){Serial1.write=function(t){BENCH.n[1]+=t.length||1;a.call(Serial1,t)};' +
  'Serial2.write=function(t){BENCH.n[3]++;b.call(Serial2,t)}})(Serial1.write,Serial2.write);' +
  'setInterval(function(){var t=BENCH.n.join();if(t!==BENCH.t)Serial3.write((BENCH.t=t)+"\\n")},5);';
/**
 * Fills the first 4,096 variables of a build that adds more when they are used up. It adds none for a flat string: in the
 * last free ones of the first it would find no room for the result of AES, and answer `undefined`.
 */
const GROW = '(function(a){for(var i=0;i<2100;i++)a.push({})})([]);';
/** Printed once the image has run to its end. */
export const RUNS = 'The image runs.';
const STILL = 'setInterval(function(){},1000);';

/** Counts of `REPORTS`. */
interface Carried {
  readonly received: number;
  readonly sent: number;
  readonly ordered: number;
  readonly answered: number;
}

const NOTHING: Carried = { received: 0, sent: 0, ordered: 0, answered: 0 };

/** The real Espruino interpreter on Linux, running the bench image out of its own Storage. */
export class Interpreter {
  private readonly binary: readonly string[];
  private readonly folder: string;
  private child: ChildProcess | undefined;
  private link: Pty | undefined;
  private control: Pty | undefined;
  private report: Pty | undefined;
  private lines: Interface[] = [];
  private waiting: ((line: string) => void)[] = [];
  private from: 'flash' | 'memory' = 'memory';
  private isLossy = false;
  /** Runs another program than the application. */
  private isPlain = false;
  /** What the ports have carried since the start, as seen from here and as last reported. */
  private here = NOTHING;
  private there = NOTHING;
  private readonly watchers = new Set<() => void>();
  /** The end of the last send: the next waits for it. */
  private turn: Promise<void> = Promise.resolve();
  /** The end of the last packet to a build that loses bytes. */
  private line: Promise<void> = Promise.resolve();
  /** Fails when the interpreter ends; never succeeds. */
  private ended: Promise<never> = new Promise(() => {});
  /** Its output: empty on a healthy run, except for the banner and `RUNS`. */
  output = '';
  /** Where the output of the present run begins. */
  private begun = 0;
  onText: (text: string) => void = () => {};

  /** @param binary the interpreter, or a tool before it (`valgrind …`) */
  constructor(binary: readonly string[], folder: string) {
    this.binary = binary;
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** For errors. */
  get name(): string {
    return this.binary.join(' ');
  }

  /** Writes the image, and other files, into its Storage. `files` take precedence. */
  async flash(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const image = imageFolder('bench');
    const all: Record<string, Uint8Array> = {};
    for (const name of readdirSync(image)) {
      // .boot0 takes the console from a port that the bench keeps.
      if (name === 'app' || name === '.bootcde') all[name] = readFileSync(join(image, name));
    }
    for (const [name, bytes] of Object.entries({ ...all, ...files })) await this.write(name, bytes);
  }

  /** Writes a file into its Storage, in pieces: some have no room for the whole image in a script. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const piece = JS_STRING(bytes.subarray(at, at + CHUNK_BYTES));
      const place = at === 0 && bytes.length <= CHUNK_BYTES ? '' : `,${at},${bytes.length}`;
      await this.run(`require("Storage").write(${JSON.stringify(name)},${piece}${place});quit();`);
    }
  }

  /**
   * Runs a script to its `quit()` and returns its output.
   * @param enough ends it once this has been printed: an interpreter that watches a pin never quits
   */
  async run(script: string, enough?: RegExp): Promise<string> {
    const path = join(this.folder, 'run.js');
    writeFileSync(path, script, 'latin1');
    const child = this.spawn(path);
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('latin1');
      if (enough?.test(printed)) child.kill('SIGKILL');
    });
    try {
      await within(once(child, 'exit'), SCRIPT_TIMEOUT_MS, () => `${this.name} did not end a script`);
    } finally {
      child.kill('SIGKILL');
    }
    return printed;
  }

  // Standard input stays open: at its end the interpreter floods itself with zeros.
  private spawn(script: string): ChildProcess {
    const [command = '', ...args] = this.binary;
    return spawn(command, [...args, script], { cwd: this.folder, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  async start({ from = 'memory', isStill = false, prelude = '' }: StartOptions = {}): Promise<void> {
    this.from = from;
    const build = await about(this);
    this.isLossy = losesBytes(build);
    const paths = await this.openPorts(!isStill);
    const load = from === 'flash' ? 'eval(require("Storage").read(".bootcde"));' : this.writePieces();
    const before = `var BENCH=${JSON.stringify(paths)};${isStill ? STILL : (build.isGrowing ? GROW : '') + REPORTS}`;
    this.startScript(`${before}\n${prelude}\n${load}\nprint("${RUNS}");`);
    this.isPlain = false;
    await this.runs();
  }

  /** Waits until the image runs: what arrives before it listens would wait together, and some of it be lost. */
  private async runs(): Promise<void> {
    let watcher = () => {};
    const running = new Promise<void>(resolve => {
      watcher = () => {
        if (this.output.includes(RUNS, this.begun)) resolve();
      };
      this.child?.stdout?.on('data', watcher);
    });
    try {
      await this.inTime(running, () => `${this.name} did not run the image to its end`);
    } finally {
      this.child?.stdout?.off('data', watcher);
    }
  }

  /**
   * Starts it with a program in place of the application, which gets the paths of the two ports. `send` then writes at
   * once and waits for nothing.
   */
  async startWith(program: (paths: { link: string; control: string }) => string): Promise<void> {
    const paths = await this.openPorts(false);
    this.startScript(`${STILL}\n${program(paths)}`);
    this.isPlain = true;
  }

  private async openPorts(isReporting: boolean) {
    this.here = NOTHING;
    this.there = NOTHING;
    this.line = Promise.resolve();
    this.waiting = [];
    const pty = (name: string) => new Pty(join(this.folder, name));
    const link = pty('link');
    const control = pty('control');
    const report = isReporting ? pty('report') : undefined;
    this.link = link;
    this.control = control;
    this.report = report;
    await Promise.all([link, control, report].map(each => each?.ready()));
    link.child.stdout?.on('data', (chunk: Buffer) => {
      this.count({ sent: chunk.length });
      this.onText(chunk.toString('latin1'));
    });
    this.listen(control, line => this.waiting.shift()?.(line));
    if (report) this.listen(report, line => this.reported(line));
    return { link: link.path, control: control.path, report: report?.path };
  }

  private startScript(script: string): void {
    const path = join(this.folder, 'boot.js');
    writeFileSync(path, script, 'latin1');
    this.attach(this.spawn(path));
  }

  private attach(child: ChildProcess): void {
    this.child = child;
    this.begun = this.output.length;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('latin1');
      });
    }
    this.ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`${this.name} ended by ${signal ?? `exit ${code}`}${this.lastWords()}`);
    });
    this.ended.catch(() => undefined);
  }

  private listen(port: Pty, onLine: (line: string) => void): void {
    const lines = createInterface({ input: port.child.stdout as NodeJS.ReadableStream });
    lines.on('line', onLine);
    this.lines.push(lines);
  }

  private reported(line: string): void {
    const [received = 0, sent = 0, ordered = 0, answered = 0] = line.split(',').map(Number);
    this.there = { received, sent, ordered, answered };
    this.look();
  }

  private look(): void {
    for (const watcher of this.watchers) watcher();
  }

  private count(more: Partial<Carried>): void {
    const sum = { ...this.here };
    for (const [name, number] of Object.entries(more)) sum[name as keyof Carried] += number;
    this.here = sum;
    this.look();
  }

  /** Returns the errors on its console, for an error here. */
  private lastWords(): string {
    const errors =
      this.output.match(/Uncaught[^\r\n]*|ERROR[^\r\n]*|ASSERT[^\r\n]*|[A-Z ]*MEMORY[^\r\n]*/g) ?? [];
    return errors.length > 0 ? ` after printing: ${errors.slice(-3).join('; ')}` : '';
  }

  private inTime<T>(work: Promise<T>, sentence: () => string): Promise<T> {
    const limit = ANSWER_TIMEOUT_MS[this.from];
    return within(Promise.race([work, this.ended]), limit, () => `${sentence()}${this.lastWords()}`);
  }

  /** Writes the application as files of the machine, and returns the script that evaluates them. */
  private writePieces(): string {
    const app = readFileSync(join(imageFolder('bench'), 'app'), 'latin1');
    const code = app.slice(app.indexOf('\n') + 1);
    const evaluations = piecesOf(code).map((piece, i) => {
      writeFileSync(join(this.folder, `app${i}`), piece, 'latin1');
      return `eval(require("fs").readFileSync("app${i}"));`;
    });
    return evaluations.join('\n');
  }

  /**
   * Sends bytes over the link; the image has handled them when it returns.
   * @throws where the interpreter loses bytes, ends or hangs
   */
  send(text: string): Promise<void> {
    if (this.isPlain) {
      this.link?.write(text);
      return Promise.resolve();
    }
    this.turn = this.turn
      .catch(() => undefined)
      .then(async () => {
        await this.packets(this.link, 'received', text);
        await this.settled();
      });
    return this.turn;
  }

  /** Writes to a port. A build that loses bytes gets packets, each when no other waits at any port. */
  private async packets(port: Pty | undefined, name: 'received' | 'ordered', text: string): Promise<void> {
    const write = (packet: string) => {
      this.count({ [name]: packet.length });
      port?.write(packet);
    };
    if (!this.isLossy) {
      write(text);
      return;
    }
    const written = this.line.then(async () => {
      for (let at = 0; at < text.length; at += READ_CHARS) {
        write(text.slice(at, at + READ_CHARS));
        await this.until(() => this.isTaken());
      }
    });
    this.line = written.catch(() => undefined);
    await written;
  }

  private isTaken(): boolean {
    return this.here.received === this.there.received && this.here.ordered === this.there.ordered;
  }

  /**
   * Waits until the image has handled everything that was sent to it, and everything that it sent is here. After a
   * still start it only waits for a moment.
   */
  settled(): Promise<void> {
    return this.until(() => JSON.stringify(this.here) === JSON.stringify(this.there));
  }

  private async until(isReached: () => boolean): Promise<void> {
    const { child } = this;
    if (!this.report) {
      await new Promise(resolve => setTimeout(resolve, STILL_PAUSE_MS));
      return;
    }
    let watcher = () => {};
    const reached = new Promise<void>(resolve => {
      watcher = () => {
        if (isReached()) resolve();
      };
      this.watchers.add(watcher);
      watcher();
    });
    try {
      await this.inTime(reached, () => {
        const [here, there] = [this.here, this.there].map(each => JSON.stringify(each));
        return `${this.name} reported that its ports carried ${there} of ${here}, and no more`;
      });
    } catch (error) {
      // A power cut ends what is under way.
      if (this.child === child) throw error;
    } finally {
      this.watchers.delete(watcher);
    }
  }

  /**
   * Sends one order over Serial2, and returns its answer.
   * @throws where none comes in time, or the interpreter ends
   */
  async order(order: Record<string, unknown>): Promise<BenchAnswer> {
    const line = JSON.stringify(order);
    const answer = new Promise<string>(resolve => this.waiting.push(resolve));
    await this.packets(this.control, 'ordered', `${line}\n`);
    const answered = await this.inTime(answer, () => `${this.name} did not answer the order ${line}`);
    this.count({ answered: 1 });
    try {
      return JSON.parse(answered) as BenchAnswer;
    } catch {
      throw new Error(`${this.name} answered the order ${line} with ${answered.slice(0, 200)}`);
    }
  }

  /** Ends it in good order, by Ctrl-D on its standard input, so that a tool around it can report. */
  async quit(): Promise<void> {
    const child = this.child;
    child?.stdin?.write('\x04');
    if (child && child.exitCode === null)
      await within(once(child, 'exit'), EXIT_TIMEOUT_MS, () => `${this.name} did not end`);
    await this.stop();
  }

  /** Kills it between two instructions, as pulling the plug would. */
  async stop(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    for (const lines of this.lines) lines.close();
    this.lines = [];
    await Promise.all([this.link, this.control, this.report].map(each => each?.close()));
  }
}

/** A build of the interpreter, as it describes itself. */
export interface Build {
  /** Such as `2v29` or `2v29.277`. */
  readonly version: string;
  /** Of Espruino's repository. */
  readonly commit: string;
  readonly variableBytes: number;
  /** Whether it adds variables when they are used up, as the usual 64-bit build does; boards have a fixed number. */
  readonly isGrowing: boolean;
}

/** Variables of such a build at its start (src/jsvar.c). */
const GROWS_BY = 4096;
const known = new Map<string, Promise<Build>>();

/** Returns what a build says of itself; asks it once. @throws where it prints nothing of the kind */
export function about(interpreter: Interpreter): Promise<Build> {
  const asked = known.get(interpreter.name) ?? ask(interpreter);
  known.set(interpreter.name, asked);
  return asked;
}

async function ask(interpreter: Interpreter): Promise<Build> {
  const printed = await interpreter.run(
    'var m=process.memory();print("ABOUT",process.env.VERSION,process.env.GIT_COMMIT,m.blocksize,m.total);quit();',
  );
  const [, version, commit = '', bytes, total] = /ABOUT (\S+) (\S*) (\d+) (\d+)/.exec(printed) ?? [];
  if (version === undefined)
    throw new Error(`${interpreter.name} is no Espruino: it printed ${printed.slice(0, 200)}`);
  return { version, commit, variableBytes: Number(bytes), isGrowing: Number(total) === GROWS_BY };
}

/** A packet of a port fits into one variable of this size, and none is lost. */
const SAFE_VARIABLE_BYTES = 27;

/** Whether a build is of the releases 2v26 to 2v29, and its variables are too small to hide the loss of bytes. */
export function losesBytes({ version, variableBytes }: Build): boolean {
  return /^2v2[6-9]$/.test(version) && variableBytes < SAFE_VARIABLE_BYTES;
}
