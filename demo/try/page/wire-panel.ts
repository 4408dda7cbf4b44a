import { TraceDecoder, type TraceItem } from '@passfob/protocol/trace/decode';
import type { TraceWay } from '@passfob/protocol/trace/records';
import { messageText } from '@passfob/protocol/trace/text';
import { hostPrimitives } from 'passfob/client';
import type { WorkerPort } from '../fob/port.ts';
import { WIRE_ROWS_MAX } from '../limits.ts';
import { make, makeButton } from './dom.ts';
import type { PageTime } from './page-time.ts';
import { texts } from './texts.ts';
import { frameText } from './wire-texts.ts';

/** One line of the view; repeated ones are counted instead. */
interface WireRow {
  readonly way: TraceWay;
  readonly said: string;
  readonly inside: string;
}

/**
 * Returns the port with all its bytes observed, and the view that explains them.
 * @param keys with which sealed frames are opened; they may be added later
 */
export function observeWire(
  port: WorkerPort,
  time: PageTime,
  keys: readonly Uint8Array[],
): { port: WorkerPort; element: HTMLElement } {
  const list = make('ol', { class: 'wire', tabindex: 0, 'aria-label': texts.wire.heading });
  const empty = make('p', { class: 'hint' }, texts.wire.empty);
  let last: WireRow | undefined;
  let repeats = 1;
  const add = (row: WireRow) => {
    empty.hidden = true;
    const first = list.firstElementChild;
    if (first !== null && last?.said === row.said && last.inside === row.inside && last.way === row.way) {
      repeats++;
      first.setAttribute('data-times', `×${repeats}`);
      return;
    }
    repeats = 1;
    last = row;
    list.prepend(rowElement(row));
    while (list.children.length > WIRE_ROWS_MAX) list.lastElementChild?.remove();
  };
  const decoder = new TraceDecoder({ keys, primitives: hostPrimitives, showsSecrets: false });
  const record = (way: TraceWay, bytes: Uint8Array) => {
    const items = decoder.take({ kind: 'bytes', atUs: time.now() * 1000, port: 'wire', way, bytes });
    for (const item of items) {
      const row = rowOf(item);
      if (row !== undefined) add(row);
    }
  };
  port.listen(message => {
    if (message.tell === 'bytes') record('out', message.bytes);
  });
  const clear = makeButton(texts.wire.clear, () => {
    list.replaceChildren();
    empty.hidden = false;
    last = undefined;
  });
  return {
    port: {
      ...port,
      send(message) {
        if (message.do === 'bytes') record('in', message.bytes);
        port.send(message);
      },
    },
    element: make(
      'details',
      { class: 'traffic' },
      make('summary', {}, texts.wire.heading),
      make('p', { class: 'hint' }, texts.wire.explained),
      empty,
      list,
      clear,
    ),
  };
}

function rowElement({ way, said, inside }: WireRow): HTMLElement {
  const arrow = way === 'in' ? texts.wire.toFob : texts.wire.fromFob;
  return make(
    'li',
    { class: way },
    make('span', { class: 'way' }, arrow),
    make('span', {}, said),
    make('code', {}, inside),
  );
}

/** Returns the line of an item; undefined for the answers to packets, of which each frame has some. */
function rowOf({ way, is }: TraceItem): WireRow | undefined {
  if (way === undefined || is.kind === 'answer') return undefined;
  const said = frameText(is);
  if (is.kind === 'frame') return { way, said, inside: messageText(is) };
  if (is.kind === 'sealed')
    return { way, said, inside: is.opened === undefined ? '' : messageText(is.opened) };
  return { way, said, inside: is.kind === 'noise' ? is.text : '' };
}
