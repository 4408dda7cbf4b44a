import type { Seen, Visitor } from '../console/kit.ts';
import { linesOf, mainOf, type Recording, titleIn } from './kit.ts';

export type Fields = Readonly<Record<string, string>>;

/** A longer value makes the whole form too long, which is another refusal. */
const LONGEST = 3000;

/** A choice that no form offers. */
const UNKNOWN = 'nonsense';

/** The fields whose values stand in no title. */
const SECRET = /^(?:password|passcode|pin|newPin|again|key|ticket|proof|attempt|first|second)$/;

/** A form with what is typed into it. `#` in a value becomes a number of each attempt, so that names differ. */
export interface FormCase {
  readonly path: string;
  /** The subject in the address. */
  readonly at?: Fields;
  /** What is accepted, besides what the form has already. Absent: the form is never accepted. */
  readonly ok?: Fields;
  /** Changes of that which are refused. */
  readonly refused?: readonly Fields[];
}

interface Field {
  readonly name: string;
  readonly kind: string;
  readonly value: string;
  readonly max: number | undefined;
  readonly isRequired: boolean;
}

const unescaped = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** Returns the fields of the form that leads to a path. */
function fieldsIn(text: string, path: string): Field[] {
  const forms = [...text.matchAll(/<form[^>]* action="([^"]*)"[^>]*>(.*?)<\/form>/gs)];
  const form = forms.find(([, action]) => action === path)?.[2] ?? '';
  const controls = [
    ...form.matchAll(
      /<(input|select|textarea)([^>]*)>(?:([^<]*)<\/textarea>|((?:\s*<option.*?<\/option>)*))?/gs,
    ),
  ];
  return controls.flatMap(([, tag = '', given = '', typed = '', options = '']) => {
    const of = (name: string) => unescaped(new RegExp(` ${name}="([^"]*)"`).exec(` ${given}`)?.[1] ?? '');
    const kind = tag === 'input' ? of('type') : tag;
    const chosen =
      /<option value="([^"]*)" selected/.exec(options) ?? /<option value="([^"]*)"/.exec(options);
    const value =
      { select: unescaped(chosen?.[1] ?? ''), textarea: unescaped(typed.trim()) }[kind] ?? of('value');
    const isOff = kind === 'checkbox' && !given.includes(' checked');
    return [
      {
        name: of('name'),
        kind,
        value: isOff ? '' : value,
        max: Number(of('maxlength')) || undefined,
        isRequired: given.includes(' required'),
      },
    ];
  });
}

/** Returns wrong inputs of a form, each with its name: made from its fields, and those of the case. */
function attemptsOf(fields: readonly Field[], refused: readonly Fields[]): [string, Fields][] {
  const typed = fields.filter(({ kind, name }) => kind !== 'hidden' || name !== 'csrf');
  const shown = typed.filter(({ kind }) => kind !== 'hidden');
  const wrong = (one: Field, value: string): Fields => ({ [one.name]: value });
  const each = typed.flatMap((one): [string, Fields][] => {
    if (one.kind === 'select') return [[`${one.name} unknown`, wrong(one, UNKNOWN)]];
    if (one.kind === 'hidden') return [[`${one.name} unknown`, wrong(one, 'nothing')]];
    if (one.kind === 'checkbox' || one.kind === 'file') return [];
    const long: [string, Fields][] =
      one.max === undefined || one.max > LONGEST
        ? []
        : [[`${one.name} too long`, wrong(one, 'x'.repeat(one.max + 1))]];
    const none: [string, Fields][] = one.isRequired ? [[`${one.name} empty`, wrong(one, '')]] : [];
    return [...none, ...long, [`${one.name} odd`, wrong(one, '\u0007!')]];
  });
  const empty = Object.fromEntries(shown.map(({ name }) => [name, '']));
  const all: [string, Fields][] = shown.length > 1 ? [['all empty', empty]] : [];
  return [...all, ...each, ...refused.map((one, nth): [string, Fields] => [titleOf(fields, one, nth), one])];
}

/** Names an attempt by what is typed, but passwords by their number. */
function titleOf(fields: readonly Field[], typed: Fields, nth: number): string {
  const isHidden = (name: string) => fields.find(one => one.name === name)?.kind === 'password';
  return Object.entries(typed)
    .map(([name, value]) => (isHidden(name) ? `${name} no. ${nth + 1}` : `${name} ${JSON.stringify(value)}`))
    .join(' ');
}

/** Returns a line as it would be without a value and without a fault. */
const bare = (line: string) =>
  line
    .replace(/ (?:aria-(?:describedby|invalid)|value)="[^"]*"| selected| checked/g, '')
    .replace(/^(<textarea[^>]*>).*$/, '$1');

