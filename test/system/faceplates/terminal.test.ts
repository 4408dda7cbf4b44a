import { PassThrough } from 'node:stream';
import { brailleDots, drawCells, halfBlocks } from '@passfob/simulator/faceplates/cells';
import type { ScreenState } from '@passfob/simulator/faceplates/control/screen-feed';
import type { ControlTarget } from '@passfob/simulator/faceplates/control/target';
import { terminalFaceplate } from '@passfob/simulator/faceplates/terminal';
import { terminalFrame } from '@passfob/simulator/faceplates/terminal-frame';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bootTestFob, darkScreen } from './kit.ts';

/** A key, drawn by hand. */
const PICTURE = `
................
..####..........
.##..##.........
.#....#########.
.#....#########.
.##..##...#..#..
..####....#..#..
................
`;

function drawn(picture: string): ScreenState {
  const rows = picture.trim().split('\n');
  const [width, height] = [rows[0]?.length ?? 0, rows.length];
  const pixels = Uint8Array.from(rows.join(''), pixel => (pixel === '#' ? 1 : 0));
  return { ...darkScreen(width, height), text: ['Example', '287 082'], bitmap: { width, height, pixels } };
}

describe('pixels as characters', () => {
  const { bitmap } = drawn(PICTURE);

  it('pixels are half blocks where there is room', () => {
    expect(`\n${drawCells(halfBlocks, bitmap).join('\n')}\n`).toBe(`
  ▄▄▄▄          
 █▀  ▀█▄▄▄▄▄▄▄▄ 
 █▄  ▄█▀▀▀█▀▀█▀ 
  ▀▀▀▀    ▀  ▀  
`);
  });

  it('pixels are braille dots where room is short', () => {
    expect(`\n${drawCells(brailleDots, bitmap).join('\n')}\n`).toBe(`
⢠⠖⠲⣄⣀⣀⣀⡀
⠘⠦⠴⠋⠉⠏⠹⠁
`);
  });

  it('pixels are as many as the bitmap has, when its size is no multiple of a cell', () => {
    const odd = { width: 3, height: 5, pixels: new Uint8Array(15).fill(1) };
    expect(drawCells(halfBlocks, odd)).toEqual(['███', '███', '▀▀▀']);
    expect(drawCells(brailleDots, odd)).toEqual(['⣿⡇', '⠉⠁']);
  });
});

describe('frames of the terminal faceplate', () => {
  const SMALL = { ...darkScreen(128, 64), text: ['Example', '287 082'] };
  const framed = (...given: Parameters<typeof terminalFrame>) => `\n${terminalFrame(...given).join('\n')}\n`;

  it('a frame shows the display, the keys and the notes', () => {
    expect(framed(drawn(PICTURE), { columns: 60, rows: 20 }, ['http://127.0.0.1:8080/'])).toBe(`
╭────────────────╮
│  ▄▄▄▄          │
│ █▀  ▀█▄▄▄▄▄▄▄▄ │
│ █▄  ▄█▀▀▀█▀▀█▀ │
│  ▀▀▀▀    ▀  ▀  │
╰────────────────╯
space press · h hold · p power · q quit
http://127.0.0.1:8080/
`);
  });

  it('a frame takes the finest drawing that the window has room for', () => {
    const screen = darkScreen(128, 64);
    expect(terminalFrame(screen, { columns: 130, rows: 37 }, [])[1]).toBe(`│${' '.repeat(128)}│`);
    expect(terminalFrame(screen, { columns: 129, rows: 37 }, [])[1]).toBe(`│${'\u2800'.repeat(64)}│`);
    expect(terminalFrame(screen, { columns: 80, rows: 24 }, [])).toHaveLength(19);
  });

  it('a frame shows text in a window too small for any drawing, and never more than the window holds', () => {
    expect(framed(SMALL, { columns: 40, rows: 5 }, ['a note'])).toBe(`
Window too small

Example
287 082
space press · h hold · p power · q quit
`);
  });

  it('a frame cuts none of its own texts in a window of 30 columns', () => {
    expect(framed(SMALL, { columns: 30, rows: 20 }, ['a note'])).toBe(`
Window too small

Example
287 082
space press · h hold · p power
q quit
a note
`);
  });

  it('a frame breaks a long note at the edge of the window, and draws no more than the rest has room for', () => {
    const address = 'http://127.0.0.1:8070/a-key-that-nobody-can-guess/';
    const screen = { ...darkScreen(128, 64), text: ['Example'] };
    const frame = terminalFrame(screen, { columns: 30, rows: 20 }, [address]);
    expect(frame.slice(-2)).toEqual([address.slice(0, 30), address.slice(30)]);
    const notes = [address, 'a second note', 'a third note'];
    for (const [rows, isDrawn] of [
      [22, true],
      [21, false],
    ] as const) {
      const lines = terminalFrame(screen, { columns: 66, rows }, notes);
      expect([lines.slice(-3), lines[0]?.startsWith('╭')]).toEqual([notes, isDrawn]);
    }
  });

  it('a frame says that the power is off, and shows nothing of the content of the memory', () => {
    const off = { ...drawn('####\n####'), powered: false, on: false, text: [] };
    expect(framed(off, { columns: 60, rows: 20 }, [])).toBe(`
╭────╮
│    │
╰────╯
The power is off.
space press · h hold · p power · q quit
`);
  });
});

