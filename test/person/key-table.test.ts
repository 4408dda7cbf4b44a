import { ACTIONS, EVENTS, ON_HOLD, ON_PRESS, ON_TIMEOUT } from '@passfob/firmware/core/keys';
import * as views from '@passfob/firmware/core/screens/view';
import { describe, expect, it } from 'vitest';

const KINDS = Object.fromEntries(
  Object.entries(views)
    .filter(([name]) => name.startsWith('VIEW_'))
    .map(([name, kind]) => [name.slice('VIEW_'.length).toLowerCase(), kind as number]),
);

const namesOf = (isTrue: (kind: number) => boolean): string[] =>
  Object.keys(KINDS).filter(name => isTrue(KINDS[name] as number));

const rowOf = (kind: number): string => ACTIONS.slice(kind * EVENTS, kind * EVENTS + EVENTS);

describe('the table of keys', () => {
  it('has a letter for each event in each view, and no more', () => {
    expect(EVENTS).toBe(ON_TIMEOUT + 1);
    expect(ACTIONS).toHaveLength(Object.keys(KINDS).length * EVENTS);
  });

  it('has no action for a key where the view ignores keys', () => {
    const acts = namesOf(kind => /[^-]/.test(rowOf(kind).slice(0, ON_TIMEOUT)));
    expect(namesOf(kind => !views.ignoresKeys(kind)).filter(name => !acts.includes(name))).toEqual(['off']);
    expect(namesOf(views.ignoresKeys).filter(name => acts.includes(name))).toEqual([]);
  });

  it('has the yes to a question on a hold, and the no on a press', () => {
    expect([views.VIEW_ASK, views.VIEW_REPORT].map(kind => rowOf(kind)[ON_HOLD])).toEqual(['y', 'r']);
    expect([views.VIEW_ASK, views.VIEW_REPORT].map(kind => rowOf(kind)[ON_PRESS])).toEqual(['d', 'd']);
  });
});

describe('the predicates of views', () => {
  it('name the views in which a key keeps the display on', () => {
    expect(namesOf(views.keepsDisplayOn)).toEqual(['home', 'list', 'settings', 'notice', 'entry']);
  });

  it('name the views to which a request that waits may belong', () => {
    expect(namesOf(views.keepsRequest)).toEqual(['entry', 'ask', 'report', 'busy', 'stay']);
  });

  it('name the views in which a hold answers a request, before those without keys', () => {
    expect(namesOf(kind => views.asksPerson(kind) && !views.ignoresKeys(kind))).toEqual(['ask', 'report']);
  });

  it('name the views without keys', () => {
    expect(namesOf(views.ignoresKeys)).toEqual(['busy', 'stay']);
  });
});
