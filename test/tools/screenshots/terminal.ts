import { html } from '@passfob/service/base/html';

const escaped = (text: string) => html`${text}`.text;

/** How a character looks; colours are those of the eight of a terminal, by number. */
interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly colour: number | undefined;
}

interface Cell extends Look {
  readonly letter: string;
}

const PLAIN: Look = { bold: false, dim: false, colour: undefined };

const ESCAPE = String.fromCharCode(27);
/** CSI sequences (ECMA-48 §5.4), or one character. */
const PIECES = new RegExp(`${ESCAPE}\\[(\\??[\\d;]*)([A-Za-z])|[\\s\\S]`, 'gu');

/** Columns of the terminal; longer lines go on in the next row. */
export const COLUMNS = 104;

/** A terminal as far as our command line uses one: it keeps every line, and never scrolls. */
export class Terminal {
  readonly lines: Cell[][] = [[]];
  private row = 0;
  private column = 0;
  private look = PLAIN;

  write(text: string): void {
    for (const [piece, values, act] of text.matchAll(PIECES)) {
      if (act !== undefined) this.control(act, values ?? '');
      else if (piece === '\n') this.to(this.row + 1, this.column);
      else if (piece === '\r') this.column = 0;
      else if (piece === '\b') this.column = Math.max(0, this.column - 1);
      else if (piece >= ' ') this.put(piece);
    }
  }

  private to(row: number, column: number): void {
    this.row = Math.max(0, row);
    this.column = Math.max(0, column);
    while (this.lines.length <= this.row) this.lines.push([]);
  }

  private put(letter: string): void {
    if (this.column === COLUMNS) this.to(this.row + 1, 0);
    const line = this.lines[this.row] ?? [];
    while (line.length < this.column) line.push({ ...PLAIN, letter: ' ' });
    line[this.column++] = { ...this.look, letter };
  }

  private control(act: string, values: string): void {
    const count = Math.max(1, Number(values.split(';')[0]) || 1);
    if (act === 'A') this.to(this.row - count, this.column);
    else if (act === 'B') this.to(this.row + count, this.column);
    else if (act === 'C') this.to(this.row, this.column + count);
    else if (act === 'D') this.to(this.row, this.column - count);
    else if (act === 'G') this.to(this.row, count - 1);
    else if (act === 'K') this.erase(Number(values) || 0);
    else if (act === 'J') this.lines.splice(this.row + 1);
    else if (act === 'm') for (const each of values.split(';')) this.paint(Number(each));
  }

  private erase(which: number): void {
    const line = this.lines[this.row] ?? [];
    if (which === 2) line.splice(0);
    else if (which === 0) line.splice(this.column);
  }

  private paint(value: number): void {
    if (value === 0) this.look = PLAIN;
    else if (value === 1) this.look = { ...this.look, bold: true };
    else if (value === 2) this.look = { ...this.look, dim: true };
    else if (value === 22) this.look = { ...this.look, bold: false, dim: false };
    else if (value >= 30 && value <= 37) this.look = { ...this.look, colour: value - 30 };
    else if (value === 39) this.look = { ...this.look, colour: undefined };
    else if (value >= 90 && value <= 97) this.look = { ...this.look, dim: true };
  }
}

/** Pixels of a letter and of a line, and around the text. */
const [LETTER, LINE, EDGE, BAR] = [8.43, 20, 18, 34];

function spansOf(line: readonly Cell[]): string {
  const spans: { look: string; text: string }[] = [];
  for (const { letter, bold, dim, colour } of line) {
    const look = [bold ? 'b' : '', dim ? 'd' : '', colour === undefined ? '' : `c${colour}`]
      .filter(Boolean)
      .join(' ');
    const last = spans.at(-1);
    if (last?.look === look) last.text += letter;
    else spans.push({ look, text: letter });
  }
  return spans
    .map(({ look, text }) =>
      look === '' ? escaped(text) : `<tspan class="${look}">${escaped(text)}</tspan>`,
    )
    .join('');
}

const STYLE = `
text { font: 14px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1b2530; white-space: pre; }
.back { fill: #fbfcfd; stroke: #d0d8e0; } .dot { fill: #d0d8e0; }
.b { font-weight: 700; } .d { fill: #5b6875; }
.c1 { fill: #a3141d; } .c2 { fill: #0a6b3b; } .c3 { fill: #7a4b00; } .c4 { fill: #0b5fd0; } .c5 { fill: #7a2fb0; } .c6 { fill: #04667a; }
@media (prefers-color-scheme: dark) {
text { fill: #e2e8ee; }
.back { fill: #11171e; stroke: #2d3843; } .dot { fill: #3a4652; } .d { fill: #9aa7b4; }
.c1 { fill: #ff9b9d; } .c2 { fill: #7fdca6; } .c3 { fill: #f5c667; } .c4 { fill: #6cabff; } .c5 { fill: #d3a6ff; } .c6 { fill: #7fd7e8; }
}
`;

/** Draws what stands in a terminal as text that can be selected, for light and dark pages. */
export function terminalSvg(title: string, { lines }: Terminal): string {
  const shown = [...lines];
  while (shown.length > 0 && (shown.at(-1) ?? []).every(({ letter }) => letter === ' ')) shown.pop();
  const columns = Math.max(...shown.map(line => line.length));
  const width = Math.ceil(columns * LETTER + 2 * EDGE);
  const height = BAR + shown.length * LINE + EDGE;
  const texts = shown.map(
    (line, row) =>
      `<text x="${EDGE}" y="${BAR + row * LINE + 14}" textLength="${Math.max(1, Math.round(line.length * LETTER))}" xml:space="preserve">${spansOf(line)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${escaped(title)}</title>
<style>${STYLE}</style>
<rect class="back" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>
${[0, 1, 2].map(nth => `<circle class="dot" cx="${EDGE + 4 + nth * 16}" cy="16" r="5"/>`).join('')}
${texts.filter((_, row) => (shown[row] ?? []).length > 0).join('\n')}
</svg>
`;
}
