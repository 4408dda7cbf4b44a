import { MAX_SHOWN_LINES } from '@passfob/simulator/faceplates/limits';
import { acts } from '@passfob/simulator/faceplates/panels/acts';
import { panelPieces } from '@passfob/simulator/faceplates/panels/all';
import { type ControlChannel, RequestRefused, Requests } from '@passfob/simulator/faceplates/panels/channel';
import { controlsView } from '@passfob/simulator/faceplates/panels/controls';
import { inUseView } from '@passfob/simulator/faceplates/panels/in-use';
import { memoriesView } from '@passfob/simulator/faceplates/panels/memories';
import { findPieces, type Piece, piece, textOfPieces } from '@passfob/simulator/faceplates/panels/pieces';
import { litPath, recordingView } from '@passfob/simulator/faceplates/panels/recording';
import {
  afterEvent,
  emptyPanels,
  type Inside,
  type PanelState,
  type WireLine,
} from '@passfob/simulator/faceplates/panels/state';
import { wireView } from '@passfob/simulator/faceplates/panels/wire';
import { texts } from '@passfob/simulator/faceplates/texts';
import { pageHtml } from '@passfob/simulator/faceplates/web/html';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { root } from '../../tools/tidy/files.ts';

const INSIDE: Inside = {
  board: 'pico',
  image: '3fe792f3',
  clock: 'virtual',
  now: Date.UTC(2026, 0, 1, 12),
  powered: true,
  sleeping: false,
  plugged: true,
  supplyMillivolts: 3_300,
  parts: { display: true, clock: true, eeprom: false },
  operations: 12,
  transfers: 345,
  cryptoCalls: 6,
  storage: {
    pageBytes: 16_384,
    pages: [
      { fileBytes: 16_000, deletedBytes: 384, freeBytes: 0, erases: 1 },
      { fileBytes: 0, deletedBytes: 0, freeBytes: 16_384, erases: 0 },
    ],
    files: [
      { name: 'app', bytes: 15_000, at: 0, isDeleted: false },
      { name: 'old', bytes: 352, at: 16_000, isDeleted: true },
    ],
    writes: 3,
  },
  eeprom: { name: 'AT24C32', pageBytes: 32, writes: [0, 5, 1, 0] },
  written: [
    { atMs: Date.UTC(2026, 0, 1, 11), memory: 'flash', act: 'erase', at: 0, length: 16_384 },
    { atMs: Date.UTC(2026, 0, 1, 11, 30), memory: 'eeprom', act: 'write', at: 64, length: 32 },
  ],
  timers: [
    { dueMs: 900.4, everyMs: null },
    { dueMs: 25, everyMs: 1_000 },
  ],
  watches: ['C13'],
  violations: [],
  consoleChars: 0,
  recording: { inputs: 4, unrepeatable: null },
};

const MEASURED = {
  board: 'pico',
  image: '3fe792f3',
  interpreter: 'Espruino 2v29.277, Linux',
  variablesAfterBoot: 3_072,
  variablesWith32Accounts: 3_377,
  variablesPeak: 3_658,
};

const withInside = (change: Partial<Inside> = {}): PanelState => ({
  ...emptyPanels([MEASURED]),
  inside: { ...INSIDE, ...change },
});

const line = (number: number, change: Partial<WireLine> = {}): WireLine => ({
  number,
  atMs: Date.UTC(2026, 0, 1, 12, 0, 0, number),
  port: 'USB',
  way: 'in',
  kind: 'frame',
  opened: false,
  text: `request ${number}`,
  ...change,
});

const wire = (items: readonly WireLine[], again = false, lost = 0) => ({ event: 'wire', again, items, lost });

const byTag = (pieces: readonly Piece[], tag: string) => findPieces(pieces, each => each.tag === tag);
const byAct = (pieces: readonly Piece[], act: string) =>
  findPieces(pieces, each => each.attributes['data-act'] === act);

