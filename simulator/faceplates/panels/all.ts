import { panelTexts as texts } from '../texts.ts';
import { controlsView } from './controls.ts';
import { inUseView } from './in-use.ts';
import { memoriesView } from './memories.ts';
import { type Piece, piece } from './pieces.ts';
import { recordingView } from './recording.ts';
import type { PanelState } from './state.ts';
import { wireView } from './wire.ts';

const VIEWS = {
  wire: wireView,
  memories: memoriesView,
  inUse: inUseView,
  controls: controlsView,
  recording: recordingView,
} as const;

export type PanelName = keyof typeof VIEWS;

/** Every panel, folded at first, and the outcome of the last act, which a screen reader reads out. */
export function panelPieces(state: PanelState): readonly Piece[] {
  const panels = Object.entries(VIEWS).map(([name, view]) =>
    piece(
      'details',
      { class: 'panel', 'data-panel': name },
      piece('summary', {}, piece('h2', {}, texts[name as PanelName])),
      piece('div', { class: 'inside' }, ...view(state)),
    ),
  );
  return [...panels, piece('p', { class: 'note', role: 'status' }, state.note)];
}
