import { readDay } from '../../../base/days.ts';
import { html, type Markup, nothing } from '../../../base/html.ts';
import { administrationLimits } from '../../../base/limits/administration.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { listTexts } from '../../../base/texts/lists.ts';
import type { Db } from '../../../storage/database/database.ts';
import { type ExportFormat, exportFormats } from '../../../subjects/kit/export.ts';
import type { Options } from '../../../subjects/kit/field.ts';
import {
  actsOf,
  type List,
  type ListFilter,
  type ListItem,
  type ListPage,
  type ListValue,
  type PagedList,
} from '../../../subjects/kit/list.ts';
import { readPage } from '../../../subjects/kit/read-list.ts';
import type { FormField } from '../../web/fields.ts';
import { fileOf } from '../../web/file-answer.ts';
import { actionLink, actions, badge, facts, moment } from '../../web/parts.ts';
import { formField, namedBy, serveActs } from './acts.ts';
import { detailMarkup } from './audit-detail.ts';
import { actButton, fobLink, tokenLink, userLink } from './parts.ts';
import { at } from './paths.ts';
import type { ConsoleContext } from './request-context.ts';
import type { ConsoleRouter } from './router.ts';
import { filterForm } from './search.ts';
import { type Cell, pager, table } from './table.ts';

/** Serves the page of a short list, and the forms of its acts. */
export function serveList(router: ConsoleRouter, list: List): void {
  const { page, permission } = list;
  router.page(page.at, permission, async visit => ({
    title: page.title,
    main: html`${await headOf(list, visit)}${tableOf(list, visit, await list.read(visit.management.db))}`,
  }));
  serveActs(router, actsOf(list));
}

const emptyPage: ListPage = { items: [], next: null, isPartial: false, total: null };

/** Serves the page of a list that is read in pages: filters, total, table, and links to the pages. */
export function servePages(router: ConsoleRouter, list: PagedList): void {
  const { page, permission } = list;
  router.page(page.at, permission, async visit => {
    const { db, clock } = visit.management;
    const { filters, faults } = filtersOf(list, visit);
    const after = visit.value('after') || undefined;
    const limit = administrationLimits.pageRowsDefault;
    const isWrong = Object.keys(faults).length > 0;
    const asked = { filters, nowMs: clock(), after, limit, isCounted: true };
    // A place that is not of this list is that of an address which was changed: its first page is shown.
    const found = isWrong
      ? emptyPage
      : ((await readPage(db, list, asked)) ??
        (await readPage(db, list, { ...asked, after: undefined })) ??
        emptyPage);
    const here = addressOf(list, visit);
    const next = found.next === null ? undefined : at(page.at, { ...here, after: found.next });
    return {
      title: page.title,
      ...(isWrong && { status: 422 }),
      main: html`${await headOf(list, visit, here)}
${filterForm({ path: page.at, fields: await fieldsOf(list, visit, db), faults })}
${chipsOf(list, here, faults)}
<p class="total" role="status">${found.total === null ? nothing : listTexts.total(found.total)}${Object.keys(here).length > 0 ? html` · <a href="${at(page.at)}">${listTexts.clear}</a>` : nothing}</p>
${tableOf(list, visit, found.items)}
${found.isPartial ? html`<p class="message plain">${listTexts.partial}</p>` : nothing}
${pager(next, after === undefined ? undefined : at(page.at, here), found.isPartial ? listTexts.goOn : undefined)}`,
    };
  });
  serveActs(router, actsOf(list));
}

async function headOf(
  { page, adds }: Pick<List, 'page' | 'adds'>,
  visit: ConsoleContext,
  here: Readonly<Record<string, string>> = {},
): Promise<Markup> {
  const form = adds?.row.form;
  const add = form && visit.may(adds.row.permission) ? actionLink(at(form.at), form.submit) : nothing;
  const over = (page.over ?? []).map(({ at: path, words, permission, isButton }) => {
    if (!visit.may(permission)) return nothing;
    return isButton ? actButton(visit, path, {}, words) : actionLink(at(path), words);
  });
  const out = visit.may('list.export')
    ? actionLink(at(`${page.at}/export`, here), listTexts.export)
    : nothing;
  const notice = await page.notice?.(visit.management.db);
  const lead = [page.lead, notice].filter(said => said !== undefined).join(' ');
  return html`${lead === '' ? nothing : html`<p class="lead">${lead}</p>`}
${actions([add, ...over, out])}
`;
}