describe('the panels of the faceplate', () => {
  it('the wire shows the newest line first, with time, direction, port and content', () => {
    const state = afterEvent(emptyPanels([]), wire([line(1), line(2, { way: 'out', text: 'response' })]));
    const rows = byTag(wireView(state), 'tr').map(row => textOfPieces(row.children));
    expect(rows).toEqual([
      'Time (UTC) Direction Port Content',
      '12:00:00.002 from the fob USB response',
      '12:00:00.001 to the fob USB request 1',
    ]);
  });

  it('the wire marks sealed and opened frames by words', () => {
    const items = [line(1, { kind: 'sealed' }), line(2, { kind: 'sealed', opened: true })];
    const view = wireView(afterEvent(emptyPanels([]), wire(items)));
    const marks = findPieces(view, each => (each.attributes.class ?? '').startsWith('mark'));
    expect(marks.map(mark => textOfPieces(mark.children))).toEqual(['opened', 'sealed']);
  });

  it('the wire keeps the latest 500 lines, and says how many a slow connection left out', () => {
    let state = emptyPanels([]);
    for (let number = 0; number < MAX_SHOWN_LINES + 20; number++) {
      state = afterEvent(state, wire([line(number)], false, number === 7 ? 3 : 0));
    }
    expect(state.lines).toHaveLength(MAX_SHOWN_LINES);
    expect(state.lines[0]?.number).toBe(20);
    expect(textOfPieces(wireView(state))).toContain('3 lines were left out because the connection was slow.');
  });

  it('a stopped view of the wire stays while lines come, but shows frames that a key opens', () => {
    const sealed = line(1, { kind: 'sealed', text: 'sealed request' });
    const first = afterEvent(emptyPanels([]), wire([sealed]));
    const stopped = afterEvent({ ...first, stopped: first.lines }, wire([line(2)]));
    expect(textOfPieces(wireView(stopped))).not.toContain('request 2');
    const opened = { ...sealed, opened: true, text: 'info' };
    const again = afterEvent(stopped, wire([opened, line(2)], true));
    expect(textOfPieces(wireView(again))).toContain('opened info');
  });

  it('the wire shows frames only where that is asked for', () => {
    const items = [line(1), line(2, { kind: 'key', way: null, port: null, text: 'key 0 down' })];
    const state = afterEvent(emptyPanels([]), wire(items));
    expect(textOfPieces(wireView(state))).toContain('event key 0 down');
    expect(textOfPieces(wireView({ ...state, framesOnly: true }))).not.toContain('key 0 down');
  });

  it('the memories say by words and numbers all that their pictures show', () => {
    const pieces = memoriesView(withInside());
    const text = textOfPieces(pieces);
    expect(text).toContain('Storage: 2 pages of 16,384 bytes');
    expect(text).toContain('0 (latest) 16,000 384 0 once');
    expect(text).toContain('1 more page is empty.');
    expect(text).toContain('app 15,000 0 kept old 352 16,000 Deleted');
    expect(text).toContain('Most writes: page 1 5 times, page 2 once. 2 pages were never written.');
    expect(text).toContain('11:30:00.000 EEPROM write 2 64 32 11:00:00.000 Storage erase 0 0 16,384');
    const pictures = byTag(pieces, 'svg');
    expect(pictures.map(({ attributes }) => attributes['aria-hidden'])).toEqual(['true', 'true']);
    expect(findPieces(pictures, each => (each.attributes.class ?? '').includes('latest'))).toHaveLength(2);
  });

  it('a board without an EEPROM, and one that was never written, are told so', () => {
    const textOf = (eeprom: Inside['eeprom']) => textOfPieces(memoriesView(withInside({ eeprom })));
    expect(textOf(null)).toContain('There is no EEPROM on the bus.');
    expect(textOf({ name: 'AT24C32', pageBytes: 32, writes: [0, 0] })).toContain('No page was written since');
  });

  it('the figures are those of the simulator, and variables those measured on the real interpreter', () => {
    const text = textOfPieces(inUseView(withInside()));
    for (const part of [
      'Timers 2; the next is due in 25 ms',
      'Watches C13',
      '16,000 bytes in files, 384 in deleted files, 16,384 free',
      'The simulator has no variables to count',
      '(Espruino 2v29.277, Linux, this image): 3,072 after a start, 3,377 with 32 accounts',
    ])
      expect(text).toContain(part);
    const another = textOfPieces(inUseView(withInside({ image: 'ffffffff' })));
    expect(another).toContain('with another image of this board, 3fe792f3:');
    expect(textOfPieces(inUseView({ ...withInside(), measured: [] }))).toContain('No image of this board');
  });

  it('time can be moved where it is virtual, and the battery dies only without power', () => {
    const virtual = controlsView(withInside());
    expect(byAct(virtual, 'advance').length).toBe(4);
    expect(byAct(virtual, 'loseTime')[0]?.attributes.disabled).toBe('');
    // The hint names the switch beside the fob.
    expect(textOfPieces(virtual)).toContain(`switch off “${texts.power}” beside the fob`);
    expect(pageHtml(1)).toContain(`</span>${texts.power}</button>`);
    const real = controlsView(withInside({ clock: 'real', powered: false }));
    expect(byAct(real, 'advance')).toEqual([]);
    expect(textOfPieces(real)).toContain('--clock virtual');
    expect(byAct(real, 'loseTime')[0]?.attributes.disabled).toBeUndefined();
  });

  it('switches show the state of parts and ask for the other one', () => {
    const switches = byAct(controlsView(withInside()), 'setPart').map(({ attributes }) => [
      attributes['aria-checked'],
      acts.setPart?.request({ value: attributes['data-value'] ?? '' }),
    ]);
    expect(switches).toEqual([
      ['true', { do: 'setPart', part: 'display', connected: false }],
      ['true', { do: 'setPart', part: 'clock', connected: false }],
      ['false', { do: 'setPart', part: 'eeprom', connected: true }],
    ]);
  });

  it('every act of a form or a button becomes one request with numbers of its fields', () => {
    expect(acts.advance?.request({ value: '1000' })).toEqual({ do: 'advance', ms: 1_000 });
    expect(acts.advance?.request({ ms: '250' })).toEqual({ do: 'advance', ms: 250 });
    expect(acts.cutPowerAtOperation?.request({ n: '3' })).toEqual({ do: 'cutPowerAtOperation', n: 3 });
    expect(acts.cutPowerAtOperation?.done({ operations: 12 }, { n: '3' })).toContain('operation 15');
    expect(acts.faults?.request({ set: 'wire.drop=1/20' })).toEqual({ do: 'faults', set: 'wire.drop=1/20' });
    expect(acts.faults?.done({ plan: '' }, {})).toBe('No fault strikes from now on.');
    expect(acts.setUsb?.request({ value: 'false' })).toEqual({ do: 'setUsb', plugged: false });
  });

  it('a recording says what it holds, that it is a secret, and why it could not be replayed', () => {
    const text = textOfPieces(recordingView(withInside()));
    expect(text).toContain('4 inputs since the start');
    expect(text).toContain('whoever has it can replay the fob');
    const full = withInside({ recording: { inputs: 9, unrepeatable: 'full' } });
    expect(textOfPieces(recordingView(full))).toContain('The recording is full');
    const none = recordingView(withInside({ recording: null }));
    expect(textOfPieces(none)).toContain('--seed');
    expect(byAct(none, 'saveRecording')[0]?.attributes.disabled).toBe('');
  });

  it('a replay draws the screen of its fob, and goes no further than its inputs', () => {
    const screen = { text: ['123 456'], bitmap: { width: 4, height: 2, rows: ['##.#', '....'] } };
    const times = { inputs: 2, lastMs: 3_200, input: 2, atMs: 3_200, last: 'keyUp' };
    const replayed = { board: 'pico', powered: true, on: true, ...times, ...screen };
    const pieces = recordingView({ ...withInside(), replayed });
    expect(byTag(pieces, 'path')[0]?.attributes.d).toBe('M0 0.5h2M3 0.5h1');
    expect(textOfPieces(pieces)).toContain('After input 2 of 2 (keyUp), 3.200 s after the start');
    expect(textOfPieces(pieces)).toContain('123 456');
    const steps = byAct(pieces, 'replayTo').map(({ attributes }) => attributes);
    const texts = steps.map(step => `${step['data-value']}${step.disabled === '' ? ' disabled' : ''}`);
    expect(texts).toEqual(['0', '1', '3 disabled', '2 disabled']);
    const dark = recordingView({ ...withInside(), replayed: { ...replayed, on: false } });
    expect(byTag(dark, 'path')[0]?.attributes.d).toBe('');
    expect(textOfPieces(dark)).not.toContain('123 456');
    expect(litPath([])).toBe('');
  });

  it('the panels are headings that fold, and one status that is read out', () => {
    const pieces = panelPieces({ ...withInside(), note: 'It is done.' });
    const headings = byTag(pieces, 'h2').map(each => textOfPieces(each.children));
    expect(headings.join('; ')).toBe('Wire; Memories; In use; Power, clock and faults; Recording and replay');
    const isLive = ({ attributes }: Piece) => attributes.role === 'status' || 'aria-live' in attributes;
    const live = findPieces(pieces, isLive);
    expect(live.map(each => textOfPieces(each.children))).toEqual(['It is done.']);
    const isNamed = ({ attributes: { name, 'data-act': act } }: Piece) =>
      name !== undefined || act !== undefined;
    expect(byTag(pieces, 'input').filter(each => !isNamed(each))).toEqual([]);
  });

  it('an attribute of false is left out, and one of true is empty', () => {
    const made = piece('button', { disabled: false, hidden: true, value: 0, key: 7 }, '', undefined, 'Go');
    const attributes = { hidden: '', value: '0' };
    expect(made).toEqual({ tag: 'button', attributes, children: ['Go'], key: '7' });
  });
});

