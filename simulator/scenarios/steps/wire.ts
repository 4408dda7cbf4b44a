import { bytesOfText } from '../../base/bytes.ts';
import { SHOWN_BYTES_MAX } from '../base/limits.ts';
import { StepFailed } from '../base/place.ts';
import { byKind, choice, field, map, type Shape, text, written } from '../base/shapes.ts';
import { step } from '../base/step.ts';
import { PORTS, type ScenarioPort, type World } from '../base/world.ts';
import { patternOf } from './screen-match.ts';

const port = choice(...PORTS);
const hex: Shape<string> = written(
  'bytes as hexadecimal digits, such as 0a ff',
  { type: ['string', 'integer'] },
  value => {
    const digits = value.replaceAll(' ', '');
    if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) return undefined;
    return digits.replace(/../g, pair => String.fromCharCode(Number.parseInt(pair, 16)));
  },
);
/** Texts of a wire are one byte a character. */
const bytes: Shape<string> = written(
  'a text of one-byte characters; control characters as "\\x03" in double quotes',
  { type: ['string', 'number'] },
  value => (/^[\0-\xff]*$/.test(value) ? value : undefined),
);
const traffic = map({
  port: field(port, 'which port; default: the one that carries frames'),
  text: field(bytes, 'as text'),
  hex: field(hex, 'as hexadecimal digits'),
});

interface Traffic {
  readonly port: ScenarioPort;
  readonly text: string;
}

type GivenTraffic =
  | string
  | { readonly port: ScenarioPort | undefined; text: string | undefined; hex: string | undefined };

function trafficOf(given: GivenTraffic): Traffic {
  if (typeof given === 'string') return { port: 'cable', text: given };
  const content = given.text ?? given.hex;
  if (content === undefined) throw new StepFailed('It names no bytes: add text or hex.');
  return { port: given.port ?? 'cable', text: content };
}

const wireOf = (world: World, name: ScenarioPort) =>
  name === 'cable' ? world.cable : world.fob.serial(name);

/** Returns the text in quotes, control characters as escapes, cut to what a report shows. */
function quoted(raw: string): string {
  const shown = raw.length > SHOWN_BYTES_MAX ? `${raw.slice(0, SHOWN_BYTES_MAX)}…` : raw;
  return JSON.stringify(shown).replace(/\\u00(..)/g, '\\x$1');
}

function expectBytes(world: World, given: GivenTraffic): void {
  const { port: name, text: wanted } = trafficOf(given);
  const found = world.waiting(name);
  const pattern = patternOf(wanted);
  const match = pattern?.exec(found);
  const at = pattern === undefined ? found.indexOf(wanted) : (match?.index ?? -1);
  if (at >= 0) {
    world.take(name, at + (match?.[0].length ?? wanted.length));
    return;
  }
  throw new StepFailed(`These bytes did not come from ${name}.`, {
    expected: [quoted(wanted)],
    shown: [quoted(found)],
  });
}

/** HID Usage Tables §10: keys of the keypad on a computer with NumLock on. */
const ENTER = 0x58;
const KEYPAD_1 = 0x59;
const KEYPAD_0 = 0x62;

function typedBy(usage: number): string {
  if (usage === ENTER) return '\n';
  if (usage === KEYPAD_0) return '0';
  return usage >= KEYPAD_1 && usage < KEYPAD_0 ? String(usage - KEYPAD_1 + 1) : `[${usage}]`;
}

function expectTyped(world: World, wanted: string): void {
  const reports = world.fob.keyboard.slice(world.typedReports);
  const typed = reports
    .map(report => report.bytes[2] ?? 0)
    .filter(usage => usage > 0)
    .map(typedBy)
    .join('');
  if (typed !== wanted && !patternOf(wanted)?.test(typed)) {
    throw new StepFailed('The keyboard typed something else.', {
      expected: [quoted(wanted)],
      shown: [quoted(typed)],
    });
  }
  world.typedReports = world.fob.keyboard.length;
}

/** Steps of the computer at the other end, as bytes. */
export const wireSteps = [
  step(
    'send',
    'send bytes to a port; without a port to the one that carries frames',
    byKind({ value: bytes, map: traffic }),
    (world, given) => {
      const { port: name, text: content } = trafficOf(given);
      wireOf(world, name).write(bytesOfText(content));
    },
  ),
  step(
    'expect bytes',
    'bytes that came from a port since the last such step; /…/ is a regular expression',
    byKind({ value: bytes, map: traffic }),
    expectBytes,
  ),
  step(
    'expect typed',
    'text that the fob typed as a keyboard since the last such step; "\\n" is Enter',
    text('a text'),
    expectTyped,
  ),
];
