import { bytesOfText } from '../base/bytes.ts';
import { CONSOLE_LINE_MAX, CONSOLE_TEXT_MAX, PASSWORD_MAX } from '../base/limits.ts';
import type { PortName } from '../board/wiring/wiring.ts';

const OPENING = '([{';
const CLOSING = ')]}';

/** Returns the index after a string, template or comment that begins at `at`, or -1 if it does not end. */
function endOf(source: string, at: number): number {
  const start = source.charAt(at);
  if (source.startsWith('//', at))
    return source.indexOf('\n', at) < 0 ? source.length : source.indexOf('\n', at);
  if (source.startsWith('/*', at)) {
    const end = source.indexOf('*/', at + 2);
    return end < 0 ? -1 : end + 2;
  }
  for (let next = at + 1; next < source.length; next++) {
    if (source.charAt(next) === '\\') next++;
    else if (source.charAt(next) === start) return next + 1;
  }
  return -1;
}

/**
 * Whether the console waits for more input before it evaluates a line (`jsiCountBracketsInInput`): a bracket, comment
 * or template is open. A string without an end is evaluated at once and gives an error. Regular expressions are taken
 * for divisions.
 */
function isUnfinished(source: string): boolean {
  let open = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    if (OPENING.includes(char)) open++;
    else if (CLOSING.includes(char)) open--;
    else if (/["'`]/.test(char) || /^\/[/*]/.test(source.slice(at, at + 2))) {
      const end = endOf(source, at);
      if (end < 0) return char === '`' || char === '/';
      at = end - 1;
    }
    if (open < 0) return false;
  }
  return open > 0;
}

const CTRL_C = 3;
const ECHO_OFF = 16;
const RETURN = 13;
const NEWLINE = 10;
const BACKSPACE = 8;
const DELETE = 127;

/** Printed text, kept across boots for people outside the board. */
export class ConsoleLog {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).slice(-CONSOLE_TEXT_MAX);
  }

  get text(): string {
    return this.#text;
  }
}

/** Terminal control that removes the prompt and a half-typed line before text is printed (jsinteractive.c). */
const ERASE_LINE = '\r\x1b[J';

/**
 * The interpreter's console. It prints. While it is on a port, it also shows a prompt, and reads, echoes and
 * evaluates the input of that port. A line that begins with DLE is not echoed, its value is not shown, and the prompt
 * returns only if the line printed something (tried on the real one). Simpler than the real one: no history, no
 * cursor keys, and a line is evaluated once it is a whole program.
 */
export class Console {
  #port: PortName | undefined;
  #forced = false;
  #line = '';
  #echo = true;
  /** No prompt is shown now. */
  #removed = true;
  #password: string | undefined;
  #locked = false;
  readonly #log: ConsoleLog;
  readonly #send: (port: PortName, bytes: Uint8Array) => void;
  readonly #evaluate: (source: string) => string | undefined;

  constructor(options: {
    port: PortName;
    log: ConsoleLog;
    send(port: PortName, bytes: Uint8Array): void;
    /** Returns the text of the value; undefined if the source threw, and the exception has then been printed. */
    evaluate(source: string): string | undefined;
  }) {
    this.#port = options.port;
    this.#log = options.log;
    this.#send = options.send;
    this.#evaluate = options.evaluate;
  }

  get port(): PortName | undefined {
    return this.#port;
  }

  /** Whether the console stays on its port, or on none. */
  get forced(): boolean {
    return this.#forced;
  }

  /** Moves the console. `forced` keeps it there regardless of later plugging. */
  moveTo(port: PortName | undefined, forced: boolean): void {
    if (this.#forced && !forced && port !== undefined) return;
    this.#port = port;
    this.#forced = forced;
    this.#line = '';
    this.#removed = true;
  }

  setPassword(password: string | undefined): void {
    // Removing the password does not open a locked console: it stays locked until a reset (jsinteractive.c).
    this.#password = password?.slice(0, PASSWORD_MAX);
  }

  lock(): void {
    if (this.#password !== undefined) this.#locked = true;
  }

  /** Prints text and keeps it in the log, where people look for errors. */
  print(text: string): void {
    this.#log.add(text);
    if (!this.#removed && this.#echo) this.#show(ERASE_LINE);
    this.#removed = true;
    this.#show(text);
  }

  error(text: string): void {
    this.print(`ERROR: ${text}\n`);
  }

  /** Shows the prompt and the text typed so far, when there is nothing else to do. */
  settle(): void {
    if (!this.#removed || !this.#echo) return;
    this.#removed = false;
    this.#show(this.#locked ? 'password>' : `>${this.#line}`);
  }

  input(bytes: Uint8Array): void {
    for (const byte of bytes) this.#character(byte);
  }

  #character(byte: number): void {
    if (byte === CTRL_C) {
      if (this.#echo) this.#show(ERASE_LINE);
      this.#line = '';
      this.#echo = true;
      this.#removed = true;
      this.settle();
    } else if (byte === ECHO_OFF) {
      this.#echo = false;
    } else if (byte === BACKSPACE || byte === DELETE) {
      this.#line = this.#line.slice(0, -1);
    } else if (byte === RETURN || byte === NEWLINE) {
      this.#enter();
    } else if (this.#line.length < CONSOLE_LINE_MAX) {
      this.#line += String.fromCharCode(byte);
      if (this.#echo && !this.#locked) this.#show(String.fromCharCode(byte));
    }
  }

  #enter(): void {
    const line = this.#line;
    if (isUnfinished(line) && !this.#locked) {
      this.#line += '\n';
      if (this.#echo) this.#show('\n:');
      return;
    }
    this.#line = '';
    if (this.#echo) {
      this.#show('\n');
      this.#removed = true;
    }
    if (this.#locked) this.#unlock(line);
    else if (line !== '') this.#execute(line);
    this.#echo = true;
    this.settle();
  }

  #execute(line: string): void {
    const result = this.#evaluate(line);
    if (result !== undefined && this.#echo) this.#show(`=${result}\n`);
  }

  #unlock(password: string): void {
    this.#locked = password !== this.#password;
    this.#show(this.#locked ? 'Invalid password\n' : 'Logged in.\n');
  }

  #show(text: string): void {
    if (this.#port === undefined) return;
    this.#send(this.#port, bytesOfText(text.replace(/\r?\n/g, '\r\n')));
  }
}
