import { PART_NAMES } from '../../base/boards-and-parts.ts';
import {
  MAX_ADVANCE_MS,
  MAX_CRYPTO_CALLS_AHEAD,
  MAX_OPERATIONS_AHEAD,
  MAX_SUPPLY_MILLIVOLTS,
} from '../control/limits.ts';
import { MAX_PLAN_CHARS } from '../limits.ts';
import { panelTexts as texts } from '../texts.ts';
import { actButton, actForm, actSwitch, numberField, submit, utcText } from './parts.ts';
import { type Piece, piece } from './pieces.ts';
import type { Inside, PanelState } from './state.ts';

/** Steps of time for one click. */
const STEPS = [
  [texts.second, 1_000],
  [texts.step, 30_000],
  [texts.day, 86_400_000],
] as const;

function clockView({ clock, now }: Inside): readonly Piece[] {
  if (clock === 'real') return [piece('h3', {}, texts.now), piece('p', {}, texts.clockIsReal)];
  return [
    piece('h3', {}, texts.now),
    piece('p', {}, utcText(now)),
    piece(
      'div',
      { class: 'row' },
      ...STEPS.map(([text, ms]) => actButton('advance', text, { value: String(ms) })),
    ),
    actForm('advance', numberField('ms', texts.moveBy, 0, MAX_ADVANCE_MS, 250), submit(texts.moveTime)),
  ];
}

function powerView({ powered, plugged, supplyMillivolts }: Inside): readonly Piece[] {
  return [
    piece('h3', {}, texts.powered),
    actForm(
      'cutPowerAtOperation',
      numberField('n', texts.cutIn, 1, MAX_OPERATIONS_AHEAD, 1),
      submit(texts.cut),
    ),
    piece(
      'div',
      { class: 'row' },
      actSwitch('setUsb', texts.usb, plugged, String(!plugged)),
      actButton('loseTime', texts.losesTime, { disabled: powered }),
    ),
    piece('p', { class: 'hint' }, texts.losesTimeHint),
    actForm(
      'setSupply',
      numberField('millivolts', texts.supplyLabel, 0, MAX_SUPPLY_MILLIVOLTS, supplyMillivolts),
      submit(texts.setSupply),
    ),
  ];
}

function busView({ parts }: Inside): readonly Piece[] {
  if (parts === null) return [];
  return [
    piece('h3', {}, texts.parts),
    piece(
      'div',
      { class: 'row' },
      ...PART_NAMES.map(part =>
        actSwitch('setPart', texts.partNames[part], parts[part], `${part} ${!parts[part]}`),
      ),
    ),
  ];
}

function faultsView(): readonly Piece[] {
  return [
    piece('h3', {}, texts.faults),
    actForm(
      'faults',
      piece(
        'label',
        { class: 'field wide' },
        texts.faultsLabel,
        piece('input', {
          type: 'text',
          name: 'set',
          autocomplete: 'off',
          spellcheck: 'false',
          maxlength: MAX_PLAN_CHARS,
          'aria-describedby': 'fault-hint',
        }),
      ),
      submit(texts.setFaults),
    ),
    piece('p', { class: 'hint', id: 'fault-hint' }, texts.faultHint),
  ];
}

/** Power, clock, parts and faults of the fob. The power switch itself is beside the fob. */
export function controlsView({ inside }: PanelState): readonly Piece[] {
  if (inside === undefined) return [piece('p', {}, texts.nothingYet)];
  return [
    ...clockView(inside),
    ...powerView(inside),
    ...busView(inside),
    ...faultsView(),
    piece('h3', {}, texts.crypto),
    actForm(
      'failCrypto',
      numberField('times', texts.cryptoLabel, 1, MAX_CRYPTO_CALLS_AHEAD, 1),
      submit(texts.failCrypto),
    ),
  ];
}
