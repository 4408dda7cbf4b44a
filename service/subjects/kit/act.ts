import type { Actor } from '../../base/actor.ts';
import type { Action } from '../../base/permissions.ts';
import {
  type CodeOf,
  type Done,
  done,
  type Exactly,
  type RefusalCode,
  type Refused,
  type Result,
  refused,
  type ValueOf,
} from '../../base/results.ts';
import { type FieldShape, object, type TypeOf } from '../../base/shapes.ts';
import type { consoleTexts } from '../../base/texts/console.ts';
import { type Acting, actingOf } from '../../storage/acting.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit, type SubjectKind } from '../audit/record.ts';
import type { ActField, Presence } from './field.ts';

export type ActFields = Readonly<Record<string, ActField>>;
type PresenceOf<F> = F extends ActField<unknown, unknown, RefusalCode, infer N> ? N : Presence;
type OutOf<F> = F extends ActField<infer _In, infer Out> ? Out : never;
type CodesOf<F extends ActFields> = F[keyof F]['refusals'][number];

/** The fields as they are sent. */
export type Sent<F extends ActFields> = {
  readonly [K in keyof F as PresenceOf<F[K]> extends 'required' ? K : never]: TypeOf<F[K]['shape']>;
} & {
  readonly [K in keyof F as PresenceOf<F[K]> extends 'required' ? never : K]?:
    | TypeOf<F[K]['shape']>
    | undefined;
};
/** The fields as `run` gets them. */
type Taken<F extends ActFields> = {
  readonly [K in keyof F]: PresenceOf<F[K]> extends 'optional' ? OutOf<F[K]> | undefined : OutOf<F[K]>;
};

/** An item as people know it. */
export interface NamedItem {
  readonly id: string;
  readonly name: string;
}

/** How addresses name an item; `none`: there is only one. */
export type ItemKey = 'id' | 'user' | 'name' | 'serial' | 'none';
type Keyed<Key extends ItemKey> = { readonly [K in Exclude<Key, 'none'>]: string };

/** What acts are about. */
export interface Subject<
  Item extends NamedItem = NamedItem,
  C extends RefusalCode = RefusalCode,
  Key extends ItemKey = ItemKey,
> {
  readonly kind: SubjectKind;
  readonly key: Key;
  /** The shape of the key in addresses, if not all keys of its name have it. */
  readonly keyShape?: FieldShape<string>;
  /** The item's name in forms and addresses of the console, if it is not `key`. */
  readonly keyInForms?: string;
  /** The path of its list in the console, to which forms lead back. */
  readonly home: string;
  /** The path of an item's own page, to which the forms about it lead back instead. */
  readonly page?: string;
  /** Every refusal of `find`; the page of an item that is not there says the last one. */
  readonly missing: readonly C[];
  find(db: Db, key: string): Promise<Result<Item, C>>;
  /** Items that no act may touch. */
  readonly kept?: { readonly refusal: C; is(item: Item): boolean };
}

/** States what acts are about. */
export function subject<
  R extends Result<NamedItem>,
  const L extends readonly RefusalCode[],
  Key extends ItemKey,
  const K extends RefusalCode = never,
>(
  stated: Omit<Subject<NamedItem, RefusalCode, Key>, 'missing' | 'find' | 'kept'> & {
    readonly missing: L;
    find(db: Db, key: string): Promise<R>;
    readonly kept?: { readonly refusal: K; is(item: NoInfer<ValueOf<R>>): boolean };
  },
): Exactly<CodeOf<R>, L[number], Subject<Extract<ValueOf<R>, NamedItem>, L[number] | K, Key>> {
  return stated as never;
}

type Detail = Readonly<Record<string, string | number | boolean | null>>;

/** The end of an act: what it gives, and what the audit says about which item. */
export interface Did<T> extends Done<T> {
  readonly detail: Detail;
  /** Undefined if nothing was changed: the audit gets no row. */
  readonly about: NamedItem | undefined;
}

export function did<const T>(value: T, about: NamedItem, detail: Detail): Did<T> {
  return { ...done(value), about, detail };
}

