import { Script } from 'node:vm';
import type { PortName } from '../boards/board.ts';
import { CONSOLE_LINE_MAX, CONSOLE_TEXT_MAX, PASSWORD_MAX, TRACE_LINES } from '../limits.ts';
import { bytesOfText, isRecord } from './bytes.ts';
import { describe } from './describe.ts';
import type { Value } from './realm.ts';

const CTRL_C = 3;
const ECHO_OFF = 16;
const RETURN = 13;
const NEWLINE = 10;
const BACKSPACE = 8;
const DELETE = 127;

/** What is printed, kept for the person outside across boots. */
export class ConsoleLog {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).slice(-CONSOLE_TEXT_MAX);
  }

  get text(): string {
    return this.#text;
  }
}

/**
 * The interpreter's console: prints, and while it is on a port, the prompt that reads, echoes and evaluates what comes
 * in there. Simpler than the real one: no history, no cursor keys, and a line is evaluated once it is a whole program.
 */
export class Console {
  #port: PortName | undefined;
  #forced = false;
  #line = '';
  #echo = true;
  #password: string | undefined;
  #locked = false;
  readonly #log: ConsoleLog;
  readonly #send: (port: PortName, bytes: Uint8Array) => void;
  readonly #evaluate: (source: string) => Value;

  constructor(options: {
    port: PortName;
    log: ConsoleLog;
    send(port: PortName, bytes: Uint8Array): void;
    evaluate(source: string): Value;
  }) {
    this.#port = options.port;
    this.#log = options.log;
    this.#send = options.send;
    this.#evaluate = options.evaluate;
  }

  get port(): PortName | undefined {
    return this.#port;
  }

  /** Moves the console; `forced` keeps it there whatever is plugged in. */
  moveTo(port: PortName | undefined, forced: boolean): void {
    if (this.#forced && !forced && port !== undefined) return;
    this.#port = port;
    this.#forced = forced;
    this.#line = '';
  }

  setPassword(password: string | undefined): void {
    // Taking the password away opens no console that is locked already: it stays shut until a reset (jsinteractive.c).
    this.#password = password?.slice(0, PASSWORD_MAX);
  }

  lock(): void {
    if (this.#password !== undefined) this.#locked = true;
  }

  /** Prints text that people may have to look for: it is kept as well. */
  print(text: string): void {
    this.#log.add(text);
    this.#show(text);
  }

  error(text: string): void {
    this.print(`ERROR: ${text}\n`);
  }

  uncaught(thrown: Value): void {
    this.print(`Uncaught ${describe(thrown)}\n${placesOf(thrown)}`);
  }

  /** The prompt, once the boot files have run. */
  prompt(): void {
    if (this.#echo) this.#show(this.#locked ? 'password>' : '>');
  }

  input(bytes: Uint8Array): void {
    for (const byte of bytes) this.#character(byte);
  }

  #character(byte: number): void {
    if (byte === CTRL_C) {
      this.#line = '';
      this.#echo = true;
      this.#show('\n');
      this.prompt();
    } else if (byte === ECHO_OFF) {
      this.#echo = false;
    } else if (byte === BACKSPACE || byte === DELETE) {
      this.#line = this.#line.slice(0, -1);
    } else if (byte === RETURN || byte === NEWLINE) {
      this.#enter(byte);
    } else if (this.#line.length < CONSOLE_LINE_MAX) {
      this.#line += String.fromCharCode(byte);
      if (this.#echo && !this.#locked) this.#show(String.fromCharCode(byte));
    }
  }

  #enter(byte: number): void {
    const line = this.#line;
    if (line === '') return;
    if (this.#locked) {
      this.#line = '';
      this.#unlock(line);
      return;
    }
    if (isUnfinished(line)) {
      this.#line += '\n';
      if (this.#echo) this.#show('\n:');
      return;
    }
    this.#line = '';
    if (this.#echo && byte === RETURN) this.#show('\r\n');
    else if (this.#echo) this.#show('\n');
    const value = this.#evaluate(line);
    if (this.#echo) this.#show(`=${typeof value === 'string' ? JSON.stringify(value) : describe(value)}\n`);
    this.#echo = true;
    this.prompt();
  }

  #unlock(password: string): void {
    this.#locked = password !== this.#password;
    this.#show(this.#locked ? '\nInvalid password\n' : '\nLogged in.\n');
    this.prompt();
  }

  #show(text: string): void {
    if (this.#port === undefined) return;
    this.#send(this.#port, bytesOfText(text.replace(/\r?\n/g, '\r\n')));
  }
}

/** Where it was thrown, from V8's trace: the lines that lie in the image's files. */
function placesOf(thrown: Value): string {
  const trace = isRecord(thrown) && typeof thrown.stack === 'string' ? thrown.stack.split('\n') : [];
  const inImage = trace.filter(line => /^\s+at /.test(line) && !/[/\\]|node:/.test(line));
  return inImage
    .slice(0, TRACE_LINES)
    .map(line => `${line}\n`)
    .join('');
}

function isUnfinished(source: string): boolean {
  try {
    new Script(source);
    return false;
  } catch (error) {
    return error instanceof Error && /Unexpected end of input|Unterminated template/.test(error.message);
  }
}
