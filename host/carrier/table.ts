import {
  CARRIER_MESSAGES,
  type CarrierEnd,
  type CarrierName,
  type CarrierPurpose,
  type CarrierRow,
} from '@passfob/protocol/carrier';
import { bytesOf } from './fields.ts';
import { isShown, shown } from './shown.ts';

/** A field of a message, from the table of the protocol. */
export interface CarrierField {
  readonly name: string;
  readonly isOptional: boolean;
  readonly kind: string;
  /** Whether a value is valid. */
  readonly isValid: (value: unknown) => boolean;
  /** Cuts and cleans a text that is shown; returns any other value as it is. */
  readonly fit: (value: unknown) => unknown;
}

/** A row of the table, read once. */
export interface CarrierShape {
  readonly from: CarrierEnd | 'both';
  readonly purposes: readonly string[];
  readonly fields: readonly CarrierField[];
  /** Whether it has a text that is shown. */
  readonly isShown: boolean;
}

const SHAPES: ReadonlyMap<string, CarrierShape> = new Map(
  Object.entries<CarrierRow>(CARRIER_MESSAGES).map(([name, [from, , purposes, layout]]) => {
    const fields = fieldsOf(layout);
    const hasShown = fields.some(({ kind }) => /^(?:l\d+)?s\d+$/.test(kind));
    return [name, { from, purposes: purposes.split(' '), fields, isShown: hasShown }];
  }),
);

/** Returns the shape of a message; undefined if the protocol has none of this name. */
export function shapeOf(name: string): CarrierShape | undefined {
  return SHAPES.get(name);
}

/** Whether relays of this purpose and the service exchange messages of this name. */
export function isFor(name: CarrierName, purpose: CarrierPurpose): boolean {
  return SHAPES.get(name)?.purposes.includes(purpose) ?? false;
}

function fieldsOf(layout: string): CarrierField[] {
  return layout
    .split(' ')
    .filter(field => field !== '')
    .map(field => {
      const colon = field.indexOf(':');
      const kind = field.slice(colon + 1);
      const isOptional = field[colon - 1] === '?';
      return { name: field.slice(0, isOptional ? colon - 1 : colon), isOptional, kind, ...kindOf(kind) };
    });
}

type Kind = Pick<CarrierField, 'isValid' | 'fit'>;

function asItIs(value: unknown): unknown {
  return value;
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most;
}

/** Reads a kind: its letter and the number behind it (`protocol/carrier.ts`). */
function kindOf(kind: string): Kind {
  if (kind.includes('|')) return { isValid: value => kind.split('|').includes(value as string), fit: asItIs };
  if (kind === 'flag') return { isValid: value => typeof value === 'boolean', fit: asItIs };
  const size = Number(kind.slice(1));
  switch (kind[0]) {
    case '=':
      return { isValid: value => value === size, fit: asItIs };
    case 'b':
      return { isValid: value => bytesOf(value)?.length === size, fit: asItIs };
    case 'n':
      return { isValid: isWhole(kind === 'n' ? Number.MAX_SAFE_INTEGER : size), fit: asItIs };
    case 't':
      return { isValid: value => isText(value, size), fit: asItIs };
    case 's':
      return {
        isValid: value => isText(value, size) && isShown(value),
        fit: value => (typeof value === 'string' ? shown(value, size) : value),
      };
    case 'w':
      return { isValid: value => isText(value, size) && !/[^\0-\xff]/.test(value), fit: asItIs };
    case 'a':
      return { isValid: value => isText(value, size) && /^[a-z]+$/.test(value), fit: asItIs };
    case 'l':
      return listOf(kind);
    default:
      throw new Error(`the carrier protocol has no kind ${kind}`);
  }
}

function isWhole(most: number): Kind['isValid'] {
  return value => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** `lNsM`: at most N texts. */
function listOf(kind: string): Kind {
  const at = kind.indexOf('s');
  const most = Number(kind.slice(1, at));
  const one = kindOf(kind.slice(at));
  return {
    isValid: value => Array.isArray(value) && value.length <= most && value.every(one.isValid),
    fit: value => (Array.isArray(value) ? value.slice(0, most).map(one.fit) : value),
  };
}