/** The end of an act that found everything as it was to be. */
export function unchanged<const T>(value: T): Did<T> {
  return { ...done(value), about: undefined, detail: {} };
}

/** One way to an act over HTTP. */
export interface ActRoute<F extends ActFields, T> {
  /** The name of the operation. */
  readonly name: string;
  /** What it does, a sentence for the description. */
  readonly summary: string;
  /** Fields that its path names, such as `:account`, stand there. */
  readonly at: `${'POST' | 'PUT' | 'PATCH' | 'DELETE'} /v1/${string}`;
  /** Default: 201 for an act that makes its item, else 200. */
  readonly status?: 201;
  readonly example?: Partial<Sent<F>>;
  /** ActFields that this route does not have. */
  readonly without?: readonly (keyof F & string)[];
  /** Optional fields that this route requires. */
  readonly needs?: readonly (keyof F & string)[];
  /** The answer, if it is not all that the act gives. */
  readonly gives?: { readonly shape: FieldShape<unknown>; from(value: T): unknown };
}

/** A value that its page shows once. */
export interface ShownOnce {
  readonly title: string;
  readonly label: string;
  readonly value: string;
  /** Until when it may be used (milliseconds since 1970), in words before the time. */
  readonly ends?: readonly [words: string, atMs: number];
}

/** The button of an act in the console that asks nothing. */
interface ActButton {
  readonly at: string;
  readonly submit: string;
  /** The sentence of the next page (`consoleTexts.done`), unless that page shows what was done. */
  readonly done?: keyof typeof consoleTexts.done;
}

/** Returns what the address of a form, or its fields, hold under a name; empty if nothing. */
type Value = (name: string) => string;

/** The form of an act in the console. */
export interface ActForm<Item, T, F extends ActFields = ActFields> extends ActButton {
  readonly title: string | ((item: Item) => string);
  readonly lead?: string | ((item: Item, value: Value) => string);
  /** Whether it cannot be undone. */
  readonly isFinal?: boolean;
  /** Returns the present values of the fields; all fields are then shown with a value, and taken. */
  fills?(item: Item, value: Value): { readonly [K in keyof F]?: string | number | boolean | null };
  /** Returns why there is no such form, if its address names a part of the item that is not there. */
  lacks?(item: Item, value: Value): RefusalCode | undefined;
  /** Returns the fields that are not asked for about this item. */
  hides?(item: Item): readonly (keyof F & string)[];
  once?(value: T, key: string): ShownOnce | undefined;
  /** Returns the key of the item that was made, whose page is next. */
  made?(value: T): string;
}

/** What doors need to know of an act. */
interface Facts<
  Item extends NamedItem,
  M extends RefusalCode,
  Key extends ItemKey,
  F extends ActFields,
  T,
  L,
> {
  readonly permission: Action;
  readonly subject: Subject<Item, M, Key>;
  /** Whether it makes the item, instead of being about one that exists. */
  readonly makes?: boolean;
  readonly fields: F;
  /** The answer of its routes. */
  readonly gives: FieldShape<T>;
  /** Every refusal of `run`, and the field beside which the form shows it. */
  readonly refusals: L;
  readonly routes: readonly ActRoute<NoInfer<F>, NoInfer<T>>[];
  /** Absent if the console has none, or makes it by hand. */
  readonly form?: ActForm<NoInfer<Item>, NoInfer<T>, NoInfer<F>> | ActButton;
}

/** An act in one transaction. */
interface Stated<
  Item extends NamedItem,
  M extends RefusalCode,
  Key extends ItemKey,
  F extends ActFields,
  T,
  R,
  L,
> extends Facts<Item, M, Key, F, T, L> {
  /** If it is refused, it has written nothing. */
  run(acting: Acting & { readonly item: Item }, taken: Taken<F>): Promise<R>;
}

/** Refusals, and the field beside which the form shows each. */
type Shown<Name extends string> = { readonly [C in RefusalCode]?: Name | 'form' };