/** Serves the page on which a whole list, or what its filters leave of it, is taken out as a file. */
export function serveExport(router: ConsoleRouter, list: List | PagedList): void {
  const path = `${list.page.at}/export`;
  const filtersIn = (visit: ConsoleContext) =>
    'read' in list ? { filters: {}, faults: {} } : filtersOf(list, visit);
  router.page(path, 'list.export', async visit => {
    const { db, clock } = visit.management;
    const { filters } = filtersIn(visit);
    const here = 'read' in list ? {} : addressOf(list, visit);
    const counted =
      'read' in list
        ? undefined
        : await readPage(db, list, { filters, nowMs: clock(), limit: 1, isCounted: true });
    const said = Object.entries(here).map(([name, value]) => `${labelOf(list, name)}: ${value}`);
    const formats = Object.keys(exportFormats) as ExportFormat[];
    return {
      title: listTexts.exportTitle(list.page.title),
      main: html`<p class="lead">${listTexts.exportLead}</p>
${facts([
  [listTexts.exportFilters, said.join(', ') || listTexts.exportAll],
  ...(counted?.total ? [[listTexts.exportRows, listTexts.total(counted.total)] as const] : []),
])}
${actions(formats.map(format => actButton(visit, path, { ...here, format }, listTexts.exportAs[format])))}
<p class="next"><a href="${at(list.page.at, here)}">${consoleTexts.back}</a></p>`,
    };
  });
  router.act(path, 'list.export', async visit => {
    const { filters, faults } = filtersIn(visit);
    const format = visit.value('format');
    // Only a form that was changed sends others.
    if (!isFormat(format) || Object.keys(faults).length > 0) return { to: at(path) };
    return fileOf(visit.management, visit.actor, list, { format, filters });
  });
}

const isFormat = (name: string): name is ExportFormat => Object.hasOwn(exportFormats, name);

const labelOf = (list: List | PagedList, name: string) =>
  'read' in list ? name : (list.filters[name]?.control.label ?? name);

/** Returns the link from a few rows to the page with all of them. */
export function allOf(path: string, filters: Readonly<Record<string, string>>): Markup {
  return html`<p class="next"><a href="${at(path, filters)}">${listTexts.all}</a></p>`;
}

/** How a table differs from the page of its list. */
interface TableLooks {
  readonly caption?: string;
  readonly none?: string;
  /** Columns that say the same in each row. */
  readonly without?: readonly string[];
}

/** Returns the table of items as their list states it. */
export function tableOf(
  list: Pick<List, 'columns' | 'page' | 'acts' | 'links' | 'instead' | 'key' | 'title'>,
  visit: ConsoleContext,
  items: readonly ListItem[],
  { caption = list.page.title, none = list.page.none, without = [] }: TableLooks = {},
): Markup {
  const columns = Object.fromEntries(
    Object.entries(list.columns).filter(([name]) => !without.includes(name)),
  );
  return table(
    caption,
    items.map(item => rowOf({ ...list, columns }, visit, item)),
    none,
  );
}

/** The values of an address's filters, as text. */
function addressOf(list: PagedList, { value }: Pick<ConsoleContext, 'value'>): Record<string, string> {
  const names = Object.keys(list.filters).filter(name => value(name).trim() !== '');
  return Object.fromEntries(names.map(name => [name, value(name).trim()]));
}

/** Reads the filters of an address, and says which of them hold no value of theirs. */
function filtersOf(
  list: PagedList,
  visit: Pick<ConsoleContext, 'value'>,
): { readonly filters: Record<string, unknown>; readonly faults: Record<string, string> } {
  const filters: Record<string, unknown> = {};
  const faults: Record<string, string> = {};
  for (const [name, text] of Object.entries(addressOf(list, visit))) {
    const one = list.filters[name];
    const value = one && typedValue(one, text);
    if (value === undefined) faults[name] = isDay(one) ? listTexts.badDay : listTexts.badFilter;
    else filters[name] = value;
  }
  return { filters, faults };
}

/** What people see of a filter. */
type Seen = Pick<ListFilter, 'shape' | 'control'>;

const isDay = (one: Seen | undefined) => one?.control.kind === 'day' || one?.control.kind === 'last day';

/** Returns the value of a filter that was typed; undefined if it can have no such value. */
function typedValue({ shape: { schema }, control }: Seen, text: string): unknown {
  if (control.kind === 'day') return readDay(text)?.fromMs;
  if (control.kind === 'last day') return readDay(text)?.toMs;
  if (Array.isArray(schema.enum)) return schema.enum.includes(text) ? text : undefined;
  if (schema.type === 'boolean') return text === 'yes' ? true : undefined;
  if (schema.type === 'integer') {
    const [number, unit = 1] = [Number(text), control.unit];
    return /^\d{1,15}$/.test(text) ? number * unit : undefined;
  }
  return typeof schema.maxLength === 'number' && text.length > schema.maxLength ? undefined : text;
}

/** What is typed or has many choices; what is chosen by a link goes with it unseen. */
async function fieldsOf(list: PagedList, { value }: ConsoleContext, db: Db): Promise<FormField[]> {
  const fields = await Promise.all(
    Object.entries(list.filters).map(async ([name, filter]) => {
      const typed = value(name).trim();
      if (choicesOf(filter) !== undefined)
        return typed === '' ? [] : [{ name, label: '', kind: 'hidden', value: typed } as const];
      const { shape, control } = filter;
      const field = await formField(db, name, { shape, control, refusals: [], need: 'optional' });
      return [{ ...field, value: typed }];
    }),
  );
  return fields.flat();
}