/** A terminal that a test types into and reads from. */
function terminal({ isTTY = true, columns = 140, rows = 50 } = {}) {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: (mode: boolean) => raw.push(mode) });
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns, rows });
  let shown = '';
  const waiting = new Set<() => void>();
  output.on('data', (text: string) => {
    shown += text;
    for (const look of waiting) look();
  });
  return {
    input,
    output,
    raw,
    shown: () => shown,
    /** Resolves when the terminal has received `text` since this was called. */
    sees(text: string): Promise<void> {
      const from = shown.length;
      return new Promise(resolve => {
        const look = () => {
          if (!shown.slice(from).includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    },
  };
}

function face(options: Parameters<typeof terminal>[0] & { plain?: boolean } = {}) {
  const screen = terminal(options);
  const fob = bootTestFob('virtual');
  let quits = 0;
  const target: ControlTarget = { fob, clock: 'virtual', fronts: [], quit: () => quits++ };
  const { input, output } = screen;
  const leave = terminalFaceplate(target, {
    input,
    output,
    plain: options.plain ?? false,
    notes: ['a note'],
  });
  onTestFinished(leave);
  return { ...screen, fob, leave, quits: () => quits };
}

describe('the terminal faceplate', () => {
  it('the terminal faceplate draws the display in place, and restores the terminal', async () => {
    const { fob, sees, shown, leave, raw } = face();
    await sees('a note');
    const picture = drawCells(halfBlocks, fob.screen().bitmap);
    const lines = shown().split('\x1b[H')[1]?.split('\r\n') ?? [];
    expect(lines.slice(1, 33)).toEqual(picture.map(line => `│${line}│\x1b[K`));
    expect(raw).toEqual([true]);
    leave();
    expect(raw).toEqual([true, false]);
    expect(shown().startsWith('\x1b[?1049h\x1b[?25l')).toBe(true);
    expect(shown().endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
  });

  it('the terminal faceplate presses, holds and switches by keys', async () => {
    const { fob, input, sees } = face({ plain: true });
    await sees('PRESSES 0');
    const start = fob.now();
    const pressed = sees('PRESSES 1');
    input.write(' ');
    await pressed;
    expect(fob.now() - start).toBeLessThan(200);
    const held = sees('PRESSES 3');
    input.write('h\r');
    await held;
    expect(fob.now() - start).toBeGreaterThan(2 * 1_000);
    const off = sees('The power is off.');
    input.write('p');
    await off;
    expect(fob.powered).toBe(false);
    const on = sees('PRESSES 0');
    input.write('xyp');
    await on;
  });

  it.each(['q', '\x03', '\x04'])('the terminal faceplate quits on key %j', async key => {
    const { input, quits } = face();
    input.write(key);
    await expect.poll(quits).toBe(1);
  });

  it('the terminal faceplate redraws when the window changes', async () => {
    const { fob, output, sees } = face();
    const [half, dots] = [halfBlocks, brailleDots].map(kind => drawCells(kind, fob.screen().bitmap)[1] ?? '');
    await sees(`│${half}│`);
    const smaller = sees(`│${dots}│`);
    output.columns = 80;
    output.rows = 24;
    output.emit('resize');
    await smaller;
  });

  it('the terminal faceplate prints text, and only when it changed, where the output is no terminal', async () => {
    const { fob, input, sees, shown } = face({ isTTY: false });
    await sees('PRESSES 0');
    const pressed = sees('PRESSES 1');
    input.write(' \n');
    await pressed;
    expect(shown()).toBe(
      'a note\nspace press · h hold · p power · q quit\n\nUP\nPRESSES 0\n\nUP\nPRESSES 1\n\n',
    );
    expect(fob.powered).toBe(true);
  });
});
