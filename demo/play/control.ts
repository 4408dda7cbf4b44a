import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { FobError } from 'passfob/errors';
import { SCREEN_TIMEOUT_MS } from './limits.ts';
import { texts } from './texts.ts';
import { unlessStopped } from './waiting.ts';

/** The content of the fob's display, as reported by the simulator. */
export interface ScreenReading {
  readonly powered: boolean;
  readonly on: boolean;
  /** Top to bottom and left to right. */
  readonly text: readonly string[];
}

type Message = Readonly<Record<string, unknown>>;

interface Pending {
  resolve(answer: Message): void;
  reject(error: unknown): void;
}

/** The client of the simulator's control protocol (JSON lines): reads the display and presses the button. */
export class SimulatorControl {
  private readonly requests: Writable;
  private readonly stop: AbortSignal;
  private readonly pending: Map<number, Pending>;
  private readonly listeners: Set<(screen: ScreenReading) => void>;
  private lastId: number;
  private shown: ScreenReading | undefined;

  /** @param stop rejects every wait with its reason */
  constructor(requests: Writable, answers: Readable, stop: AbortSignal) {
    this.requests = requests;
    this.stop = stop;
    this.pending = new Map();
    this.listeners = new Set();
    this.lastId = 0;
    createInterface({ input: answers }).on('line', line => {
      const message = parsed(line);
      if (message !== undefined) this.receive(message);
    });
  }

  /** The newest screen; empty before the first report. */
  get screen(): ScreenReading {
    return this.shown ?? { powered: false, on: false, text: [] };
  }

  /** Reads the current screen; the last reported one may be a frame behind. @throws FobError as `ask` */
  async look(): Promise<ScreenReading> {
    this.take(await this.ask({ do: 'screen', bitmap: 'none' }));
    return this.screen;
  }

  /** Calls back with each new screen. Returns the function that stops it. */
  onScreen(listener: (screen: ScreenReading) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Asks the simulator to report every screen from now on; resolves when the first is known. */
  async watch(): Promise<void> {
    await this.ask({ do: 'subscribe', bitmap: 'none' });
    await this.untilScreen(() => this.shown !== undefined, texts.screens.any);
  }

  /**
   * Sends a request and waits until the simulator has carried it out.
   * @returns its answer
   * @throws FobError `no-answer` if it refuses or does not answer, or the reason of `stop`
   */
  ask(request: Message): Promise<Message> {
    this.lastId++;
    const id = this.lastId;
    const answered = new Promise<Message>((resolve, reject) => this.pending.set(id, { resolve, reject }));
    this.requests.write(`${JSON.stringify({ id, ...request })}\n`);
    const tooLate = new FobError('no-answer', texts.errors.fobSilent);
    return unlessStopped(answered, this.stop, { timeoutMs: SCREEN_TIMEOUT_MS, tooLate });
  }

  /**
   * Waits for a screen.
   * @param what names the screen in the error
   * @throws FobError `no-answer` if it does not appear, or the reason of `stop`
   */
  async untilScreen(isMeant: (screen: ScreenReading) => boolean, what: string): Promise<ScreenReading> {
    let stopListening = () => {};
    const seen = new Promise<ScreenReading>(resolve => {
      const look = () => {
        if (isMeant(this.screen)) resolve(this.screen);
      };
      stopListening = this.onScreen(look);
      look();
    });
    const tooLate = new FobError('no-answer', texts.errors.screenMissing(what));
    try {
      return await unlessStopped(seen, this.stop, { timeoutMs: SCREEN_TIMEOUT_MS, tooLate });
    } finally {
      stopListening();
    }
  }

  private receive(message: Message): void {
    if (message.event === 'screen') {
      this.take(message);
      return;
    }
    const pending = this.pending.get(Number(message.id));
    this.pending.delete(Number(message.id));
    if (message.ok === true) pending?.resolve(message);
    else pending?.reject(new FobError('no-answer', texts.errors.fobRefused(String(message.error))));
  }

  private take(message: Message): void {
    const { powered, on, text } = message;
    const screen = {
      powered: powered === true,
      on: on === true,
      text: Array.isArray(text) ? text.map(String) : [],
    };
    this.shown = screen;
    for (const listener of [...this.listeners]) listener(screen);
  }
}

/**
 * Returns undefined for a truncated line, the last output of a killed simulator. The end of the process is reported
 * elsewhere.
 */
function parsed(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
