import { MAX_LOADED_BYTES } from '../../limits.ts';
import { type ActValues, acts } from '../../panels/acts.ts';
import { type PanelName, panelPieces } from '../../panels/all.ts';
import { type ControlChannel, type ControlMessage, Requests } from '../../panels/channel.ts';
import {
  afterEvent,
  emptyPanels,
  type MeasuredImage,
  type PanelState,
  type Replayed,
} from '../../panels/state.ts';
import { panelTexts as texts } from '../../texts.ts';
import { saveFile } from './files.ts';
import { patch } from './patch.ts';
import { fetchRecording, fetchTrace, giveRecording } from './transfers.ts';

/** The panels on a page. */
export interface MountedPanels {
  /** The channel is open, perhaps anew: the fob knows nothing of what was asked before. */
  opened(): void;
  closed(): void;
}

/** Panels and their figures, by the events that they live on. */
const EVENTS_OF: Readonly<Record<PanelName, 'wire' | 'inside'>> = {
  wire: 'wire',
  memories: 'inside',
  inUse: 'inside',
  controls: 'inside',
  recording: 'inside',
};

/**
 * Puts the panels into an element and keeps them current. Events are asked for only while a panel that shows them is
 * open.
 * @param measured figures of the images on the real interpreter
 */
export function mountPanels(
  root: HTMLElement,
  channel: ControlChannel,
  measured: readonly MeasuredImage[],
): MountedPanels {
  const panels = new Panels(root, channel, measured);
  return { opened: () => panels.opened(), closed: () => panels.closed() };
}

class Panels {
  readonly #root: HTMLElement;
  readonly #requests: Requests;
  #state: PanelState;
  /** Kept in this page's memory alone, to give it again after the connection was lost. */
  #key: string | undefined;
  readonly #open = new Set<PanelName>();
  readonly #observed = new Set<string>();
  #drawing = 0;

