import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Act, ActRow, ShownOnce, Subject } from '../../../subjects/kit/act.ts';
import type { ActField } from '../../../subjects/kit/field.ts';
import type { List, ListItem } from '../../../subjects/kit/list.ts';
import type { FormField } from '../../web/fields.ts';
import { actionLink, actions, badge, moment, onceShown } from '../../web/parts.ts';
import { type FormPage, serveForm } from './form.ts';
import { userLink } from './parts.ts';
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

function rowOf(list: List, visit: ConsoleContext, item: ListItem): readonly Cell[] {
  const mayAct = list.acts.some(([{ row }]) => visit.may(row.permission));
  return [
    ...Object.entries(list.columns).flatMap(([name, column]) =>
      column ? [cellOf(column, item[name] ?? null)] : [],
    ),
    ...(mayAct ? [[consoleTexts.actions, actsOn(list, visit, item), 'bare'] as const] : []),
  ];
}

type Column = NonNullable<List['columns'][string]>;

function cellOf({ label, as, none }: Column, value: ListItem[string]): Cell {
  if (value === null)
    return typeof as === 'function' ? [label, badge(...as(value)), 'bare'] : [label, none ?? null];
  if (as === 'name') return [label, html`<strong>${String(value)}</strong>`, 'bare'];
  if (as === 'user') return [label, html`<strong>${userLink(String(value))}</strong>`, 'bare'];
  if (typeof as === 'function') return [label, badge(...as(value)), 'bare'];
  if (as === 'time') return [label, moment(Number(value))];
  if (as !== undefined) return [label, as.find(([one]) => one === value)?.[1] ?? null];
  return [label, typeof value === 'boolean' ? String(value) : value];
}

function actsOn(list: List, visit: ConsoleContext, item: ListItem): Markup {
  const instead = list.instead?.(item);
  if (instead !== undefined) return html`<span class="muted">${instead}</span>`;
  return html`${list.acts
    .filter(([{ row }, , when]) => visit.may(row.permission) && (when?.(item) ?? true))
    .map(([{ row }, words]) => {
      const href = at(row.form.at, { [keyOf(row.subject)]: String(item[list.key]) });
      return html`<a href="${href}">${words}<span class="unseen"> ${String(item[list.title])}</span></a> `;
    })}`;
}

function formOf(act: Act): FormPage<unknown> {
  const { row } = act;
  const { form, subject } = row;
  return {
    path: form.at,
    action: row.permission,
    async view({ management: { db }, value }) {
      const key = value(keyOf(subject));
      const found = row.makes ? undefined : await subject.find(db, key);
      if (found?.ok === false) return { instead: missingPage(subject.missing.at(-1) ?? found.refusal.code) };
      const item = found?.value;
      return {
        title: typeof form.title === 'string' ? form.title : form.title(item as NonNullable<typeof item>),
        ...(form.lead !== undefined && { lead: form.lead }),
        fields: [
          ...(item === undefined ? [] : [hiddenKey(subject, key)]),
          ...(await fieldsOf(row, db, item && form.fills?.(item))),
        ],
        submit: form.submit,
        isFinal: form.isFinal === true,
        back: at(subject.home),
      };
    },
    run: ({ management, actor, value }) => act(management, actor, typed(row, value) as never),
    done: (_visit, given) => nextPage(row, form.once?.(given)),
  };
}

function keyOf({ key, keyInForms = key }: Subject): string {
  return keyInForms;
}

function hiddenKey(subject: Subject, value: string): FormField {
  return { name: keyOf(subject), label: '', kind: 'hidden', value };
}

type Present = ReturnType<NonNullable<ActRow['form']['fills']>>;

function fieldsOf(row: ActRow, db: Db, present: Present | undefined): Promise<FormField[]> {
  return Promise.all(
    Object.entries(row.fields).map(async ([name, field]) => {
      const { shape, control, initial, offer = initial, need } = field;
      const { options, kind = options === undefined ? 'text' : 'select', ...shown } = control;
      const value = present === undefined ? offer : present[name];
      const max = kind === 'select' ? undefined : shape.schema.maxLength;
      return {
        name,
        ...shown,
        kind,
        ...(options && { options: typeof options === 'function' ? await options(db) : options }),
        ...(value !== undefined && value !== null && { value: String(value) }),
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
function typed({ fields, form, subject }: ActRow, value: (name: string) => string) {
  const given: Record<string, string> = { [subject.key]: value(keyOf(subject)) };
  for (const [name, { control, need }] of Object.entries(fields)) {
    const text = value(control.name ?? name);
    if (text !== '' || need !== 'optional' || form.fills !== undefined) given[name] = text;
  }
  return given;
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
