import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { piecesOf } from './pieces.ts';

/** Returns the folder of a board's built image. */
export function imageFolder(board: string): string {
  return fileURLToPath(new URL(`../../firmware/dist/image/${board}/`, import.meta.url));
}

/** A pty that the interpreter opens by its path; this end is the child's standard streams. */
class Pty {
  readonly path: string;
  readonly child: ChildProcess;

  constructor(path: string) {
    this.path = path;
    this.child = spawn('socat', ['-', `pty,rawer,link=${path}`], { stdio: ['pipe', 'pipe', 'ignore'] });
  }

  /** Waits until the link is there. */
  async ready(): Promise<void> {
    while (!existsSync(this.path)) await new Promise(setImmediate);
  }

  write(text: string): void {
    this.child.stdin?.write(text, 'latin1');
  }

  async close(): Promise<void> {
    this.child.kill();
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }
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

const CHUNK_BYTES = 8192;

/** Characters that the Linux build reads from a port at once. More would reach the port in two pieces. */
export const READ_CHARS = 32;
const JS_STRING = (bytes: Uint8Array) => `atob("${Buffer.from(bytes).toString('base64')}")`;

/** The real Espruino interpreter on Linux, running the bench image out of its own Storage. */
export class Interpreter {
  private readonly binary: readonly string[];
  private readonly folder: string;
  private child: ChildProcess | undefined;
  private link: Pty | undefined;
  private control: Pty | undefined;
  private lines: Interface | undefined;
  private waiting: ((line: string) => void)[] = [];
  /** Its output: empty on a healthy run, except for the banner. */
  output = '';
  onText: (text: string) => void = () => {};

  /** @param binary the interpreter, or a tool before it (`valgrind …`) */
  constructor(binary: readonly string[], folder: string) {
    this.binary = binary;
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Writes the image, and other files, into its Storage. */
  async flash(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const image = imageFolder('bench');
    const all: Record<string, Uint8Array> = { ...files };
    for (const name of readdirSync(image)) {
      // .boot0 takes the console from a port that the bench keeps.
      if (name === 'app' || name === '.bootcde') all[name] = readFileSync(join(image, name));
    }
    for (const [name, bytes] of Object.entries(all)) await this.write(name, bytes);
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
    await once(child, 'exit');
    return printed;
  }

  // Standard input stays open: at its end the interpreter floods itself with zeros.
  private spawn(script: string): ChildProcess {
    const [command = '', ...args] = this.binary;
    return spawn(command, [...args, script], { cwd: this.folder, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /**
   * @param from `flash` as on a board: the loader, out of Storage; on Linux that reads a file for every character.
   * `memory`: the same application out of scripts, some hundred times faster.
   */
  async start(from: 'flash' | 'memory' = 'memory'): Promise<void> {
    const load = from === 'flash' ? 'eval(require("Storage").read(".bootcde"));' : this.writePieces();
    await this.startWith(paths => `var BENCH=${JSON.stringify(paths)};\n${load}`);
  }

  /** Starts it with a program in place of the application, which gets the paths of the two ports. */
  async startWith(program: (paths: { link: string; control: string }) => string): Promise<void> {
    this.link = new Pty(join(this.folder, 'link'));
    this.control = new Pty(join(this.folder, 'control'));
    await Promise.all([this.link.ready(), this.control.ready()]);
    this.link.child.stdout?.on('data', (chunk: Buffer) => this.onText(chunk.toString('latin1')));
    this.lines = createInterface({ input: this.control.child.stdout as NodeJS.ReadableStream });
    this.lines.on('line', line => this.waiting.shift()?.(line));
    const script = join(this.folder, 'boot.js');
    const paths = { link: this.link.path, control: this.control.path };
    writeFileSync(script, `setInterval(function(){},1000);\n${program(paths)}`, 'latin1');
    const child = this.spawn(script);
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('latin1');
      });
    }
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

  send(text: string): void {
    this.link?.write(text);
  }

  /** Sends one order over Serial2, and returns its answer. */
  order(order: Record<string, unknown>): Promise<BenchAnswer> {
    return new Promise(resolve => {
      this.waiting.push(line => resolve(JSON.parse(line) as BenchAnswer));
      this.control?.write(`${JSON.stringify(order)}\n`);
    });
  }

  /** Ends it in good order, by Ctrl-D on its standard input, so that a tool around it can report. */
  async quit(): Promise<void> {
    const child = this.child;
    child?.stdin?.write('\x04');
    if (child && child.exitCode === null) await once(child, 'exit');
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
    this.lines?.close();
    await Promise.all([this.link?.close(), this.control?.close()]);
  }
}