/** An act as the doors see it. */
export interface ActRow extends Facts<NamedItem, RefusalCode, ItemKey, ActFields, unknown, Shown<string>> {
  /** Whether `run` may refuse for what is wrong with the item, too: its own list says so. */
  readonly isByItself?: boolean;
}

type RunRow = ActRow &
  Stated<NamedItem, RefusalCode, ItemKey, ActFields, unknown, Did<unknown> | Refused, Shown<string>>;

/** An act, to be called like a function. */
export interface Act<Given = never, R = Result<unknown>> {
  /** @throws ServiceError `busy` */
  (management: Management, actor: Actor, given: Given): Promise<R>;
  readonly row: ActRow;
}

/** An act in one transaction: its own, or as `work` the caller's. */
export interface WorkingAct<Given, R> extends Act<Given, R> {
  work(acting: Acting, given: Given): Promise<R>;
}

type About<Makes, Key extends ItemKey> = Makes extends true ? unknown : Keyed<Key>;
/** `Then` if each end of an act gives what its routes answer, or refuses. */
type Gives<R, T, Then> = [R] extends [Did<T> | Refused] ? Then : { readonly 'gives another value': R };

/** States an act once: it can be called, and its routes, its form and their documents are made of its row. */
export function act<
  Item extends NamedItem,
  M extends RefusalCode,
  Key extends ItemKey,
  F extends ActFields,
  T,
  // Without a constraint: the compiler would take it in place of what `run` returns.
  R,
  L extends Shown<keyof F & string>,
  const Makes extends boolean = false,
>(
  row: Stated<Item, M, Key, F, T, R, L> & { readonly makes?: Makes },
): Gives<
  R,
  T,
  Exactly<
    CodeOf<R>,
    keyof L,
    WorkingAct<
      Sent<F> & About<Makes, Key>,
      Result<T, CodeOf<R> | CodesOf<F> | (Makes extends true ? never : M)>
    >
  >
> {
  const of = row as unknown as RunRow;
  const itself = async (management: Management, actor: Actor, given: Given) => {
    const read = await readFields(of, given);
    if (!read.ok) return read;
    return await writing(management.db, db =>
      perform(of, actingOf({ ...management, db }, actor), given, read.value),
    );
  };
  const work = async (acting: Acting, given: Given) => {
    const read = await readFields(of, given);
    return read.ok ? await perform(of, acting, given, read.value) : read;
  };
  return Object.assign(itself, { work, row: of }) as never;
}

/**
 * States an act that takes several transactions, or writes its audit itself: `run` does all of it, and finds the item
 * by its key.
 */
export function actByItself<
  Item extends NamedItem,
  M extends RefusalCode,
  Key extends ItemKey,
  F extends ActFields,
  T,
  R,
  L extends Shown<keyof F & string>,
>(
  row: Facts<Item, M, Key, F, T, L> & {
    run(management: Management, actor: Actor, taken: Taken<F> & Keyed<Key>): Promise<R>;
  },
): [R] extends [Done<T> | Refused]
  ? Exactly<CodeOf<R>, keyof L, Act<Sent<F> & Keyed<Key>, Result<T, CodeOf<R> | CodesOf<F>>>>
  : { readonly 'gives another value': R } {
  const of = { ...row, isByItself: true } as unknown as ActRow & {
    run(management: Management, actor: Actor, taken: Given): Promise<Result<unknown>>;
  };
  const itself = async (management: Management, actor: Actor, given: Given) => {
    const read = await readFields(of, given);
    const key = of.subject.key;
    return read.ok ? await of.run(management, actor, { ...read.value, [key]: given[key] }) : read;
  };
  return Object.assign(itself, { row: of }) as never;
}

type Given = Readonly<Record<string, unknown>>;

/** Returns the fields that were sent, or have a value where nothing is sent. */
function sentFields({ fields }: ActRow, given: Given) {
  return Object.entries(fields)
    .map(([name, field]) => {
      const value = given[name];
      return { name, field, value: value === undefined ? field.initial : value };
    })
    .filter(({ value }) => value !== undefined);
}

