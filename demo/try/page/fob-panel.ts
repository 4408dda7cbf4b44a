import type { LastingFault, SingleFault, TryBoard } from '../fob/messages.ts';
import type { WorkerPort } from '../fob/port.ts';
import { makeDisplay } from './display.ts';
import { freshId, make, makeButton, makeSwitch, say } from './dom.ts';
import { makeKey } from './keys.ts';
import { spanText, texts } from './texts.ts';

/** A fob on the page: its case with display and keys, and below it power and faults. */
export interface FobPanel {
  readonly element: HTMLElement;
  /** The small copy of its display. */
  readonly copy: HTMLElement;
  /** Resolves when the fob has started and shows something. */
  readonly ready: Promise<void>;
}

/** Shows the fob behind a port. */
export function makeFobPanel(port: WorkerPort, board: TryBoard): FobPanel {
  const { glass, copy, asText, show } = makeDisplay();
  const hint = make('p', { class: 'hint', id: freshId('hint') }, texts.fob.keyHint);
  const keys = make('div', { class: 'keys' });
  const state = make('p', { class: 'state', role: 'status' }, texts.fob.starting);
  const power = makeSwitch(texts.fob.power, true, on => port.send({ do: 'power', on }));
  const element = make(
    'div',
    { class: 'fob' },
    make(
      'div',
      { class: `case ${board}` },
      glass,
      make('p', { class: 'brand', 'aria-hidden': 'true' }, 'passfob'),
      keys,
    ),
    make('div', { class: 'desk' }, power, state, hint, asText, faults(port, state)),
  );
  const ready = new Promise<void>(resolve => {
    port.listen(message => {
      if (message.tell === 'ready') {
        for (let key = 0; key < message.keys; key++)
          keys.append(makeKey(key, message.keys, hint.id, down => port.send({ do: 'key', key, down })));
        say(state, '');
      } else if (message.tell === 'screen') {
        show(message.screen);
        power.setAttribute('aria-checked', String(message.screen.powered));
        resolve();
      } else if (message.tell === 'time')
        say(state, message.behindMs > 0 ? texts.fob.travelling(spanText(message.behindMs)) : '');
      else if (message.tell === 'failed') say(state, texts.fob.failed(message.why));
    });
  });
  return { element, copy, ready };
}

/** Makes the switches of faults that last, and the buttons of those that happen once. */
function faults(port: WorkerPort, state: HTMLElement): HTMLElement {
  const lasting = Object.entries(texts.lastingFaults) as [LastingFault, string][];
  const single = Object.entries(texts.singleFaults) as [SingleFault, string][];
  return make(
    'details',
    {},
    make('summary', {}, texts.fob.faults),
    ...lasting.map(([fault, text]) => makeSwitch(text, false, on => port.send({ do: 'fault', fault, on }))),
    ...single.map(([fault, text]) =>
      makeButton(text, () => {
        port.send({ do: 'fault', fault });
        say(state, texts.faultSet[fault]);
      }),
    ),
  );
}
