import { LINES_MAX, LOOK_MS, WITHIN_MAX_MS } from '../base/limits.ts';
import { picture } from '../base/picture.ts';
import { StepFailed } from '../base/place.ts';
import {
  byKind,
  duration,
  field,
  list,
  map,
  nothing,
  required,
  type Shape,
  written,
} from '../base/shapes.ts';
import { step } from '../base/step.ts';
import type { World } from '../base/world.ts';
import { areLines, patternOf, screenHas, shownBy } from './screen-match.ts';

/** A text of which the slashes around a regular expression are checked. */
const wanted: Shape<string> = written(
  'a text, or a regular expression between slashes',
  { type: ['string', 'number', 'boolean'] },
  value => {
    try {
      patternOf(value);
      return value;
    } catch {
      return undefined;
    }
  },
);
/** A scenario of somebody else must not show or replace other files of the person who runs it. */
const fileBeside: Shape<string> = written(
  'the path of a file in the folder of this one',
  { type: ['string', 'number', 'boolean'] },
  value => (/^[/\\]|^[a-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)/i.test(value) ? undefined : value),
);
const lines = list(wanted, 'a list of lines', LINES_MAX);

type Wanted = string | readonly string[];

function isShown(world: World, screen: Wanted): boolean {
  return typeof screen === 'string' ? screenHas(world, screen) : areLines(screen, world.screen());
}

async function expectScreen(world: World, screen: Wanted, withinMs = 0): Promise<void> {
  for (let ms = 0; ms < withinMs && !isShown(world, screen); ms += LOOK_MS) await world.advance(LOOK_MS);
  if (isShown(world, screen)) return;
  const isWhole = typeof screen !== 'string';
  throw new StepFailed(isWhole ? 'The screen differs.' : 'The screen does not have this text.', {
    expected: isWhole ? screen : [screen],
    shown: shownBy(world.fob),
  });
}

function expectPicture(world: World, path: string): void {
  const drawn = picture(world.fob.screen());
  const { files, isUpdate } = world.options;
  if (isUpdate) {
    files.write(path, new TextEncoder().encode(drawn));
    return;
  }
  const kept = files.read(path);
  if (kept === undefined) throw new StepFailed(`There is no ${path}. To write it, run with --update.`);
  const expected = new TextDecoder().decode(kept);
  if (expected === drawn) return;
  throw new StepFailed(`The screen is not that of ${path}.`, {
    expected: expected.trimEnd().split('\n'),
    shown: drawn.trimEnd().split('\n'),
  });
}

/** Steps that look at the display. */
export const screenSteps = [
  step(
    'expect screen',
    'a text is somewhere on the screen; or, as a list, these are its lines: "..." stands for any lines, /…/ is a regular expression',
    byKind({
      value: wanted,
      list: lines,
      map: map({
        lines: required(byKind({ value: wanted, list: lines }), 'a text or a list of lines'),
        within: field(duration(WITHIN_MAX_MS), 'how long the screen may take to show this'),
      }),
    }),
    (world, given) =>
      typeof given === 'object' && 'lines' in given
        ? expectScreen(world, given.lines, given.within)
        : expectScreen(world, given),
  ),
  step('expect not on screen', 'a text is nowhere on the screen', wanted, (world, unwanted) => {
    if (!screenHas(world, unwanted)) return;
    throw new StepFailed(`The screen has this text: ${unwanted}`, { shown: world.screen() });
  }),
  step('expect dark', 'the display is off', nothing, world => {
    if (!world.fob.screen().on) return;
    throw new StepFailed('The display is on.', { expected: ['(the display is off)'], shown: world.screen() });
  }),
  step(
    'expect picture',
    'the pixels are those of a text file beside this one, which --update writes',
    fileBeside,
    expectPicture,
  ),
];