describe('requests over a channel', () => {
  type Message = Parameters<ControlChannel['send']>[0];

  function channel() {
    const sent: Message[] = [];
    const listeners: ((message: Message) => void)[] = [];
    const onMessage: ControlChannel['onMessage'] = listener => {
      listeners.push(listener);
      return () => {};
    };
    const say = (message: Message) => {
      for (const listener of listeners) listener(message);
    };
    return { port: { send: (message: Message) => sent.push(message), onMessage }, sent, say };
  }

  it('two users of one channel get their own answers, in any order', async () => {
    const { port, sent, say } = channel();
    const [one, other] = [new Requests(port, 'a'), new Requests(port, 'b')];
    const asked = [one.ask({ do: 'now' }), one.ask({ do: 'console' }), other.ask({ do: 'now' })];
    for (const { id } of [...sent].reverse()) say({ id, ok: true, of: id });
    const expected = ['a1', 'a2', 'b1'].map(id => ({ id, ok: true, of: id }));
    expect(await Promise.all(asked)).toEqual(expected);
  });

  it('a refusal and a lost channel end a request with the reason', async () => {
    const { port, say } = channel();
    const requests = new Requests(port, 'a');
    const refused = requests.ask({ do: 'powerOn' });
    say({ id: 'a1', ok: false, error: 'the power is on already' });
    await expect(refused).rejects.toThrow(new RequestRefused('the power is on already'));
    const lost = requests.ask({ do: 'now' });
    requests.lose('the simulator is gone');
    await expect(lost).rejects.toThrow('the simulator is gone');
  });
});

it('the control session, recordings and panels run where there is no Node', async () => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    conditions: ['source'],
    entryPoints: [
      'simulator/faceplates/control/session.ts',
      'simulator/recording/replay/recorder.ts',
      'simulator/recording/replay/replay.ts',
      'simulator/faceplates/web/page/mount.ts',
    ],
    outdir: 'out',
    bundle: true,
    write: false,
    format: 'esm',
    // Refuses modules that only Node has.
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
  });
  for (const { path, text } of outputFiles) {
    // Comments name them.
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
    const used = /(?<![.\w])(?:Buffer\.|process\.|require\(|setImmediate\()/.exec(code)?.[0];
    expect([path, used]).toEqual([path, undefined]);
  }
});
