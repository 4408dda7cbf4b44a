import { panelTexts as texts } from '../texts.ts';
import { actButton, amount } from './parts.ts';
import { type Piece, piece } from './pieces.ts';
import type { Inside, MeasuredImage, PanelState } from './state.ts';

function figures(inside: Inside): readonly (readonly [string, string])[] {
  const { powered, sleeping, image, storage, timers, watches, violations } = inside;
  const sum = (pick: 'fileBytes' | 'deletedBytes' | 'freeBytes') =>
    storage.pages.reduce((total, page) => total + page[pick], 0);
  const nextMs = timers.length === 0 ? undefined : Math.min(...timers.map(({ dueMs }) => dueMs));
  const power = sleeping ? texts.asleep : texts.on;
  return [
    [texts.powered, powered ? power : texts.off],
    [texts.image, image || texts.noImage],
    [texts.storageUsed, texts.storageUse(sum('fileBytes'), sum('deletedBytes'), sum('freeBytes'))],
    [texts.timers, texts.timerUse(timers.length, nextMs)],
    [texts.watches, watches.join(', ') || texts.noWatches],
    [texts.operations, amount(inside.operations)],
    [texts.transfers, amount(inside.transfers)],
    [texts.cryptoCalls, amount(inside.cryptoCalls)],
    [texts.violations, violations.join('; ') || texts.noViolations],
    [texts.consoleText, texts.consoleUse(inside.consoleChars)],
  ];
}

/** What the real interpreter needed for this image, as measured there. */
function measuredText({ board, image }: Inside, measured: readonly MeasuredImage[]): string {
  const found = measured.find(each => each.board === board);
  if (found === undefined) return texts.neverMeasured;
  const figure = {
    boot: found.variablesAfterBoot,
    accounts: found.variablesWith32Accounts,
    peak: found.variablesPeak,
    interpreter: found.interpreter,
  };
  return found.image === image ? texts.measured(figure) : texts.measuredOther(figure, found.image);
}

/** What the image uses of its board, as far as the simulator knows, and what the real interpreter needed for it. */
export function inUseView({ inside, measured, console }: PanelState): readonly Piece[] {
  if (inside === undefined) return [piece('p', {}, texts.nothingYet)];
  const rows = figures(inside).flatMap(([name, value]) => [piece('dt', {}, name), piece('dd', {}, value)]);
  return [
    piece('dl', {}, ...rows),
    piece('div', { class: 'row' }, actButton('console', texts.showConsole)),
    ...(console === undefined
      ? []
      : [
          piece(
            'pre',
            { class: 'console', tabindex: 0, role: 'region', 'aria-label': texts.consoleText },
            console || texts.consoleUse(0),
          ),
        ]),
    piece('h3', {}, texts.variables),
    piece('p', {}, texts.noVariables),
    piece('p', {}, measuredText(inside, measured)),
  ];
}
