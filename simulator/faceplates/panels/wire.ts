import { panelTexts as texts } from '../texts.ts';
import { actButton, actForm, actSwitch, submit, table, timeText } from './parts.ts';
import { type Piece, piece } from './pieces.ts';
import type { PanelState, WireLine } from './state.ts';

/** Kinds of lines that are frames, whole or broken. */
const FRAMES: readonly string[] = ['frame', 'sealed', 'broken'];

function mark({ kind, opened }: WireLine): Piece | undefined {
  if (kind !== 'sealed') return undefined;
  return piece('span', { class: opened ? 'mark opened' : 'mark' }, opened ? texts.opened : texts.sealed);
}

function lineRow(line: WireLine): Piece {
  const { atMs, way, port, text, number, kind } = line;
  return piece(
    'tr',
    // A frame that is opened later has the same number and another text.
    { key: `${number} ${kind} ${text}`, 'data-kind': kind },
    piece('td', {}, timeText(atMs)),
    piece('td', {}, way === null ? texts.event : texts.ways[way]),
    piece('td', {}, port ?? ''),
    piece('td', { class: 'content' }, mark(line), piece('code', {}, text)),
  );
}

/** The frames and events at the ports of the fob, decoded, newest first. */
export function wireView(state: PanelState): readonly Piece[] {
  const { lines, stopped, framesOnly, lost, hasKey } = state;
  const shown = (stopped ?? lines).filter(({ kind }) => !framesOnly || FRAMES.includes(kind));
  const columns = [texts.time, texts.way, texts.port, texts.content];
  return [
    piece(
      'div',
      { class: 'row' },
      stopped === undefined ? actButton('stopWire', texts.stop) : actButton('runWire', texts.go),
      actButton('clearWire', texts.clear),
      actButton('saveTrace', texts.saveTrace),
      actSwitch('framesOnly', texts.framesOnly, framesOnly, String(!framesOnly)),
    ),
    shown.length === 0
      ? piece('p', {}, texts.nothingYet)
      : table(texts.wireLines, columns, [...shown].reverse().map(lineRow), { isLong: true }),
    lost > 0 ? piece('p', { class: 'warning' }, texts.lostLines(lost)) : undefined,
    actForm(
      'traceKey',
      piece(
        'label',
        { class: 'field wide' },
        texts.keyLabel,
        piece('input', {
          type: 'password',
          name: 'key',
          autocomplete: 'off',
          spellcheck: 'false',
          pattern: '[0-9a-fA-F]{64}',
          required: true,
          'aria-describedby': 'key-hint',
        }),
      ),
      submit(texts.openFrames),
      hasKey ? actButton('forgetKey', texts.forgetKey) : undefined,
    ),
    piece('p', { class: 'hint', id: 'key-hint' }, texts.keyHint),
  ].filter(each => each !== undefined);
}
