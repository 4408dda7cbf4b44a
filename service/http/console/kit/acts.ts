import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Act, ActRow, NamedItem, ShownOnce } from '../../../subjects/kit/act.ts';
import type { ActField } from '../../../subjects/kit/field.ts';
import type { List } from '../../../subjects/kit/list.ts';
import type { FormField } from '../../web/fields.ts';
import { actionLink, actions, badge, moment, onceShown } from '../../web/parts.ts';
import { type FormPage, serveForm } from './form.ts';
import { at } from './paths.ts';
import type { ConsoleContext } from './request-context.ts';
import { type ConsoleResponse, type ConsoleRouter, missingPage } from './router.ts';
import { type Cell, table } from './table.ts';

/** Serves the page of a list, and the forms of its acts. */
export function serveList(router: ConsoleRouter, list: List): void {
  const { page, permission, adds } = list;
  router.page(page.at, permission, async visit => {
    const mayAdd = visit.may(adds.row.permission);
    const { at: path, submit } = adds.row.form;
    const items = await list.read(visit.management.db);
    const rows = items.map(item => rowOf(list, visit, item));
    return {
      title: page.title,
      main: html`<p class="lead">${page.lead}</p>
${actions([mayAdd ? actionLink(at(path), submit) : nothing])}
${table(page.title, rows, page.none)}`,
    };
  });
  for (const act of [adds, ...list.acts.map(([one]) => one)]) serveForm(router, formOf(act));
}

function rowOf(list: List, visit: ConsoleContext, item: NamedItem): readonly Cell[] {
  const mayAct = list.acts.some(([{ row }]) => visit.may(row.permission));
  const columns = Object.entries(list.columns as Record<string, Column>);
  return [
    ...columns.map(([name, column]) => cellOf(column, valueIn(item, name))),
    ...(mayAct ? [[consoleTexts.actions, actsOn(list, visit, item), 'bare'] as const] : []),
  ];
}

type Column = NonNullable<List['columns'][keyof List['columns']]>;

function cellOf({ label, as }: Column, value: unknown): Cell {
  if (as === 'name') return [label, html`<strong>${String(value)}</strong>`, 'bare'];
  if (typeof as === 'function') return [label, badge(...as(value as never)), 'bare'];
  if (as === 'time') return [label, moment(Number(value))];
  if (as !== undefined) return [label, as.find(([one]) => one === value)?.[1] ?? null];
  return [label, value as string | number | null];
}

function actsOn(list: List, visit: ConsoleContext, item: NamedItem): Markup {
  const instead = list.instead?.(item);
  if (instead !== undefined) return html`<span class="muted">${instead}</span>`;
  return html`${list.acts
    .filter(([{ row }, , when]) => visit.may(row.permission) && (when?.(item) ?? true))
    .map(([{ row }, words]) => {
      const href = at(row.form.at, { id: item.id });
      return html`<a href="${href}">${words}<span class="unseen"> ${item.name}</span></a> `;
    })}`;
}

function formOf(act: Act): FormPage<unknown> {
  const { row } = act;
  const { form, subject } = row;
  return {
    path: form.at,
    action: row.permission,
    async view({ management: { db }, value }) {
      const item = row.makes ? undefined : await subject.find(db, value('id'));
      if (!row.makes && item === undefined) return { instead: missingPage(subject.missing) };
      return {
        title: typeof form.title === 'string' ? form.title : form.title(item as NamedItem),
        ...(form.lead !== undefined && { lead: form.lead }),
        fields: [...(item === undefined ? [] : [hiddenId(item)]), ...(await fieldsOf(row, db, item))],
        submit: form.submit,
        isFinal: form.isFinal === true,
        back: at(subject.home),
      };
    },
    run: ({ management, actor, value }) => act(management, actor, typed(row, value) as never),
    done: (_visit, given) => nextPage(row, form.once?.(given)),
  };
}

function hiddenId({ id }: NamedItem): FormField {
  return { name: 'id', label: '', kind: 'hidden', value: id };
}

function fieldsOf(row: ActRow, db: Db, item: NamedItem | undefined): Promise<FormField[]> {
  const present = row.form.isFilled ? item : undefined;
  return Promise.all(
    Object.entries(row.fields).map(async ([name, field]) => {
      const { shape, control, initial, need } = field;
      const { options, kind = options === undefined ? 'text' : 'select', ...shown } = control;
      const value = present === undefined ? initial : valueIn(present, name);
      const max = kind === 'select' ? undefined : shape.schema.maxLength;
      return {
        name,
        ...shown,
        kind,
        ...(options && { options: typeof options === 'function' ? await options(db) : options }),
        ...(value !== undefined && { value: String(value) }),
        ...(typeof max === 'number' && { max }),
        optional: need === 'optional' && present === undefined,
        faults: faultsOf(row, name, field),
      };
    }),
  );
}

function faultsOf({ refusals }: ActRow, name: string, field: ActField): string[] {
  const own = Object.entries(refusals).flatMap(([code, beside]) => (beside === name ? [code] : []));
  return [...field.refusals, ...own];
}

/** Returns what was typed; an optional field that was left empty is absent. */
function typed({ fields, form }: ActRow, value: (name: string) => string): Readonly<Record<string, string>> {
  const given = Object.entries(fields).map(([name, field]) => {
    const text = value(field.control.name ?? name);
    const isLeftOut = text === '' && field.need === 'optional' && form.isFilled !== true;
    return [name, isLeftOut ? undefined : text] as const;
  });
  return { id: value('id'), ...Object.fromEntries(given.filter(([, text]) => text !== undefined)) };
}

function nextPage({ form, subject }: ActRow, once: ShownOnce | undefined): ConsoleResponse {
  const { done } = form;
  if (once === undefined) return { to: at(subject.home, { done }) };
  return {
    title: once.title,
    main: html`${onceShown(once.label, once.value, consoleTexts.once)}
<p class="next"><a href="${at(subject.home)}">${consoleTexts.back}</a></p>`,
  };
}

function valueIn(item: NamedItem, name: string): unknown {
  return (item as unknown as Readonly<Record<string, unknown>>)[name];
}
