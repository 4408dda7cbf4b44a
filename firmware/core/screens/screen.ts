import type { Display } from '../ports.ts';
import { CELL_HEIGHT, CELL_WIDTH, centred, grouped, line, paragraph, right } from './text.ts';
import { VIEW_ASK, VIEW_CODE, VIEW_LIST, VIEW_MESSAGE, VIEW_OFF, VIEW_PAIRING, type View } from './view.ts';

/** Draws a view: the same view, the same pixels. */
export function draw(view: View, display: Display): void {
  const kind = view.kind;
  display.power(kind !== VIEW_OFF);
  display.clear();
  // Where the last line of small letters begins.
  const bottom = display.height - CELL_HEIGHT;
  if (kind === VIEW_MESSAGE) message(view, display);
  else if (kind === VIEW_LIST) list(view, display, bottom);
  else if (kind === VIEW_CODE) code(view, display, bottom);
  else if (kind === VIEW_PAIRING) pairing(view, display);
  else if (kind === VIEW_ASK) {
    const under = paragraph(display, 0, 2, view.title, bottom);
    paragraph(display, under, 1, view.detail, bottom);
  }
  // The time that a passcode has left stands where others have their hint.
  if (kind !== VIEW_CODE || view.period === 0) display.text(0, bottom, 1, view.hint);
  display.show();
}

function message(view: View, display: Display): void {
  line(display, 0, 2, view.title);
  // A word or two can be read at arm's length.
  paragraph(display, 22, view.detail.length > 20 ? 1 : 2, view.detail, display.height);
}

function list(view: View, display: Display, bottom: number): void {
  // A whole name in small letters tells more than half of it in large ones.
  line(display, 0, view.title.length > 10 ? 1 : 2, view.title);
  paragraph(display, 22, 1, view.detail, bottom);
  if (view.count > 1) right(display, bottom, `${view.place}/${view.count}`);
}

function code(view: View, display: Display, bottom: number): void {
  line(display, 0, 1, view.title);
  line(display, 10, 1, view.detail);
  const text = grouped(view.code);
  const size = text.length * CELL_WIDTH * 3 > display.width ? 2 : 3;
  // In the middle of what is left, whatever the size.
  centred(display, 38 - 4 * size, size, text);
  if (view.period > 0) {
    // The bar shrinks with the time, and the number says the same for those who cannot see it shrink.
    const room = display.width - 4 * CELL_WIDTH;
    display.fill(0, bottom + 1, Math.floor((room * view.secondsLeft) / view.period), 6);
    right(display, bottom, `${view.secondsLeft}s`);
  }
}

/** Six groups of three over three lines, to be read to someone or typed. */
function pairing(view: View, display: Display): void {
  line(display, 0, 1, view.title);
  right(display, 0, `${view.secondsLeft}s`);
  for (let i = 0; i < 3; i++) {
    centred(display, 11 + i * 18, 2, grouped(view.code.substring(i * 6, i * 6 + 6)));
  }
}