/** Returns what a refused form says: its new lines, the fields at fault, and those that do not keep what was typed. */
function refusalIn(text: string, path: string, typed: Fields, known: ReadonlySet<string>): string[] {
  // The text of a fault stands in the message above the form, too.
  const lines = mainOf(text).filter(line => !known.has(bare(line)) && !line.startsWith('<p class="fault"'));
  const faults = [...text.matchAll(/<p class="fault" id="([^"]*)-fault">(?!<)/g)].map(([, name]) => name);
  const shown = fieldsIn(text, path).filter(({ kind }) => !/^(?:hidden|password|file)$/.test(kind));
  const lost = shown.filter(({ name, value }) => !['', UNKNOWN, value].includes(typed[name] ?? ''));
  return [
    ...lines,
    ...(faults.length > 0 ? [`at fault: ${faults.join(', ')}`] : []),
    ...(lost.length > 0 ? [`typed in vain: ${lost.map(({ name }) => name).join(', ')}`] : []),
  ];
}

/** Visits pages of the console or of self-service, and records what they show and what they do. */
export class Recorder {
  readonly record: Recording;
  readonly visitor: Visitor;
  /** Is called before each form is sent. */
  pace: () => void = () => undefined;
  readonly #csrf: string;
  readonly #home: string;

  private constructor(record: Recording, visitor: Visitor, home: string, csrf: string) {
    this.record = record;
    this.visitor = visitor;
    this.#home = home;
    this.#csrf = csrf;
  }

  static async of(record: Recording, visitor: Visitor, home: string): Promise<Recorder> {
    return new Recorder(record, visitor, home, await visitor.csrf());
  }

  /** Records a page. */
  async page(path: string, at: Fields = {}): Promise<Seen> {
    const query = new URLSearchParams(at).toString();
    const whole = `${this.#home}${path}${query === '' ? '' : `?${query}`}`;
    const seen = await this.visitor.get(whole);
    this.record.asked.add(`GET ${this.#home}${path.split('?')[0]}`);
    this.record.add(
      `GET ${whole}: ${seen.status}`,
      seen.location ? [`to ${seen.location}`] : [...titleIn(seen.text), ...mainOf(seen.text)],
    );
    return seen;
  }

  /** Records the whole document of a page, also what all pages have. */
  async whole(path: string): Promise<void> {
    const { text } = await this.visitor.get(this.#home + path);
    this.record.asked.add(`GET ${this.#home}${path}`);
    this.record.add(`the whole document of GET ${this.#home}${path}`, linesOf(text));
  }

  /** Sends a form. @returns what is shown, without the lines of the form's own page, and what it leaves in the audit */
  async send(
    path: string,
    fields: Fields | FormData,
    known: ReadonlySet<string> = new Set(),
  ): Promise<string[]> {
    this.pace();
    const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
    body.set('csrf', this.#csrf);
    const { status, text, location } = await this.visitor.post(this.#home + path, body);
    this.record.asked.add(`POST ${this.#home}${path}`);
    const typed = fields instanceof FormData ? {} : fields;
    const shown =
      location === null
        ? refusalIn(text, this.#home + path, typed, known)
        : [`to ${location}`, ...(await this.#notice(location))];
    return [`${status}`, ...shown, ...(await this.record.audited())];
  }

  /** Presses a button that is a form without a page. */
  async press(path: string, fields: Fields = {}): Promise<void> {
    const shown = Object.entries(fields).map(([name, value]) =>
      SECRET.test(name) ? name : `${name} ${value}`,
    );
    this.record.add(`POST ${this.#home}${path} ${shown.join(', ')}`, await this.send(path, fields));
  }

  /** Records a form: its page, what it says about wrong input, and what it does in the end. */
  async form({ path, at = {}, ok, refused = [] }: FormCase): Promise<void> {
    const { text } = await this.page(path, at);
    const fields = fieldsIn(text, this.#home + path);
    const own = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    const known = new Set(mainOf(text).map(bare));
    const said = new Map<string, string[]>();
    let attempt = 0;
    const send = (changes: Fields) => {
      attempt += 1;
      const typed = Object.entries({ ...own, ...ok, ...changes });
      return this.send(
        path,
        Object.fromEntries(typed.map(([name, value]) => [name, value.replaceAll('#', `${attempt}`)])),
        known,
      );
    };
    for (const [name, changes] of attemptsOf(fields, refused)) {
      const shown = (await send(changes)).join('\n');
      said.set(shown, [...(said.get(shown) ?? []), name]);
    }
    const lines = [...said].flatMap(([shown, names]) => [`--- ${names.join(', ')}`, ...shown.split('\n')]);
    if (ok !== undefined) lines.push('--- accepted', ...(await send({})));
    this.record.add(`POST ${this.#home}${path}`, lines);
  }

  async #notice(location: string): Promise<string[]> {
    if (!location.includes('done=')) return [];
    const { text } = await this.visitor.get(location);
    return linesOf(
      /<p class="message [^>]*>.*?<\/p>|<div class="message.*?<\/div>/s.exec(text)?.[0] ?? 'no notice',
    );
  }
}
