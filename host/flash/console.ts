import { FobError, isFobError } from '../errors.ts';
import type { Transport } from '../transports/transport.ts';
import { type EspruinoTools, loadEspruinoTools, type SerialDevice } from './library.ts';
import { ANSWER_CHARS_MAX, CONSOLE_MS, EVALUATE_MS, PROMPT_CHARS } from './limits.ts';

const PORT = 'passfob';

/**
 * The console of an Espruino over an open transport: one expression at a time, by the package `espruino`. Lines begin
 * with DLE, so Espruino neither echoes them nor keeps them in its history; nothing sent is printed or traced.
 */
export class BoardConsole {
  readonly name: string;
  private readonly tools: EspruinoTools;
  private readonly stop: () => void;
  private readonly transport: Transport;
  private lost: FobError | undefined;
  private fail: ((reason: FobError) => void) | undefined;

  private constructor(transport: Transport, { tools, stop }: ReturnType<typeof loadEspruinoTools>) {
    this.name = transport.name;
    this.transport = transport;
    this.tools = tools;
    this.stop = stop;
    transport.onClose(reason => {
      this.lost = reason ?? new FobError('unplugged', { subject: this.name });
      this.stop();
      this.fail?.(this.lost);
    });
  }

  /**
   * @param transport closed by `close`, and if this throws
   * @param waitMs for an answer to the first question
   * @param mayInterrupt whether Ctrl-C may go to what does not answer; it stops a running program, of whatever device
   * @throws FobError `no-answer` if no Espruino answers with a prompt, `unplugged`
   */
  static async open(transport: Transport, waitMs = CONSOLE_MS, mayInterrupt = true): Promise<BoardConsole> {
    const loaded = loadEspruinoTools();
    const { tools } = loaded;
    const { Serial } = tools.Core;
    Serial.devices.push(deviceOf(transport));
    Serial.init();
    // Sends each piece only after the answer to the previous one, so that nothing depends on delays.
    Object.assign(tools.Config, { STORAGE_UPLOAD_METHOD: 1, SERIAL_FLOW_CONTROL: false });
    const opened = new Promise<void>(resolve =>
      Serial.open(
        PORT,
        () => resolve(),
        () => undefined,
      ),
    );
    await opened;
    Serial.setSlowWrite(false, true);
    // The package detects the prompt by timers that send Ctrl-C into later input; the prompt is known here, so this
    // answers at once.
    tools.Core.Terminal = { getTerminalLine: () => '>' };
    const repl = new BoardConsole(transport, loaded);
    try {
      await repl.wake(waitMs, mayInterrupt ? ['\n', '\x03'] : ['\n']);
      if ((await repl.evaluate('6*7', waitMs)) !== 42) throw noConsole(transport.name);
      return repl;
    } catch (error) {
      await repl.close();
      throw isFobError(error, 'no-answer') ? noConsole(transport.name) : error;
    }
  }

  /** Gets a prompt, with Ctrl-C if an interrupted run left an incomplete line. */
  private async wake(waitMs: number, keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      if (await this.prompts(key, waitMs / keys.length)) return;
    }
    throw new FobError('no-answer', { subject: this.name });
  }

  private prompts(key: string, waitMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let heard = '';
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        stop();
        this.fail = undefined;
        finish();
      };
      const timer = setTimeout(() => settle(() => resolve(false)), waitMs);
      const stop = this.transport.onText(text => {
        heard = (heard + text).slice(-PROMPT_CHARS);
        if (heard.endsWith('>')) settle(() => resolve(true));
      });
      this.fail = reason => settle(() => reject(reason));
      if (this.lost) return this.fail(this.lost);
      this.transport.send(key).catch(cause => settle(() => reject(cause)));
    });
  }

  /**
   * Evaluates an expression and returns its value, transferred as JSON.
   * @throws FobError `no-answer` if none came: it threw, the board is busy or gone; `unplugged`
   */
  evaluate(expression: string, waitMs = EVALUATE_MS): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.fail = undefined;
        finish();
      };
      // The package waits by a timer that a short line never starts (docs/design-notes.md).
      const timer = setTimeout(
        () => settle(() => reject(new FobError('no-answer', { subject: this.name }))),
        waitMs,
      );
      if (this.lost) return settle(() => reject(this.lost));
      this.fail = reason => settle(() => reject(reason));
      const take = (json: string | undefined) =>
        settle(() => {
          try {
            resolve(parsed(json));
          } catch (cause) {
            reject(new FobError('no-answer', { subject: this.name, cause }));
          }
        });
      const seconds = waitMs / 1_000;
      const options = { minTimeout: seconds, maxTimeout: seconds };
      this.tools.Core.Utils.executeExpression(expression, take, options);
    });
  }

  /** Sends text as it is, to a program on the board that has taken the port from the console. */
  async send(text: string): Promise<void> {
    await this.transport.send(text);
  }

  /** Calls back with everything that arrives. Returns the function that stops it. */
  onText(listener: (text: string) => void): () => void {
    return this.transport.onText(listener);
  }

  /** Calls back when the port is lost, at once if it is. Returns the function that stops it. */
  onLost(listener: (reason: FobError) => void): () => void {
    return this.transport.onClose(reason => {
      if (reason) listener(reason);
    });
  }

  /** Sends a line that resets the board, without waiting for an answer. */
  async dismiss(statement: string): Promise<void> {
    await this.transport.send(`\x10${statement}\n`);
    await this.close();
  }

  /** Returns the expressions that write a file, and the bytes written after each. */
  uploads(name: string, bytes: Uint8Array): { expression: string; bytes: number }[] {
    const code = this.tools.Core.Utils.getUploadFileCode(name, Buffer.from(bytes).toString('latin1'));
    const lines = code.split('\n');
    return lines.map((expression, index) => ({
      expression,
      bytes:
        index + 1 === lines.length ? bytes.length : Math.ceil((bytes.length * (index + 1)) / lines.length),
    }));
  }

  async close(): Promise<void> {
    this.stop();
    await this.transport.close();
  }
}

/** @throws Error for invalid or too long JSON */
function parsed(json: string | undefined): unknown {
  // `print` adds spaces around it.
  const text = json?.trim() ?? '';
  if (text.length > ANSWER_CHARS_MAX) throw new Error('the answer is too long');
  return JSON.parse(text);
}

function deviceOf(transport: Transport): SerialDevice {
  return {
    name: PORT,
    getPorts: callback => callback([{ path: PORT }], true),
    open(_path, connected, received, disconnected) {
      transport.onText(text => {
        const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
        received(bytes.buffer);
      });
      transport.onClose(() => disconnected());
      connected(PORT);
    },
    // `onClose` reports a failed write.
    write(data, written) {
      transport.send(data).then(written, () => undefined);
    },
    close: () => void transport.close(),
  };
}

function noConsole(port: string): FobError {
  return new FobError('no-answer', {
    sentence: `No Espruino answers at ${port}.`,
    next: 'Check that the board runs Espruino and that its console is on this port; take its power off and on and run the command again.',
  });
}
