import { panelTexts as texts } from '../texts.ts';
import { actButton } from './parts.ts';
import { type Piece, piece } from './pieces.ts';
import type { PanelState, Replayed } from './state.ts';

/** Returns a drawing's path of the lit pixels: one stroke for each run in a row. */
export function litPath(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) => [...row.matchAll(/#+/g)].map(run => `M${run.index} ${y + 0.5}h${run[0].length}`))
    .join('');
}

function replayView(replayed: Replayed): readonly Piece[] {
  const { input, inputs, last, atMs, on, powered, text, bitmap } = replayed;
  const isLit = on && powered;
  return [
    piece('p', {}, texts.replayAt(input, inputs, last, atMs)),
    piece(
      'svg',
      {
        class: 'glassy',
        viewBox: `0 0 ${bitmap.width} ${bitmap.height}`,
        role: 'img',
        'aria-label': texts.replayScreen,
      },
      piece('path', { d: isLit ? litPath(bitmap.rows) : '' }),
    ),
    piece('pre', { class: 'words' }, isLit ? text.join('\n') : texts.off),
    piece(
      'div',
      { class: 'row' },
      actButton('replayTo', texts.first, { value: '0', disabled: input === 0 }),
      actButton('replayTo', texts.back, { value: String(input - 1), disabled: input === 0 }),
      actButton('replayTo', texts.next, { value: String(input + 1), disabled: input >= inputs }),
      actButton('replayTo', texts.end, { value: String(inputs), disabled: input >= inputs }),
      actButton('replayEnd', texts.endReplay),
    ),
  ];
}

/** The recording of this fob, and the replay of one. */
export function recordingView({ inside, replayed }: PanelState): readonly Piece[] {
  const recording = inside?.recording;
  const why = recording?.unrepeatable;
  return [
    ...(inside === undefined
      ? [piece('p', {}, texts.nothingYet)]
      : [
          piece('p', {}, recording ? texts.recorded(recording.inputs) : texts.notRecorded),
          ...(why ? [piece('p', { class: 'warning' }, texts.unrepeatable[why] ?? why)] : []),
        ]),
    piece('p', { class: 'hint' }, texts.secretHint),
    piece(
      'div',
      { class: 'row' },
      actButton('saveRecording', texts.saveRecording, { disabled: !recording }),
      piece(
        'label',
        { class: 'act file' },
        texts.loadRecording,
        piece('input', {
          type: 'file',
          class: 'unseen',
          'data-act': 'loadRecording',
          'aria-describedby': 'load-hint',
        }),
      ),
    ),
    piece('p', { class: 'hint', id: 'load-hint' }, texts.loadHint),
    ...(replayed === undefined ? [] : replayView(replayed)),
  ];
}