/** The checks of fields by themselves come first, before any transaction. */
async function readFields(row: ActRow, given: Given): Promise<Result<Given>> {
  const taken: Record<string, unknown> = {};
  for (const { name, field, value } of sentFields(row, given)) {
    const result = await field.read?.(value);
    if (result?.ok === false) return result;
    if (result !== undefined) taken[name] = result.value;
  }
  return done(taken);
}

/** After the fields by themselves come the item, look-ups, then the act itself; the audit gets its row last. */
async function perform(row: RunRow, acting: Acting, given: Given, read: Given): Promise<Result<unknown>> {
  const taken: Record<string, unknown> = { ...read };
  const { subject, makes } = row;
  const found = makes ? undefined : await subject.find(acting.db, String(given[subject.key]));
  if (found?.ok === false) return found;
  if (found !== undefined && subject.kept?.is(found.value)) return refused(subject.kept.refusal);
  for (const { name, field, value } of sentFields(row, given)) {
    const result = await field.find?.(acting.db, value);
    if (result?.ok === false) return result;
    if (result !== undefined) taken[name] = result.value;
  }
  // An act that makes its item has none, and its row cannot use it.
  const result = await row.run({ ...acting, item: found?.value as NamedItem }, taken);
  await audited(acting, { kind: subject.kind, action: row.permission }, result);
  return result.ok ? done(result.value) : result;
}

/** Writes the audit row of an act that was done. @param action a permission, or the name of an act of users */
export async function audited<R extends Did<unknown> | Refused>(
  { db, keys, atMs, actor }: Acting,
  { kind, action }: { readonly kind: SubjectKind; readonly action: string },
  result: R,
): Promise<R> {
  if (!result.ok) return result;
  const { about, detail } = result;
  if (about === undefined) return result;
  const subject = { subjectKind: kind, subjectId: about.id, subject: about.name };
  await recordAudit(db, keys, { atMs, actor, action, detail, ...subject });
  return result;
}

/** Returns what a route of an act may be refused for, in the order of the checks. */
export function refusalsOf(
  { subject, makes, isByItself, fields, refusals }: ActRow,
  without: readonly string[] = [],
): RefusalCode[] {
  const there = Object.entries(fields).flatMap(([name, one]) => (without.includes(name) ? [] : [one]));
  return [
    ...new Set([
      ...there.filter(({ read }) => read).flatMap(one => one.refusals),
      ...(makes || isByItself ? [] : [...subject.missing, ...(subject.kept ? [subject.kept.refusal] : [])]),
      ...there.filter(({ find }) => find).flatMap(one => one.refusals),
      ...(Object.keys(refusals) as RefusalCode[]),
    ]),
  ];
}

/** Returns the shapes of fields. */
export function shapesOf<const F extends ActFields>(fields: F) {
  const shapes = Object.entries(fields).map(([name, { shape }]) => [name, shape]);
  return Object.fromEntries(shapes) as { readonly [K in keyof F]: F[K]['shape'] };
}

/** Returns the shapes of the fields that stand in the path of a route. */
export function shapesInPath({ fields }: ActRow, { at }: ActRoute<ActFields, unknown>) {
  const there = Object.entries(fields).filter(([name]) => at.split('/').includes(`:${name}`));
  return Object.fromEntries(there.map(([name, { shape }]) => [name, shape]));
}

/** Returns the shape of what a route of an act takes in its body; undefined if it takes nothing there. */
export function bodyOf(row: ActRow, route: ActRoute<ActFields, unknown>): FieldShape<unknown> | undefined {
  const { without = [], needs = [] } = route;
  const inPath = shapesInPath(row, route);
  const there = Object.entries(row.fields).filter(([name]) => !without.includes(name) && !(name in inPath));
  if (there.length === 0) return undefined;
  const isRequired = ([name, { need }]: (typeof there)[number]) =>
    need === 'required' || needs.includes(name);
  const shapes = (some: typeof there) => shapesOf(Object.fromEntries(some));
  return object(shapes(there.filter(isRequired)), shapes(there.filter(one => !isRequired(one))));
}