/** Returns the values of a filter that are links, with their words; undefined if it is a field of the form. */
function choicesOf({ shape: { schema }, control: { label, options } }: Seen): Options | undefined {
  if (schema.type === 'boolean') return [['yes', label]];
  if (!Array.isArray(options) || options[0]?.[0] !== '' || options.length > consoleLimits.chipsMax + 1)
    return undefined;
  return (options as Options).slice(1).map(([value, words]) => [value, `${label}: ${words}`]);
}

/**
 * Returns the choices of filters as links, which combine: one that is chosen leads to the page without it. What else
 * narrows the list stands among them.
 */
function chipsOf(
  list: PagedList,
  here: Readonly<Record<string, string>>,
  faults: Readonly<Record<string, string>>,
): Markup {
  const chips = Object.entries(list.filters).flatMap(([name, filter]) => {
    const { label, kind } = filter.control;
    const chosen = kind === 'hidden' ? undefined : here[name];
    const choices = choicesOf(filter) ?? [];
    const fault = choices.length > 0 && faults[name] ? ` (${faults[name]})` : '';
    const typed: Options =
      chosen === undefined || choices.some(([value]) => value === chosen)
        ? []
        : [[chosen, `${label}: ${wordsOf(filter, chosen)}${fault}`]];
    return [...choices, ...typed].map(([value, words]) => {
      const { [name]: _, ...others } = here;
      return value === chosen
        ? html`<li><a href="${at(list.page.at, others)}" aria-current="true"><span class="unseen">${listTexts.without} </span>${words} <span aria-hidden="true">✕</span></a></li>`
        : html`<li><a href="${at(list.page.at, { ...others, [name]: value })}">${words}</a></li>`;
    });
  });
  if (chips.length === 0) return nothing;
  return html`<nav aria-label="${listTexts.filters}"><ul class="chips">${chips}</ul></nav>`;
}

/** A choice in its words, anything else as it was typed. */
function wordsOf({ control: { options } }: Seen, value: string): string {
  return Array.isArray(options) ? ((options as Options).find(([one]) => one === value)?.[1] ?? value) : value;
}

type Shown = Parameters<typeof tableOf>[0];

function rowOf(list: Shown, visit: ConsoleContext, item: ListItem): readonly Cell[] {
  const mayAct =
    list.acts?.some(([{ row }]) => visit.may(row.permission)) ||
    list.links?.some(({ permission }) => visit.may(permission));
  return [
    ...Object.entries(list.columns).flatMap(([name, column]) =>
      column ? [cellOf(column, item, item[name] ?? null)] : [],
    ),
    ...(mayAct ? [[consoleTexts.actions, actsOn(list, visit, item), 'bare'] as const] : []),
  ];
}

type Column = NonNullable<List['columns'][string]>;

function cellOf({ label, as, none, words }: Column, item: ListItem, value: ListValue): Cell {
  if (words !== undefined) return [label, words(item)];
  if (typeof as === 'function') return [label, badge(...as(value, item)), 'bare'];
  if (value === null) return [label, none === undefined ? null : html`<span class="muted">${none}</span>`];
  if (typeof as === 'string') return lookCell(label, as, value);
  if (as !== undefined) return [label, as.find(([one]) => one === value)?.[1] ?? null];
  return [label, typeof value === 'number' ? value : String(value)];
}

function lookCell(label: string, as: Extract<Column['as'], string>, value: Exclude<ListValue, null>): Cell {
  if (typeof value === 'object') return [label, detailMarkup(value)];
  const text = String(value);
  switch (as) {
    case 'name':
      return [label, html`<strong>${text}</strong>`, 'bare'];
    case 'user':
      return [label, html`<strong>${userLink(text)}</strong>`, 'bare'];
    case 'token':
      return [label, tokenLink(text)];
    case 'fob':
      return [label, html`<strong>${fobLink(text)}</strong>`, 'bare'];
    case 'time':
      return [label, moment(Number(value))];
    default:
      return [label, text];
  }
}

function actsOn(list: Shown, visit: ConsoleContext, item: ListItem): Markup {
  const instead = list.instead?.(item);
  if (instead !== undefined) return html`<span class="muted">${instead}</span>`;
  const acts = (list.acts ?? [])
    .filter(([{ row }, , when]) => visit.may(row.permission) && (when?.(item) ?? true))
    .map(
      ([{ row }, words]) =>
        [at(row.form?.at ?? '', namedBy(row.subject, String(item[list.key]))), words] as const,
    );
  const links = (list.links ?? [])
    .filter(({ permission, when }) => visit.may(permission) && when(item))
    .map(one => [at(one.at, { [list.key]: String(item[list.key]) }), one.words] as const);
  const unseen = html`<span class="unseen"> ${String(item[list.title])}</span>`;
  return html`${[...links, ...acts].map(([href, words]) => html`<a href="${href}">${words}${unseen}</a> `)}`;
}
