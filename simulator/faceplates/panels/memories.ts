import { MAX_NAMED_PAGES, MAX_SHOWN_FILES, MAX_SHOWN_PAGES, MAX_SHOWN_WRITES } from '../limits.ts';
import { panelTexts as texts } from '../texts.ts';
import { amount, row, table, timeText } from './parts.ts';
import { type Piece, piece } from './pieces.ts';
import type { Inside, InsidePage, InsideWrite, PanelState } from './state.ts';

/** Sizes of the drawings, in units of their own. */
const BAR = { width: 400, height: 14, gap: 4 };
const CELL = { side: 12, gap: 2, columns: 32 };
const SHADES = 4;

const isEmpty = ({ fileBytes, deletedBytes, erases }: InsidePage) => fileBytes + deletedBytes + erases === 0;

/** Draws a bar for each page: files, then deleted files; the rest is free. */
function storagePicture(
  pages: readonly (readonly [number, InsidePage])[],
  pageBytes: number,
  latest: number,
): Piece {
  const bars = pages.flatMap(([page, { fileBytes, deletedBytes }], index) => {
    const y = index * (BAR.height + BAR.gap);
    const width = (bytes: number) => ((bytes / pageBytes) * BAR.width).toFixed(1);
    const rect = (kind: string, x: string, wide: string) =>
      piece('rect', { key: `${page} ${kind}`, class: kind, x, y, width: wide, height: BAR.height });
    return [
      rect(page === latest ? 'free latest' : 'free', '0', String(BAR.width)),
      rect('files', '0', width(fileBytes)),
      rect('deleted', width(fileBytes), width(deletedBytes)),
    ];
  });
  const height = Math.max(1, pages.length) * (BAR.height + BAR.gap);
  return piece(
    'svg',
    { class: 'map', viewBox: `0 0 ${BAR.width} ${height}`, 'aria-hidden': 'true' },
    ...bars,
  );
}

/** The page of the latest write to a memory; -1 if there was none. */
function latestPage(written: readonly InsideWrite[], memory: string, pageBytes: number): number {
  const latest = written.filter(each => each.memory === memory).at(-1);
  return latest === undefined ? -1 : Math.floor(latest.at / pageBytes);
}

function storageView({ storage, written }: Inside): readonly Piece[] {
  const { pageBytes, pages, files } = storage;
  const used = pages.map((page, number) => [number, page] as const).filter(([, page]) => !isEmpty(page));
  const shown = used.slice(0, MAX_SHOWN_PAGES);
  const latest = latestPage(written, 'flash', pageBytes);
  const rows = shown.map(([number, { fileBytes, deletedBytes, freeBytes, erases }]) =>
    row(
      number,
      number === latest ? `${number} (${texts.latest})` : String(number),
      amount(fileBytes),
      amount(deletedBytes),
      amount(freeBytes),
      texts.erasedTimes(erases),
    ),
  );
  const columns = [texts.page, texts.files, texts.deleted, texts.free, texts.erased];
  const fileRows = files
    .slice(0, MAX_SHOWN_FILES)
    .map(({ name, bytes, at, isDeleted }) =>
      row(at, piece('code', {}, name), amount(bytes), amount(at), isDeleted ? texts.deleted : texts.live),
    );
  return [
    piece('h3', {}, texts.storage(pages.length, pageBytes)),
    storagePicture(shown, pageBytes, latest),
    table(texts.storagePicture, columns, rows),
    ...(shown.length < pages.length
      ? [piece('p', { class: 'hint' }, texts.emptyPages(pages.length - shown.length))]
      : []),
    piece(
      'details',
      { class: 'inner' },
      piece('summary', {}, texts.fileList(files.length)),
      table(texts.fileList(files.length), [texts.file, texts.bytes, texts.from, texts.state], fileRows, {
        isLong: true,
      }),
    ),
  ];
}

/** The shade of a page: 0 never written, then by its share of the most written one. */
function shadeOf(writes: number, most: number): number {
  return writes === 0 ? 0 : Math.max(1, Math.ceil((writes / most) * SHADES));
}

function eepromView({ eeprom, written }: Inside): readonly Piece[] {
  if (eeprom === null) return [piece('p', {}, texts.noEeprom)];
  const { name, writes, pageBytes } = eeprom;
  const most = Math.max(...writes);
  const latest = latestPage(written, 'eeprom', pageBytes);
  const step = CELL.side + CELL.gap;
  const cells = writes.map((count, page) =>
    piece('rect', {
      key: page,
      class: `shade${shadeOf(count, most)}${page === latest ? ' latest' : ''}`,
      x: (page % CELL.columns) * step,
      y: Math.floor(page / CELL.columns) * step,
      width: CELL.side,
      height: CELL.side,
    }),
  );
  const rows = Math.ceil(writes.length / CELL.columns);
  const named = writes
    .map((count, page) => [page, count] as const)
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .slice(0, MAX_NAMED_PAGES);
  const untouched = writes.filter(count => count === 0).length;
  return [
    piece('h3', {}, texts.eeprom(name, writes.length)),
    piece(
      'svg',
      { class: 'map', viewBox: `0 0 ${CELL.columns * step} ${rows * step}`, 'aria-hidden': 'true' },
      ...cells,
    ),
    piece('p', {}, most === 0 ? texts.neverWritten : texts.mostWritten(named, untouched)),
  ];
}

function writtenView({ written, storage, eeprom }: Inside): readonly Piece[] {
  const pageBytes: Readonly<Record<string, number | undefined>> = {
    flash: storage.pageBytes,
    eeprom: eeprom?.pageBytes,
  };
  const rows = written
    .slice(-MAX_SHOWN_WRITES)
    .map(({ atMs, memory, act, at, length }, index) => {
      const size = pageBytes[memory];
      return row(
        `${atMs} ${at} ${index}`,
        timeText(atMs),
        texts.memoryNames[memory] ?? memory,
        texts.acts[act] ?? act,
        size === undefined ? '' : String(Math.floor(at / size)),
        amount(at),
        amount(length),
      );
    })
    .reverse();
  const columns = [texts.time, texts.memory, texts.act, texts.page, texts.from, texts.bytes];
  return rows.length === 0 ? [] : [table(texts.written, columns, rows)];
}

/** Storage and EEPROM: what takes their place, how worn they are, and which page was written just now. */
export function memoriesView({ inside }: PanelState): readonly Piece[] {
  if (inside === undefined) return [piece('p', {}, texts.nothingYet)];
  return [...storageView(inside), ...eepromView(inside), ...writtenView(inside)];
}
