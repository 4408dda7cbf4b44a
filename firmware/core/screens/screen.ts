import { type Display, INK_ACCENT, INK_PLAIN, INK_WARNING } from '../base/ports.ts';
import { NEXT } from '../base/texts.ts';
import { CELL_HEIGHT, CELL_WIDTH, centred, grouped, line, paragraph, right, unit } from './text.ts';
import type { View } from './views.ts';
import * as layouts from './views.ts';

/** Draws a view. The same view always gives the same pixels. False if the display did not answer. */
export function draw(view: View, display: Display): boolean {
  const layout = view.layout;
  display.power(layout !== layouts.LAYOUT_NONE);
  display.clear();
  const u = unit(display);
  // Where the hint begins: on the last line, or on the line above it.
  const bottom = display.height - (view.hint.length * CELL_WIDTH * u > display.width ? 17 : CELL_HEIGHT) * u;
  if (layout === layouts.LAYOUT_LIST) list(view, display, u, bottom);
  else if (layout === layouts.LAYOUT_CODE) code(view, display, u, bottom);
  else if (layout === layouts.LAYOUT_PAIRING) pairing(view, display, u);
  else if (layout === layouts.LAYOUT_ASK) ask(view, display, u, bottom);
  else if (layout === layouts.LAYOUT_ENTRY) entry(view, display, u, bottom);
  else if (layout !== layouts.LAYOUT_NONE) message(view, display, u);
  display.ink(INK_PLAIN);
  paragraph(display, bottom, u, view.hint, display.height);
  return display.show();
}

/** A whole name in small letters says more than half of it in large ones. */
function headline(display: Display, u: number, text: string): number {
  const size = text.length * CELL_WIDTH * (u + 1) > display.width ? u : u + 1;
  return paragraph(display, 0, size, text, 20 * u);
}

function message(view: View, display: Display, u: number): void {
  if (view.layout === layouts.LAYOUT_WARNING) display.ink(INK_WARNING);
  headline(display, u, view.title);
  display.ink(INK_PLAIN);
  // A word or two can be read at arm's length; without a headline there is more space.
  const size = view.detail.length > 20 ? u : u + 1;
  paragraph(display, view.title === '' ? 0 : 22 * u, size, view.detail, display.height);
}

function list(view: View, display: Display, u: number, bottom: number): void {
  headline(display, u, view.title);
  // Values of settings are short.
  const size = view.count || view.detail.length > 10 ? u : u + 1;
  paragraph(display, 22 * u, size, view.detail, bottom);
  const above = bottom - 11 * u;
  if (view.count > 1) right(display, above, u, `${view.place + 1}/${view.count}`);
  display.ink(INK_WARNING);
  display.text(0, above, u, view.note);
}

function code(view: View, display: Display, u: number, bottom: number): void {
  line(display, 0, u, view.title);
  line(display, 10 * u, u, view.detail);
  display.ink(INK_WARNING);
  line(display, 18 * u, u, view.note);
  display.ink(INK_ACCENT);
  const text = grouped(view.large);
  let size = u + 2;
  while (size > 2 && text.length * CELL_WIDTH * size > display.width) size--;
  // In the middle of the remaining space, for any size.
  const y = ((18 * u + bottom + 2) >> 1) - 4 * size;
  if (text.length * CELL_WIDTH * size <= display.width) centred(display, y, size, text);
  else {
    // With ten digits only half a space fits between the groups.
    display.text(0, y, size, text.slice(0, 5));
    right(display, y, size, text.slice(6));
  }
  if (view.period > 0) {
    // The bar shrinks with the time, and the number says the same for people who cannot see the bar shrink.
    const room = display.width - 5 * CELL_WIDTH * u;
    // The next passcode replaces the bar, or stands above it if it fits.
    if (view.next !== '') display.text(0, bottom - 20 * (u - 1), u, NEXT + grouped(view.next));
    if (view.next === '' || u > 1) {
      display.fill(0, bottom + 1, Math.floor((room * view.secondsLeft) / view.period), 6 * u);
    }
    right(display, bottom, u, `${view.secondsLeft}s`);
  }
}

/** Draws six groups of three on three lines, for reading aloud or typing. */
function pairing(view: View, display: Display, u: number): void {
  line(display, 0, u, view.title);
  right(display, 0, u, `${view.secondsLeft}s`);
  display.ink(INK_ACCENT);
  for (let i = 0; i < 3; i++) {
    centred(display, (11 + i * 18) * u, u + 1, grouped(view.large.slice(i * 6, i * 6 + 6)));
  }
}

/** Draws the names, and below them the number to compare, larger than anything else. */
function ask(view: View, display: Display, u: number, bottom: number): void {
  if (view.large === '') {
    const under = paragraph(display, 0, u + 1, view.title, bottom);
    paragraph(display, under, u, view.detail, bottom);
    return;
  }
  const y = bottom - CELL_HEIGHT * (u + 2) - 2;
  const under = headline(display, u, view.title);
  paragraph(display, under, u, view.detail, y);
  display.ink(INK_ACCENT);
  centred(display, y, u + 2, view.large);
}

/** Draws the entered text, or its end if it is long, the wheel, and how to leave it. */
function entry(view: View, display: Display, u: number, bottom: number): void {
  line(display, 0, u, view.title);
  const fits = Math.floor(display.width / (CELL_WIDTH * u));
  const from = Math.max(0, view.detail.length - fits);
  display.text(0, 12 * u, u, view.detail.slice(from));
  paragraph(display, 47 * u, u, view.note, bottom);
  display.ink(INK_ACCENT);
  centred(display, 25 * u, u + 2, view.large);
}
