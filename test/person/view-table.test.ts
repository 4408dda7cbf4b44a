import * as views from '@passfob/firmware/core/screens/views';
import { describe, expect, it } from 'vitest';

const { EVENTS, KEYS, LAYOUTS, VIEW } = views;

const rowOf = (kind: number): string => KEYS.slice(kind * EVENTS, kind * EVENTS + EVENTS);

describe('the table of views', () => {
  it('has a letter for each event in each view, and a layout, and no more', () => {
    expect(EVENTS).toBe(views.ON_TIMEOUT + 1);
    expect(KEYS).toHaveLength(Object.keys(VIEW).length * EVENTS);
    expect(LAYOUTS).toHaveLength(Object.keys(VIEW).length);
  });

  it('has no action for a key where the view is busy, and some where it is not', () => {
    const acts = (kind: number) => /[^-]/.test(rowOf(kind).slice(0, views.ON_TIMEOUT));
    for (const [name, kind] of Object.entries(VIEW)) {
      const isBusy = ((views.IS_BUSY >> kind) & 1) === 1;
      expect([name, acts(kind)]).toEqual([name, name !== 'off' && !isBusy]);
    }
  });
});
