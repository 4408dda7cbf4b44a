import { html, type Markup, nothing } from '../../../base/html.ts';
import type { Result } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { Act, ActRow, NamedItem, Subject } from '../../../subjects/kit/act.ts';
import type { ActField } from '../../../subjects/kit/field.ts';
import type { FormField } from '../../web/fields.ts';
import { actionLink, moment, onceShown } from '../../web/parts.ts';
import { type FormPage, serveForm } from './form.ts';
import type { ConsolePage } from './layout.ts';
import { actButton } from './parts.ts';
import { at } from './paths.ts';
import type { ConsoleContext } from './request-context.ts';
import { type ConsoleResponse, type ConsoleRouter, missingPage, refusedPage } from './router.ts';

/** The pages of those acts after which something else comes than `form.done` or `form.once`. */
export type NextPages = ReadonlyMap<Act, (given: never) => ConsolePage>;

/** Serves the forms and buttons of acts. */
export function serveActs(router: ConsoleRouter, acts: readonly Act[], pages: NextPages = new Map()): void {
  for (const act of acts) {
    const { form, permission } = act.row;
    const next = pages.get(act) as ((given: unknown) => ConsolePage) | undefined;
    if (form === undefined) continue;
    if ('title' in form)
      serveForm(router, { ...formOf(act, form), ...(next && { done: (_, given) => next(given) }) });
    else router.act(form.at, permission, visit => pressed(act, form, visit));
  }
}

async function pressed(act: Act, form: AnyForm, visit: ConsoleContext): Promise<ConsoleResponse> {
  const { subject } = act.row;
  const key = visit.value(keyOf(subject));
  const result = await ask(act, visit);
  if (!result.ok) return refusedPage(result.refusal.code, backOf(subject, key));
  visit.context.changes.announce();
  visit.context.wakeJobs();
  return { to: backOf(subject, key, saying(form)) };
}

function ask(act: Act, { management, actor, value }: ConsoleContext): Promise<Result<unknown>> {
  return act(management, actor, typed(act.row, value) as never);
}

/** Returns the address that leads back from an act: the page of the item, if it has one, or the list. */
function backOf(
  subject: Subject,
  key: string | undefined,
  more: Readonly<Record<string, string>> = {},
): string {
  if (subject.page === undefined || key === undefined) return at(subject.home, more);
  return at(subject.page, { ...namedBy(subject, key), ...more });
}

/** Returns links to the forms, and the buttons, of acts on an item that an operator may do now. */
export function actionsOn(visit: ConsoleContext, key: string, acts: readonly OfferedAct[]): Markup[] {
  return acts.flatMap(([{ row }, isOffered, words = row.form?.submit ?? '']) => {
    const { form, subject, permission } = row;
    if (form === undefined || !isOffered || !visit.may(permission)) return [];
    const values = namedBy(subject, key);
    return 'title' in form
      ? actionLink(at(form.at, values), words)
      : actButton(visit, form.at, values, words);
  });
}

/** An act on the page of an item: whether it is possible there, and its words, if they are not the form's own. */
type OfferedAct = readonly [act: Pick<Act, 'row'>, isOffered: boolean, words?: string];

type AnyForm = NonNullable<ActRow['form']>;
type Form = Extract<AnyForm, { readonly title: unknown }>;

function formOf(act: Act, form: Form): FormPage<unknown> {
  const { row } = act;
  const { subject } = row;
  return {
    path: form.at,
    action: row.permission,
    async view(visit) {
      const { management, value } = visit;
      const typedKey = value(keyOf(subject));
      const found = row.makes ? undefined : await subject.find(management.db, typedKey);
      if (found?.ok === false) return { instead: missingPage(subject.missing.at(-1) ?? found.refusal.code) };
      const item = found?.value;
      const lack = item && form.lacks?.(item, value);
      if (lack !== undefined) return { instead: missingPage(lack) };
      const worded = (words: NonNullable<Form['lead']>) =>
        typeof words === 'string' ? words : words(item as NonNullable<typeof item>, value);
      const key = subject.key === 'id' ? typedKey : (item?.name ?? '');
      return {
        title: worded(form.title),
        ...(form.lead !== undefined && { lead: worded(form.lead) }),
        fields: [
          ...(item === undefined || subject.key === 'none' ? [] : [hiddenKey(subject, key)]),
          ...(await fieldsOf(row, form, visit, item)),
        ],
        submit: form.submit,
        isFinal: form.isFinal === true,
        back: backOf(subject, item && key),
      };
    },
    run: visit => ask(act, visit),
    done: (visit, given) => nextPage(row, form, visit, given),
  };
}

function keyOf({ key, keyInForms = key }: Subject): string {
  return keyInForms;
}

/** Returns what names an item in an address. */
export function namedBy(subject: Subject, key: string): Readonly<Record<string, string>> {
  return subject.key === 'none' ? {} : { [keyOf(subject)]: key };
}

function hiddenKey(subject: Subject, value: string): FormField {
  return { name: keyOf(subject), label: '', kind: 'hidden', value };
}

