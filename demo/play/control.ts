import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { FobError } from 'passfob/errors';
import { SCREEN_TIMEOUT_MS } from './limits.ts';
import { texts } from './texts.ts';
import { unlessStopped } from './waiting.ts';

/** What the fob's display shows, as the simulator tells it. */
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

/** The simulator's control protocol, JSON lines, from its user's side: the display seen and the button pressed. */
export class SimulatorControl {
  private readonly requests: Writable;
  private readonly stop: AbortSignal;
  private readonly pending: Map<number, Pending>;
  private readonly listeners: Set<(screen: ScreenReading) => void>;
  private lastId: number;
  private shown: ScreenReading | undefined;

  /** @param stop ends every wait with its reason */
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

  /** The newest screen; an empty one before the first is known. */
  get screen(): ScreenReading {
    return this.shown ?? { powered: false, on: false, text: [] };
  }

  /** The screen at this moment: the newest told may be a frame behind. @throws FobError as `ask` */
  async look(): Promise<ScreenReading> {
    this.take(await this.ask({ do: 'screen', bitmap: 'none' }));
    return this.screen;
  }

  /** Called with each new screen. Returns the function that stops listening. */
  onScreen(listener: (screen: ScreenReading) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Has the simulator tell every screen from now on; done when the first is known. */
  async watch(): Promise<void> {
    await this.ask({ do: 'subscribe', bitmap: 'none' });
    await this.untilScreen(() => this.shown !== undefined, texts.screens.any);
  }

  /**
   * Does one thing; done when the simulator has done it.
   * @returns its answer
   * @throws FobError `no-answer` where it refuses or is silent, the reason of `stop`
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
   * @param what names it in the error
   * @throws FobError `no-answer` where it does not come, the reason of `stop`
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
    const { powered, on, text } = message as unknown as ScreenReading;
    const screen = { powered, on, text };
    this.shown = screen;
    for (const listener of [...this.listeners]) listener(screen);
  }
}

/** Undefined for half a line, which is the last of a simulator that was killed: its end is told otherwise. */
function parsed(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