  constructor(root: HTMLElement, channel: ControlChannel, measured: readonly MeasuredImage[]) {
    this.#root = root;
    this.#requests = new Requests(channel, 'panel ');
    this.#state = emptyPanels(measured);
    channel.onMessage(message => this.#change(afterEvent(this.#state, message)));
    root.addEventListener('click', event => this.#clicked(event));
    root.addEventListener('submit', event => this.#submitted(event));
    root.addEventListener('change', event => this.#chosen(event));
    // `toggle` does not bubble.
    root.addEventListener('toggle', event => this.#toggled(event), true);
    this.#draw();
  }

  opened(): void {
    this.#observed.clear();
    if (this.#key !== undefined)
      void this.#requests.ask({ do: 'traceKey', key: this.#key }).catch(() => undefined);
    if (this.#state.replayed) this.#change({ ...this.#state, replayed: undefined });
    this.#observe();
  }

  closed(): void {
    this.#requests.lose(texts.noAnswer);
  }

  #change(state: PanelState): void {
    if (state === this.#state) return;
    this.#state = state;
    // One drawing for all messages of a moment.
    this.#drawing ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#drawing = 0;
    patch(this.#root, panelPieces(this.#state));
  }

  #observe(): void {
    const wanted = new Set<string>([...this.#open].map(name => EVENTS_OF[name]));
    for (const what of ['wire', 'inside']) {
      if (wanted.has(what) === this.#observed.has(what)) continue;
      const act = wanted.has(what) ? 'observe' : 'unobserve';
      if (wanted.has(what)) this.#observed.add(what);
      else this.#observed.delete(what);
      void this.#requests.ask({ do: act, what }).catch(() => this.#observed.delete(what));
    }
  }

  #toggled({ target }: Event): void {
    if (!(target instanceof HTMLDetailsElement)) return;
    const name = target.dataset.panel as PanelName | undefined;
    if (name === undefined) return;
    if (target.open) this.#open.add(name);
    else this.#open.delete(name);
    this.#observe();
  }

  #clicked({ target }: Event): void {
    const button = target instanceof Element ? target.closest('button[data-act]') : null;
    if (!(button instanceof HTMLButtonElement)) return;
    const { act = '', value } = button.dataset;
    void this.#run(act, value === undefined ? {} : { value });
  }

  #submitted(event: SubmitEvent): void {
    event.preventDefault();
    const { target } = event;
    if (!(target instanceof HTMLFormElement)) return;
    const values = Object.fromEntries(
      [...new FormData(target)].map(([name, value]) => [name, String(value)]),
    );
    void this.#run(target.dataset.act ?? '', values);
    // A key stays nowhere on the page where somebody could read it.
    if (target.dataset.act === 'traceKey') target.reset();
  }

  #chosen({ target }: Event): void {
    if (!(target instanceof HTMLInputElement) || target.dataset.act !== 'loadRecording') return;
    const file = target.files?.[0];
    target.value = '';
    if (file !== undefined) void this.#tell(() => this.#load(file));
  }

  async #run(act: string, values: ActValues): Promise<void> {
    const own = this.#own(act, values);
    await this.#tell(async () => {
      if (own) return own();
      const known = acts[act];
      if (known === undefined) return '';
      return known.done(await this.#requests.ask(known.request(values)), values);
    });
  }

  /** Shows the outcome of an act, or why it failed. */
  async #tell(work: () => Promise<string> | string): Promise<void> {
    try {
      const note = await work();
      this.#change({ ...this.#state, note });
    } catch (error) {
      this.#change({ ...this.#state, note: error instanceof Error ? error.message : texts.noAnswer });
    }
  }

  /** The acts of the page itself. */
  #own(act: string, { value = '', key = '' }: ActValues): (() => Promise<string> | string) | undefined {
    const set = (change: Partial<PanelState>) => () => {
      this.#change({ ...this.#state, ...change });
      return '';
    };
    const own: Readonly<Record<string, () => Promise<string> | string>> = {
      stopWire: set({ stopped: this.#state.lines }),
      runWire: set({ stopped: undefined }),
      clearWire: set({ lines: [], lost: 0, ...(this.#state.stopped && { stopped: [] }) }),
      framesOnly: set({ framesOnly: value === 'true' }),
      traceKey: () => this.#giveKey(key),
      forgetKey: () => this.#giveKey(undefined),
      saveTrace: () => this.#saveTrace(),
      saveRecording: () => this.#saveRecording(),
      replayTo: () => this.#replayTo(Number(value)),
      replayEnd: async () => {
        await this.#requests.ask({ do: 'replayEnd' });
        return set({ replayed: undefined })();
      },
      console: async () => set({ console: String((await this.#requests.ask({ do: 'console' })).console) })(),
    };
    return own[act];
  }

  async #giveKey(key: string | undefined): Promise<string> {
    await this.#requests.ask({ do: 'traceKey', ...(key === undefined ? {} : { key }) });
    this.#key = key;
    this.#change({ ...this.#state, hasKey: key !== undefined });
    return key === undefined ? texts.keyForgotten : texts.keyTaken;
  }

  async #saveTrace(): Promise<string> {
    const file = await fetchTrace(this.#requests);
    saveFile('fob.pcapng', file);
    return texts.traceSaved(file.size);
  }

  async #saveRecording(): Promise<string> {
    const text = await fetchRecording(this.#requests);
    saveFile('fob-recording.jsonl', text);
    return texts.recordingSaved(text.length);
  }

  async #load(file: File): Promise<string> {
    if (file.size > MAX_LOADED_BYTES) return texts.tooLong;
    const { inputs, board, lastMs } = await giveRecording(this.#requests, await file.text());
    await this.#replayTo(0, { inputs: Number(inputs), board: String(board), lastMs: Number(lastMs) });
    return texts.loaded(Number(inputs));
  }

  async #replayTo(input: number, loaded: Partial<Replayed> = {}): Promise<string> {
    const answer: ControlMessage = await this.#requests.ask({ do: 'replayTo', input, bitmap: 'rows' });
    const replayed = { ...this.#state.replayed, ...loaded, ...answer } as unknown as Replayed;
    this.#change({ ...this.#state, replayed });
    return '';
  }
}