function fieldsOf(
  row: ActRow,
  form: Form,
  { management: { db }, value: typed }: ConsoleContext,
  item: NamedItem | undefined,
): Promise<FormField[]> {
  const present = item && form.fills?.(item, typed);
  const hidden = item && form.hides?.(item);
  const shown = Object.entries(row.fields).filter(([name]) => !hidden?.includes(name));
  return Promise.all(
    shown.map(([name, field]) => {
      const { initial, offer = initial } = field;
      if (field.control.kind === 'hidden')
        return fieldOf(row, name, db, { value: typed(field.control.name ?? name) });
      return fieldOf(row, name, db, present === undefined ? { offer } : { value: present[name] });
    }),
  );
}

/** Returns a field of an act for its form. @param shown its present value, or one that is offered */
export async function fieldOf(
  row: ActRow,
  name: string,
  db: Db,
  shown: { readonly value: unknown } | { readonly offer: unknown },
): Promise<FormField> {
  const field = row.fields[name];
  if (field === undefined) throw new Error(`an act has no field ${name}`);
  const isPresent = 'value' in shown;
  return {
    ...(await formField(db, name, field, isPresent ? (shown.value ?? null) : shown.offer)),
    optional: isLeftOut(field) && (!isPresent || takesNothing(field)),
    faults: faultsOf(row, name, field),
  };
}

/** Returns a field for the form of several acts, or of none. */
export async function formField(
  db: Db,
  name: string,
  field: ActField,
  value: unknown = field.initial,
): Promise<FormField> {
  const { shape, control, refusals } = field;
  const { options, unit = 1, ...seen } = control;
  const max = options === undefined ? shape.schema.maxLength : undefined;
  return {
    name,
    ...seen,
    kind: seen.kind ?? kindOf(field),
    ...(options && { options: typeof options === 'function' ? await options(db) : options }),
    ...(value !== undefined && value !== null && { value: shownOf(value, unit) }),
    ...(typeof max === 'number' && { max }),
    ...(options === undefined && isNumber(field) && { isNumber: true }),
    optional: isLeftOut(field),
    faults: refusals,
  };
}

export function formFields(db: Db, fields: ActRow['fields']): Promise<FormField[]> {
  return Promise.all(Object.entries(fields).map(([name, field]) => formField(db, name, field)));
}

function kindOf({ shape, control }: ActField): NonNullable<FormField['kind']> {
  if (control.options !== undefined) return 'select';
  return shape.schema.type === 'boolean' ? 'checkbox' : 'text';
}

function isNumber({ shape }: ActField): boolean {
  return shape.schema.type === 'integer';
}

function shownOf(value: unknown, unit: number): string {
  if (typeof value === 'number') return String(value / unit);
  return typeof value === 'boolean' ? (value ? 'yes' : '') : String(value);
}

function faultsOf({ refusals }: ActRow, name: string, field: ActField): string[] {
  const own = Object.entries(refusals).flatMap(([code, beside]) => (beside === name ? [code] : []));
  return [...field.refusals, ...own];
}

/** Whether a form says that a field may be left empty. */
function isLeftOut({ need, control }: ActField): boolean {
  return need === 'optional' && control.options === undefined;
}

/** Whether a field may be left empty also in a form that shows all present values. */
function takesNothing(field: ActField): boolean {
  return !isNumber(field) && field.shape.schema.minLength === undefined;
}

/** Returns what was typed; an optional field that was left empty is absent. */
function typed({ fields, form, subject }: ActRow, value: (name: string) => string) {
  const given: Record<string, unknown> = { [subject.key]: value(keyOf(subject)) };
  const takesAll = form !== undefined && 'fills' in form;
  for (const [name, field] of Object.entries(fields)) {
    const text = value(field.control.name ?? name);
    if (text !== '' || field.need !== 'optional' || takesAll) given[name] = sentOf(field, text);
  }
  return given;
}

function sentOf({ shape, control }: ActField, text: string): string | number | boolean | readonly string[] {
  if (shape.schema.type === 'array')
    return text
      .split('\n')
      .map(line => line.trim().split(/\s/)[0] ?? '')
      .filter(Boolean);
  // An empty field is not zero.
  if (shape.schema.type === 'integer') return Number(text.trim() || Number.NaN) * (control.unit ?? 1);
  return shape.schema.type === 'boolean' ? text === 'yes' : text;
}

function saying({ done }: AnyForm): Readonly<Record<string, string>> {
  return done === undefined ? {} : { done };
}

function nextPage(row: ActRow, form: Form, visit: ConsoleContext, given: unknown): ConsoleResponse {
  const { subject, makes } = row;
  const key = makes ? form.made?.(given) : visit.value(keyOf(subject));
  const once = form.once?.(given, key ?? '');
  if (once === undefined) return { to: backOf(subject, key, saying(form)) };
  return {
    title: once.title,
    main: html`${onceShown(once.label, once.value, consoleTexts.once)}
${once.ends === undefined ? nothing : html`<p>${once.ends[0]} ${moment(once.ends[1])} UTC.</p>\n`}<p class="next"><a href="${backOf(subject, key)}">${consoleTexts.back}</a></p>`,
  };
}
