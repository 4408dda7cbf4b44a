import { writeCsv } from 'passfob/batch/csv-text';
import type { Actor } from '../../base/actor.ts';
import { listTexts } from '../../base/texts/lists.ts';
import { actOf } from '../../storage/acting.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import type { List, ListItem, ListValue, PagedList } from './list.ts';
import { readAll } from './read-list.ts';

/** Returns the name of a list for people who file it. */
export const nameOf = ({ name }: Pick<List, 'name'>): string => name.replace(/\.list$/, '');

/** The media type of each format. */
export const exportFormats = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
} as const;
export type ExportFormat = keyof typeof exportFormats;

interface Asked {
  readonly format: ExportFormat;
  /** By the names of the list's filters. */
  readonly filters: Readonly<Record<string, unknown>>;
}

/**
 * Writes all rows of a list that its filters leave, page by page: text of a file whose last line has their number. The audit
 * gets a row before the first byte, and another with the number of rows when the file ended or was left.
 */
export async function* exportOf(
  management: Management,
  actor: Actor,
  list: List | PagedList,
  asked: Asked,
): AsyncGenerator<string> {
  const { clock } = management;
  const about = { list: nameOf(list), format: asked.format, filters: JSON.stringify(asked.filters) };
  await recordExport(management, actor, about);
  let [rows, isWhole] = [0, false];
  try {
    const written = writers[asked.format](list);
    yield written.top({ ...about, at: new Date(clock()).toISOString(), note: listTexts.notWhole });
    for await (const items of itemsOf(management, list, asked)) {
      rows += items.length;
      yield written.items(items);
    }
    yield written.end(rows);
    isWhole = true;
  } finally {
    await recordExport(management, actor, { ...about, rows, isWhole });
  }
}

async function* itemsOf({ db, clock }: Management, list: List | PagedList, { filters }: Asked) {
  if ('read' in list) yield await list.read(db);
  else yield* readAll(db, list, { filters, nowMs: clock() });
}

type Detail = Readonly<Record<string, string | number | boolean>>;

const recordExport = actOf(({ db, keys, actor, atMs }, detail: Detail) =>
  recordAudit(db, keys, {
    ...{ atMs, actor, action: 'list.export', detail },
    ...{ subjectKind: 'service', subjectId: 'service', subject: String(detail.list) },
  }),
);

type Top = Readonly<Record<'list' | 'format' | 'filters' | 'at' | 'note', string>>;

interface Written {
  top(about: Top): string;
  items(items: readonly ListItem[]): string;
  end(rows: number): string;
}

const lines = (values: readonly unknown[]) => values.map(value => `${JSON.stringify(value)}\n`).join('');

const writers: Readonly<Record<ExportFormat, (list: List | PagedList) => Written>> = {
  csv(list) {
    const names = Object.keys(list.item.schema.properties as object);
    return {
      top: ({ at, filters, note }) =>
        writeCsv([[`# ${nameOf(list)}, ${at}, ${filters}: ${note}`], names.map(headOf)]),
      items: items => writeCsv(items.map(item => names.map(name => cellOf(name, item[name] ?? null)))),
      end: rows => writeCsv([[`# rows: ${rows}`]]),
    };
  },
  jsonl: () => ({
    top: about => lines([about]),
    items: items => lines(items),
    end: rows => lines([{ rows }]),
  }),
};

const isTime = (name: string) => name.endsWith('Ms');

/** Programs count milliseconds; in a spreadsheet a time is one, in UTC. */
const headOf = (name: string) => (isTime(name) ? name.slice(0, -'Ms'.length) : name);

function cellOf(name: string, value: ListValue): string {
  if (value === null) return '';
  if (typeof value === 'number' && isTime(name)) return new Date(value).toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
