import type { Display } from '../ports.ts';
import { CELL_HEIGHT, CELL_WIDTH, centred, grouped, line, paragraph } from './text.ts';
import { VIEW_ASK, VIEW_CODE, VIEW_LIST, VIEW_MESSAGE, VIEW_OFF, VIEW_PAIRING, type View } from './view.ts';

/** Draws a view: the same view, the same pixels. */
export function draw(view: View, display: Display): void {
  display.power(view.kind !== VIEW_OFF);
  display.clear();
  switch (view.kind) {
    case VIEW_MESSAGE:
      message(view, display);
      break;
    case VIEW_LIST:
      list(view, display);
      break;
    case VIEW_CODE:
      code(view, display);
      break;
    case VIEW_PAIRING:
      pairing(view, display);
      break;
    case VIEW_ASK:
      ask(view, display);
      break;
  }
  display.show();
}

function bottom(display: Display): number {
  return display.height - CELL_HEIGHT;
}

function message(view: View, display: Display): void {
  line(display, 0, 2, view.title);
  paragraph(display, 22, view.detail);
}

function list(view: View, display: Display): void {
  line(display, 0, 2, view.title);
  line(display, 22, 1, view.detail);
  display.text(0, bottom(display), 1, view.hint);
  if (view.count > 1) {
    const place = `${view.place}/${view.count}`;
    display.text(display.width - place.length * CELL_WIDTH, bottom(display), 1, place);
  }
}

function code(view: View, display: Display): void {
  line(display, 0, 1, view.title);
  line(display, 10, 1, view.detail);
  const text = grouped(view.code);
  const size = text.length * CELL_WIDTH * 3 > display.width ? 2 : 3;
  centred(display, 24, size, text);
  if (view.period > 0) {
    // The bar shrinks with the time, and the number says the same for those who cannot see it shrink.
    const left = `${view.secondsLeft}s`;
    const room = display.width - 4 * CELL_WIDTH;
    display.fill(0, bottom(display) + 1, Math.floor((room * view.secondsLeft) / view.period), 6);
    display.text(display.width - left.length * CELL_WIDTH, bottom(display), 1, left);
  } else display.text(0, bottom(display), 1, view.hint);
}

/** Six groups of three over three lines, to be read to someone or typed. */
function pairing(view: View, display: Display): void {
  line(display, 0, 1, view.title);
  const left = `${view.secondsLeft}s`;
  display.text(display.width - left.length * CELL_WIDTH, 0, 1, left);
  for (let i = 0; i < 3; i++) {
    const from = i * 6;
    const groups = `${view.code.substring(from, from + 3)} ${view.code.substring(from + 3, from + 6)}`;
    centred(display, 11 + i * 18, 2, groups);
  }
}

function ask(view: View, display: Display): void {
  line(display, 0, 1, view.title);
  paragraph(display, 18, view.detail);
  line(display, bottom(display), 1, view.hint);
}
